package guide

import "gatehouse/sso/guide"

var rippling = Guide{
	Key: "rippling", Type: "rippling scim v2.0", Provider: "Rippling", Name: "Rippling",
	Role: guide.Say("to be an admin of {provider} with access to *IT*"), Minutes: 15,
	Title: "Create the integration in Rippling", Done: "I’ve created it",
	Lede: guide.Say("Make a custom integration for {app} in Rippling, say what it can do, and give it our address and the token."),
	Steps: []guide.Step{
		{Title: "Create a custom integration",
			Text: guide.Say("Go to *IT*, *Third-Party Access*, *Add Integration*, then *Create New Custom Integration*. Name it *{app}*, tick *User Management via SCIM*, then *Continue*.")},
		{Title: "Paste the address, and say what {app} supports",
			Text: guide.Say("Set *SCIM Version* to *2.0*. Tick *Supports Groups*, *Supports Pagination*, *Create & Delete Groups* and *Use PATCH to edit Groups*."),
			Paste: []guide.Paste{
				{Mark: "A", Field: "SCIM base URL", Value: Endpoint},
				{Mark: "B", Field: "SCIM Authorization Method", Fixed: "Bearer Token"},
			},
			Form: &guide.Form{Window: "Rippling · Create new integration · SCIM", Fields: []guide.Field{
				{Kind: guide.Choice, Label: "SCIM Version", Text: "2.0"},
				{Label: "SCIM base URL", Mark: "A", Value: Endpoint},
				{Kind: guide.Choice, Label: "SCIM Authorization Method", Mark: "B", Text: "Bearer Token"},
				{Kind: guide.Tick, Label: "Supports Groups"},
				{Kind: guide.Tick, Label: "Supports Pagination"},
				{Kind: guide.Tick, Label: "Create & Delete Groups"},
				{Kind: guide.Tick, Label: "Use PATCH to edit Groups"},
			}}},
		{Title: "Add the attributes",
			Text: guide.Say("Under *Supported SCIM Attributes*, add these."),
			Attributes: &guide.Attributes{Name: "Attribute", Value: "For", Rows: []guide.Attribute{
				{Name: "emails.primary", Value: "The person’s address", Phrase: true, Note: "Required"},
				{Name: "externalId", Value: "Who it is, whatever their address", Phrase: true, Note: "Required"},
				{Name: "name.givenName", Value: "First name", Phrase: true},
				{Name: "name.familyName", Value: "Last name", Phrase: true},
				{Name: "employeeNumber", Value: "Employee number", Phrase: true},
			}}},
		{Title: "Install it, with the token",
			Text:  guide.Say("Choose *Continue*, then install the integration and paste the token. Choose who gets access and when (*App Access Rules*, *Provision Time*)."),
			Paste: []guide.Paste{{Mark: "C", Field: "Bearer Token", Value: Token}}},
	},
	Right:   guide.Say("The installation goes on to *App Access Rules* instead of saying that the token is refused."),
	First:   guide.Say("Rippling pushes people at the *Provision Time* that you chose, or when you give them the app by hand."),
	Leaving: guide.Say("Who loses the app or leaves the company is sent as inactive, or deleted here."),
	Places: map[Subject]guide.Place{
		Credentials: {Path: guide.Say("*IT*, *Third-Party Access*, {app}"), Field: "Settings"},
		Mapping:     {Path: guide.Say("*IT*, *Third-Party Access*, {app}"), Field: "Attribute Mappings"},
		Assignment:  {Path: guide.Say("*IT*, *Third-Party Access*, {app}"), Field: "App Access Rules"},
		Groups:      {Path: guide.Say("*IT*, *Third-Party Access*, {app}"), Field: "Groups"},
		Again:       {Path: guide.Say("*IT*, *Third-Party Access*, {app}"), Field: "Users"},
	},
	Vague: true,
}
