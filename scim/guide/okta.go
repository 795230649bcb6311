package guide

import "gatehouse/sso/guide"

var okta = Guide{
	Key: "okta", Type: "okta scim v2.0", Provider: "Okta", Name: "Okta",
	Role: guide.Say("the {provider} role *Application administrator* or higher"), Minutes: 10,
	Title: "Set up provisioning in Okta", Done: "I’ve set it up",
	Lede: guide.Say("Give the app for {app} in your Okta admin console our address and the token, and say what it may push."),
	Steps: []guide.Step{
		{Title: "Open the app for {app}",
			Text: guide.Say("In the Okta Admin Console, go to *Applications*, *Applications* and open the app that people sign in by. It has to be a SAML or SWA app: Okta offers SCIM for no OpenID Connect app. Without one, choose *Create App Integration*, *SAML 2.0*, as in our guide for single sign-on.")},
		{Title: "Switch provisioning on",
			Text: guide.Say("On the *General* tab, under *App Settings*, choose *Edit*. For *Provisioning*, choose *SCIM*, then *Save*. A *Provisioning* tab appears; reload the page if it doesn’t.")},
		{Title: "Paste these values under “SCIM Connection”",
			Text: guide.Say("On the *Provisioning* tab, choose *Integration*, then *Edit*. Okta puts *Bearer* before the token by itself."),
			Paste: []guide.Paste{
				{Mark: "A", Field: "SCIM connector base URL", Value: Endpoint},
				{Mark: "B", Field: "Unique identifier field for users", Fixed: "userName"},
				{Mark: "C", Field: "Authentication Mode", Fixed: "HTTP Header"},
				{Mark: "D", Field: "Authorization", Also: "the token", Value: Token},
			},
			Form: &guide.Form{Window: "Okta · Provisioning · Integration · SCIM Connection", Fields: []guide.Field{
				{Label: "SCIM connector base URL", Mark: "A", Value: Endpoint},
				{Label: "Unique identifier field for users", Mark: "B", Text: "userName"},
				{Kind: guide.Tick, Label: "Push New Users"},
				{Kind: guide.Tick, Label: "Push Profile Updates"},
				{Kind: guide.Tick, Label: "Push Groups"},
				{Kind: guide.Choice, Label: "Authentication Mode", Mark: "C", Text: "HTTP Header"},
				{Label: "Authorization", Mark: "D", Value: Token},
			}}},
		{Title: "Test, and save",
			Text: guide.Say("Tick *Push New Users*, *Push Profile Updates* and *Push Groups* under *Supported provisioning actions*. Choose *Test Connector Configuration*, then *Save*.")},
		{Title: "Say what Okta may do",
			Text: guide.Say("Still on *Provisioning*, choose *To App*, *Edit*, and tick *Create Users*, *Update User Attributes* and *Deactivate Users*. Then *Save*.")},
		{Title: "Choose people and groups",
			Text: guide.Say("On the *Assignments* tab, assign people or groups: they are pushed as accounts. On the *Push Groups* tab, choose the groups that {app} should know, for their roles. Assigning a group pushes its people, not the group itself.")},
	},
	Right:   guide.Say("*Test Connector Configuration* shows a tick beside *Create Users*, *Update User Attributes* and *Push Groups*."),
	First:   guide.Say("Okta pushes within seconds of an assignment. Who was assigned before provisioning was on has a mark at their name: choose *Provision User* there."),
	Leaving: guide.Say("Okta never deletes: who is unassigned or deactivated is sent as inactive."),
	Places: map[Subject]guide.Place{
		Credentials: {Path: guide.Say("*Applications*, {app}, *Provisioning*, *Integration*"), Field: "SCIM Connection"},
		Mapping:     {Path: guide.Say("*Applications*, {app}, *Provisioning*, *To App*"), Field: "Attribute Mappings"},
		Assignment:  {Path: guide.Say("*Applications*, {app}"), Field: "Assignments"},
		Groups:      {Path: guide.Say("*Applications*, {app}"), Field: "Push Groups"},
		Again:       {Path: guide.Say("*Dashboard*, *Tasks*"), Field: "Retry Selected"},
	},
}
