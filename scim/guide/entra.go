package guide

import "gatehouse/sso/guide"

var entra = Guide{
	Key: "entra", Type: "azure scim v2.0", Provider: "Entra ID", Name: "Microsoft Entra ID",
	Role: guide.Say("the {provider} role *Cloud Application Administrator* or *Application Administrator*"), Minutes: 15,
	Title: "Set up provisioning in Entra ID", Done: "I’ve set it up",
	Lede: guide.Say("Give the enterprise application for {app} our address and the token, check its mappings, and start it."),
	Steps: []guide.Step{
		{Title: "Open the app for {app}",
			Text:    guide.Say("Go to *Enterprise applications* and open the app that people sign in by. Without one, choose *New application*, *Create your own application*, name it *{app}* and choose *Integrate any other application you don't find in the gallery (Non-gallery)*. An app that was only registered under *App registrations* can’t push: make a second one this way."),
			Console: guide.Console{Label: "Open the Entra admin center", URL: "https://entra.microsoft.com/"}},
		{Title: "Paste these values under “Provisioning”",
			Text: guide.Say("Choose *Provisioning*, then *Connect your application* (or *Get started*, and set *Provisioning Mode* to *Automatic*). If you are asked for an authentication method, choose *Bearer*. Choose *Test Connection*, then *Create* or *Save*."),
			Paste: []guide.Paste{
				{Mark: "A", Field: "Tenant URL", Value: Endpoint},
				{Mark: "B", Field: "Secret Token", Value: Token},
			},
			Form: &guide.Form{Window: "Entra ID · Provisioning · Admin Credentials", Fields: []guide.Field{
				{Kind: guide.Choice, Label: "Provisioning Mode", Text: "Automatic"},
				{Label: "Tenant URL", Mark: "A", Value: Endpoint},
				{Label: "Secret Token", Mark: "B", Value: Token},
			}}},
		{Title: "Check the mappings",
			Text: guide.Say("Under *Mappings*, open *Provision Microsoft Entra ID Users*. What Entra ID proposes is right but for one row: people’s address must come from a field that is filled. If your people have no *mail*, map `emails[type eq \"work\"].value` to *userPrincipalName*. Leave *Provision Microsoft Entra ID Groups* enabled."),
			Attributes: &guide.Attributes{Name: "customappsso attribute", Value: "Microsoft Entra ID attribute", Rows: []guide.Attribute{
				{Name: "userName", Value: "userPrincipalName", Note: "Required"},
				{Name: "active", Value: `Switch([IsSoftDeleted], , "False", "True", "True", "False")`, Note: "Required"},
				{Name: `emails[type eq "work"].value`, Value: "mail", Note: "Required"},
				{Name: "externalId", Value: "objectId", Note: "Instead of mailNickname: it never changes"},
				{Name: "name.givenName", Value: "givenName"},
				{Name: "name.familyName", Value: "surname"},
			}}},
		{Title: "Choose who is pushed",
			Text: guide.Say("Under *Settings*, leave *Scope* at *Sync only assigned users and groups*. Then, under *Users and groups*, choose *Add user/group* and assign the people and groups. Nested groups aren’t expanded by Entra ID.")},
		{Title: "Start",
			Text: guide.Say("Try one person first: *Provision on demand*. Then choose *Start provisioning* on the *Overview* page, or set *Provisioning Status* to *On* and *Save*.")},
	},
	Right:   guide.Say("*Test Connection* says that the supplied credentials are authorized to enable provisioning."),
	First:   guide.Say("Entra ID pushes about every 40 minutes, and takes longer the first time. *Provision on demand* pushes one person at once."),
	Leaving: guide.Say("Who is unassigned, or deleted softly, is sent as inactive; who is deleted for good is deleted here."),
	Places: map[Subject]guide.Place{
		Credentials: {Path: guide.Say("*Enterprise applications*, {app}, *Provisioning*"), Field: "Admin Credentials"},
		Mapping:     {Path: guide.Say("*Enterprise applications*, {app}, *Provisioning*, *Mappings*"), Field: "Provision Microsoft Entra ID Users"},
		Assignment:  {Path: guide.Say("*Enterprise applications*, {app}"), Field: "Users and groups"},
		Groups:      {Path: guide.Say("*Enterprise applications*, {app}, *Provisioning*, *Mappings*"), Field: "Provision Microsoft Entra ID Groups"},
		Again:       {Path: guide.Say("*Enterprise applications*, {app}, *Provisioning*"), Field: "Provision on demand"},
	},
}
