package guide

import "gatehouse/sso/guide"

// google has no type of its own on the wire that pushes: there it is read.
var google = Guide{
	Key: "google", Type: "generic scim v2.0", Provider: "Google Workspace", Name: "Google Workspace",
	Role: guide.Say("the {provider} role *Super Admin*"), Minutes: 15,
	Title: "Set up auto-provisioning in Google Workspace", Done: "I’ve set it up",
	Lede: guide.Say("Google pushes for apps of its catalogue only. Look first whether your app for {app} has a section *Auto-provisioning*."),
	Steps: []guide.Step{
		{Title: "Open the app for {app}",
			Text:    guide.Say("In the Admin console, go to *Apps*, *Web and mobile apps* and open the app. If there is no *Auto-provisioning* section, it is a custom app, and Google can’t push for it. Then use another provider for the directory, or let people become members when they first sign in, in the settings of single sign-on."),
			Console: guide.Console{Label: "Open the Admin console", URL: "https://admin.google.com/"}},
		{Title: "Paste these values under “Auto-provisioning”",
			Text: guide.Say("Choose *Configure auto-provisioning*. Some apps of the catalogue ask for the token alone, since their address is built in: those can’t push to {app}."),
			Paste: []guide.Paste{
				{Mark: "A", Field: "Access token", Value: Token},
				{Mark: "B", Field: "Endpoint URL", Value: Endpoint},
			},
			Form: &guide.Form{Window: "Google Admin · Web and mobile apps · Auto-provisioning", Fields: []guide.Field{
				{Label: "Access token", Mark: "A", Value: Token},
				{Label: "Endpoint URL", Mark: "B", Value: Endpoint},
			}}},
		{Title: "Map the attributes",
			Text: guide.Say("Every attribute with a star needs a field of Google’s."),
			Attributes: &guide.Attributes{Name: "App attribute", Value: "Google Directory attribute", Rows: []guide.Attribute{
				{Name: "userName", Value: "Basic Information › Username", Phrase: true, Note: "Required"},
				{Name: "emails.value", Value: "Basic Information › Email", Phrase: true, Note: "Required"},
				{Name: "name.givenName", Value: "Basic Information › First name", Phrase: true},
				{Name: "name.familyName", Value: "Basic Information › Last name", Phrase: true},
			}}},
		{Title: "Choose groups, and what happens when people leave",
			Text: guide.Say("Restrict provisioning to groups if not everybody is to be a member. For the deprovisioning, choose *within 24 hours* for each case, then finish and switch auto-provisioning on.")},
	},
	Right:   guide.Say("The *Auto-provisioning* section of the app says *Active*."),
	First:   guide.Say("Google syncs every few hours. There is no way to hurry it."),
	Leaving: guide.Say("Who loses the app, is suspended or is deleted is sent after the delay that you chose: up to 24 hours, or 1, 7 or more days."),
	Vague:   true,
	Places: map[Subject]guide.Place{
		Credentials: {Path: guide.Say("*Apps*, *Web and mobile apps*, {app}"), Field: "Auto-provisioning"},
		Mapping:     {Path: guide.Say("*Apps*, *Web and mobile apps*, {app}, *Auto-provisioning*"), Field: "Attribute mapping"},
		Assignment:  {Path: guide.Say("*Apps*, *Web and mobile apps*, {app}"), Field: "User access"},
		Groups:      {Path: guide.Say("*Apps*, *Web and mobile apps*, {app}, *Auto-provisioning*"), Field: "Provisioning scope"},
		Again:       {Path: guide.Say("*Apps*, *Web and mobile apps*, {app}"), Field: "Auto-provisioning"},
	},
}
