package guide

import "gatehouse/sso/guide"

// pingType is the one type that the wire has for both of Ping's products.
const pingType = "pingfederate scim v2.0"

var pingOne = Guide{
	Key: "pingone", Type: pingType, Provider: "PingOne", Name: "PingOne",
	Role: guide.Say("an administrator’s role in {provider}"), Minutes: 15,
	Title: "Set up provisioning in PingOne", Done: "I’ve set it up",
	Lede: guide.Say("Make a SCIM connection for {app} in the PingOne admin console, and a rule that says who is pushed."),
	Steps: []guide.Step{
		{Title: "Add a connection",
			Text: guide.Say("Go to *Integrations*, *Provisioning*, then *+*, *New connection*. Beside *Identity Store*, choose *Select*, then *SCIM Outbound* and *Next*. Name it *{app}*.")},
		{Title: "Paste these values under “Configure authentication”",
			Text: guide.Say("Leave *SCIM version* at *2.0*. Choose *Test connection*, then *Next*."),
			Paste: []guide.Paste{
				{Mark: "A", Field: "SCIM base URL", Value: Endpoint},
				{Mark: "B", Field: "Users resource", Fixed: "/Users"},
				{Mark: "C", Field: "Groups resource", Fixed: "/Groups"},
				{Mark: "D", Field: "Authentication method", Fixed: "OAuth 2 Bearer Token"},
				{Mark: "E", Field: "OAuth Access Token", Value: Token},
			},
			Form: &guide.Form{Window: "PingOne · Provisioning · New connection · Authentication", Fields: []guide.Field{
				{Label: "SCIM base URL", Mark: "A", Value: Endpoint},
				{Label: "Users resource", Mark: "B", Text: "/Users"},
				{Label: "Groups resource", Mark: "C", Text: "/Groups"},
				{Kind: guide.Choice, Label: "Authentication method", Mark: "D", Text: "OAuth 2 Bearer Token"},
				{Label: "OAuth Access Token", Mark: "E", Value: Token},
			}}},
		{Title: "Set the preferences",
			Text: guide.Say("The *user filter* compares `userName`, and the *unique identifier* is `userName` too. For the *remove action*, choose *Disable*: who leaves stays in the log. For groups, choose *merge* if groups here get people from elsewhere, else *overwrite*. Then *Save* and switch the connection on.")},
		{Title: "Add a rule",
			Text: guide.Say("On the *Rules* tab, choose *+*, *New rule*, with PingOne as the source and {app} as the target. Set the *user filter* to who is to be pushed, check that `emails` is mapped under *attribute mapping*, add the groups, and switch the rule on.")},
	},
	Right:   guide.Say("*Test connection* says that it was successful, and the rule’s sync status counts people."),
	First:   guide.Say("PingOne begins as soon as the rule is switched on."),
	Leaving: guide.Say("By the *remove action*: *Disable* sends people as inactive, *Delete* deletes them here."),
	Vague:   true,
	Places: map[Subject]guide.Place{
		Credentials: {Path: guide.Say("*Integrations*, *Provisioning*, {app}"), Field: "Configuration"},
		Mapping:     {Path: guide.Say("*Integrations*, *Provisioning*, *Rules*, the rule for {app}"), Field: "Attribute mapping"},
		Assignment:  {Path: guide.Say("*Integrations*, *Provisioning*, *Rules*, the rule for {app}"), Field: "User filter"},
		Groups:      {Path: guide.Say("*Integrations*, *Provisioning*, *Rules*, the rule for {app}"), Field: "Groups"},
		Again:       {Path: guide.Say("*Integrations*, *Provisioning*, *Rules*, the rule for {app}"), Field: "Sync status"},
	},
}

var pingFederate = Guide{
	Key: "pingfederate", Type: pingType, Provider: "PingFederate", Name: "PingFederate",
	Role: guide.Say("to be an administrator of the {provider} server, with its *SCIM Connector* installed"), Minutes: 30,
	Title: "Set up outbound provisioning in PingFederate", Done: "I’ve set it up",
	Lede: guide.Say("Add outbound provisioning to the SP connection for {app}, and a channel that says who is pushed."),
	Steps: []guide.Step{
		{Title: "Add provisioning to the connection",
			Text: guide.Say("Open *SP Connections* and the connection for {app}. On the *Connection Type* tab, tick *Outbound Provisioning* and choose *SCIM Connector* as its type.")},
		{Title: "Paste these values under “Configure Provisioning”",
			Text: guide.Say("Go on to the *Outbound Provisioning* tab and choose *Configure Provisioning*. Leave *Unique User Identifier* at *userName*."),
			Paste: []guide.Paste{
				{Mark: "A", Field: "SCIM URL", Value: Endpoint},
				{Mark: "B", Field: "SCIM Version", Fixed: "2.0"},
				{Mark: "C", Field: "Authentication Method", Fixed: "OAuth 2 Bearer Token"},
				{Mark: "D", Field: "Access Token", Value: Token},
			},
			Form: &guide.Form{Window: "PingFederate · Outbound Provisioning · Target", Fields: []guide.Field{
				{Label: "SCIM URL", Mark: "A", Value: Endpoint},
				{Kind: guide.Choice, Label: "SCIM Version", Mark: "B", Text: "2.0"},
				{Kind: guide.Choice, Label: "Authentication Method", Mark: "C", Text: "OAuth 2 Bearer Token"},
				{Label: "Access Token", Mark: "D", Value: Token},
			}}},
		{Title: "Create a channel",
			Text: guide.Say("Under *Manage Channels*, choose *Create*: the data store, the *Base DN*, and a filter for people (and one for groups). Map `workEmail` and `userName` under *Attribute Mapping*.")},
		{Title: "Activate the channel and the connection",
			Text: guide.Say("Set *Channel Status* to *Active* under *Activation and Summary*, and save the connection.")},
	},
	Right:   guide.Say("The channel says *Active*, and the first people stand in the sync activity here."),
	First:   guide.Say("PingFederate synchronizes at the interval of the server’s provisioner settings: a minute by default."),
	Leaving: guide.Say("By the connector’s *remove user action*: people are sent as inactive, or deleted here."),
	Vague:   true,
	Places: map[Subject]guide.Place{
		Credentials: {Path: guide.Say("*SP Connections*, {app}, *Outbound Provisioning*"), Field: "Target"},
		Mapping:     {Path: guide.Say("*SP Connections*, {app}, *Outbound Provisioning*, the channel"), Field: "Attribute Mapping"},
		Assignment:  {Path: guide.Say("*SP Connections*, {app}, *Outbound Provisioning*, the channel"), Field: "Source Location"},
		Groups:      {Path: guide.Say("*SP Connections*, {app}, *Outbound Provisioning*, the channel"), Field: "Source Location"},
		Again:       {Path: guide.Say("*SP Connections*, {app}, *Outbound Provisioning*"), Field: "Manage Channels"},
	},
}
