package guide

import "gatehouse/sso/guide"

var sailPoint = Guide{
	Key: "sailpoint", Type: "sailpoint scim v2.0", Provider: "SailPoint", Name: "SailPoint",
	Role: guide.Say("to be an administrator of {provider} Identity Security Cloud"), Minutes: 30,
	Title: "Create the source in SailPoint", Done: "I’ve created it",
	Lede: guide.Say("Make a SCIM 2.0 source for {app} in SailPoint Identity Security Cloud, give it our address and the token, and grant access by access profiles."),
	Steps: []guide.Step{
		{Title: "Create a source",
			Text: guide.Say("Go to *Admin*, *Connections*, *Sources*, then *Create New*. Choose *SCIM 2.0* and *Configure*. Name it *{app}*, choose its owner, *Direct Connection*, and *Continue*.")},
		{Title: "Paste these values under “Connection Settings”",
			Text: guide.Say("Choose the *Virtual Appliance Cluster* under *Base Configuration* first. Save, then *Review and Test*, *Test Connection*."),
			Paste: []guide.Paste{
				{Mark: "A", Field: "Host URL", Value: Endpoint},
				{Mark: "B", Field: "Authentication Type", Fixed: "API Token"},
				{Mark: "C", Field: "API Token", Value: Token},
			},
			Form: &guide.Form{Window: "SailPoint · Sources · SCIM 2.0 · Connection Settings", Fields: []guide.Field{
				{Label: "Host URL", Mark: "A", Value: Endpoint},
				{Kind: guide.Choice, Label: "Authentication Type", Mark: "B", Text: "API Token"},
				{Label: "API Token", Mark: "C", Value: Token},
			}}},
		{Title: "Discover the schema",
			Text: guide.Say("Under *Import Data*, *Account Schema*, choose *Discover*. Mark `id` as *Account ID* and `userName` as *Account Name*. Then start an aggregation of accounts and of entitlements.")},
		{Title: "Map the account, and grant it",
			Text: guide.Say("In the source’s create profile, map `userName`, `emails.work.primary.value`, `name.givenName` and `name.familyName`. People are pushed when an access profile or a role gives them an entitlement of this source: make one for each group.")},
	},
	Right:   guide.Say("*Test Connection* succeeds, and the aggregation ends without an error."),
	First:   guide.Say("SailPoint pushes when a request is approved or a role is assigned."),
	Leaving: guide.Say("A lifecycle state that disables or deletes accounts sends people as inactive, or deletes them here."),
	Vague:   true,
	Places: map[Subject]guide.Place{
		Credentials: {Path: guide.Say("*Admin*, *Connections*, *Sources*, {app}"), Field: "Connection Settings"},
		Mapping:     {Path: guide.Say("*Admin*, *Connections*, *Sources*, {app}"), Field: "Create profile"},
		Assignment:  {Path: guide.Say("*Admin*, *Access*"), Field: "Access Profiles"},
		Groups:      {Path: guide.Say("*Admin*, *Connections*, *Sources*, {app}"), Field: "Entitlements"},
		Again:       {Path: guide.Say("*Admin*, *Identities*, the person"), Field: "Synchronize Attributes"},
	},
}
