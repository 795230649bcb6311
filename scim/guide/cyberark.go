package guide

import "gatehouse/sso/guide"

var cyberArk = Guide{
	Key: "cyberark", Type: "cyberark scim v2.0", Provider: "CyberArk", Name: "CyberArk Identity",
	Role: guide.Say("the {provider} right *Application Management*"), Minutes: 10,
	Title: "Set up provisioning in CyberArk", Done: "I’ve set it up",
	Lede: guide.Say("Switch provisioning on for the web app of {app} in the CyberArk Identity admin portal, and map its roles."),
	Steps: []guide.Step{
		{Title: "Open the web app for {app}",
			Text: guide.Say("Go to *Apps & Widgets*, *Web Apps* and open the SAML app that people sign in by. Without one, choose *Add Web Apps*, *Custom*, *SAML*, as in our guide for single sign-on.")},
		{Title: "Paste these values under “Provisioning”",
			Text: guide.Say("On the *Provisioning* page, tick *Enable provisioning for this application* and confirm with *Yes*. Then choose *Verify*."),
			Paste: []guide.Paste{
				{Mark: "A", Field: "SCIM Service URL", Value: Endpoint},
				{Mark: "B", Field: "Bearer Token", Value: Token},
			},
			Form: &guide.Form{Window: "CyberArk Identity · Web Apps · Provisioning", Fields: []guide.Field{
				{Kind: guide.Tick, Label: "Enable provisioning for this application"},
				{Label: "SCIM Service URL", Mark: "A", Value: Endpoint},
				{Label: "Bearer Token", Mark: "B", Value: Token},
			}}},
		{Title: "Let people leave",
			Text: guide.Say("Untick *Do not de-provision (deactivate or delete) users in target application*. With it, nobody who leaves would lose access here.")},
		{Title: "Map roles",
			Text: guide.Say("Under *Role Mappings*, choose *Add*, the role whose people are pushed, and the group of the same name that they are in here. Then *Save*, and give the same roles access under *Permissions*.")},
	},
	Right:   guide.Say("After *Verify*, the role mappings and the options below appear."),
	First:   guide.Say("CyberArk pushes with its next synchronization. To hurry it, go to *Settings*, *Users*, *Outbound Provisioning* and start one."),
	Leaving: guide.Say("By its options: people are sent as inactive, or deleted here."),
	Vague:   true,
	Places: map[Subject]guide.Place{
		Credentials: {Path: guide.Say("*Apps & Widgets*, *Web Apps*, {app}"), Field: "Provisioning"},
		Mapping:     {Path: guide.Say("*Apps & Widgets*, *Web Apps*, {app}, *Provisioning*"), Field: "Provisioning Script"},
		Assignment:  {Path: guide.Say("*Apps & Widgets*, *Web Apps*, {app}"), Field: "Permissions"},
		Groups:      {Path: guide.Say("*Apps & Widgets*, *Web Apps*, {app}, *Provisioning*"), Field: "Role Mappings"},
		Again:       {Path: guide.Say("*Settings*, *Users*"), Field: "Outbound Provisioning"},
	},
}
