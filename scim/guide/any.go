package guide

import "gatehouse/sso/guide"

var anyProvider = Guide{
	Key: "scim", Type: "generic scim v2.0", Provider: "your provider", Name: "Another provider",
	Role: guide.Say("an administrator’s role there"), Minutes: 15,
	Title: "Set up provisioning at your provider", Done: "I’ve set it up",
	Lede: guide.Say("Anything that speaks SCIM 2.0 can push people and groups to {app}. It needs an address and a token."),
	Steps: []guide.Step{
		{Title: "Find its provisioning",
			Text: guide.Say("Providers call it provisioning, user management, identity management or SCIM, and have it in the settings of the app that people sign in by. Choose SCIM 2.0 if there are versions.")},
		{Title: "Give it these values",
			Text: guide.Say("Choose a bearer token (or an HTTP header) as the way to authenticate. If two addresses are asked for, add `/Users` and `/Groups` to the first."),
			Paste: []guide.Paste{
				{Mark: "A", Field: "SCIM base URL", Also: "also called tenant, endpoint or connector URL", Value: Endpoint},
				{Mark: "B", Field: "Bearer token", Also: "also called secret, API or access token", Value: Token},
				{Mark: "C", Field: "Unique identifier", Also: "also called matching attribute", Fixed: "userName"},
			},
			Form: &guide.Form{Window: "Your provider · Provisioning · SCIM 2.0", Fields: []guide.Field{
				{Label: "SCIM base URL", Mark: "A", Value: Endpoint},
				{Label: "Bearer token", Mark: "B", Value: Token},
				{Label: "Unique identifier", Mark: "C", Text: "userName"},
			}}},
		{Title: "Send these attributes",
			Text: guide.Say("Others are kept as they come, and can be read by {app}."),
			Attributes: &guide.Attributes{Name: "Attribute", Value: "Value", Rows: []guide.Attribute{
				{Name: "userName", Value: "The name people sign in by, best their email address", Phrase: true, Note: "Required"},
				{Name: `emails[type eq "work"].value`, Value: "The person’s email address", Phrase: true, Note: "Required"},
				{Name: "active", Value: "Whether they may use {app}", Phrase: true, Note: "Required"},
				{Name: "externalId", Value: "An ID that never changes", Phrase: true},
				{Name: "name.givenName", Value: "First name", Phrase: true},
				{Name: "name.familyName", Value: "Last name", Phrase: true},
			}}},
		{Title: "Switch it on, and choose people and groups",
			Text: guide.Say("Let it create, update and deactivate people, and push groups if roles are to come from them. Most providers push nobody until they are assigned.")},
	},
	Right:   guide.Say("A test of the connection succeeds. In the sync activity here it is a request that was read."),
	First:   guide.Say("Some providers push at once, others every hour or so. Many can push one person on demand."),
	Leaving: guide.Say("Who loses access is sent as inactive, or deleted. Both end their access here."),
	Places: map[Subject]guide.Place{
		Credentials: {Path: guide.Say("the provisioning settings of the app for {app}"), Field: "Address and token"},
		Mapping:     {Path: guide.Say("the provisioning settings of the app for {app}"), Field: "Attribute mapping"},
		Assignment:  {Path: guide.Say("the settings of the app for {app}"), Field: "Assigned people"},
		Groups:      {Path: guide.Say("the provisioning settings of the app for {app}"), Field: "Groups"},
		Again:       {Path: guide.Say("the provisioning settings of the app for {app}"), Field: "Retry, or push again"},
	},
}
