package guide

import "gatehouse/sso/guide"

var jumpCloud = Guide{
	Key: "jumpcloud", Type: "jump cloud scim v2.0", Provider: "JumpCloud", Name: "JumpCloud",
	Role: guide.Say("to be *Administrator* in {provider}"), Minutes: 10,
	Title: "Set up identity management in JumpCloud", Done: "I’ve set it up",
	Lede: guide.Say("Give the application for {app} in the JumpCloud admin portal our address and the token, and bind the groups whose people are pushed."),
	Steps: []guide.Step{
		{Title: "Open the application for {app}",
			Text: guide.Say("Go to *SSO Applications* and open the application that people sign in by. Without one, choose *Add New Application*, *Custom Application*, tick *Export users to this app (Identity Management)*, and name it *{app}*.")},
		{Title: "Paste these values under “Identity Management”",
			Text: guide.Say("Set *SCIM Version* to *SCIM 2.0*. *Test User Email* is an address that nobody has here: JumpCloud makes a person and a group to try, and removes both. Tick *Enable management of User Groups and Group Membership in this application*."),
			Paste: []guide.Paste{
				{Mark: "A", Field: "Base URL", Value: Endpoint},
				{Mark: "B", Field: "Token Key", Value: Token},
			},
			Form: &guide.Form{Window: "JumpCloud · SSO Applications · Identity Management", Fields: []guide.Field{
				{Kind: guide.Choice, Label: "SCIM Version", Text: "SCIM 2.0"},
				{Label: "Base URL", Mark: "A", Value: Endpoint},
				{Label: "Token Key", Mark: "B", Value: Token},
				{Label: "Test User Email", Text: "an address that nobody has here"},
			}}},
		{Title: "Test, and activate",
			Text: guide.Say("Choose *Test Connection*, then *Activate*, then *Save*.")},
		{Title: "Bind groups",
			Text: guide.Say("On the *User Groups* tab, tick the groups whose people are to be members, and *Save*. Empty groups aren’t pushed.")},
	},
	Right:   guide.Say("*Test Connection* succeeds, and *Activate* turns into *Deactivate*. In the sync activity here there is a test person who came and went."),
	First:   guide.Say("JumpCloud pushes within a few minutes of a group being bound."),
	Leaving: guide.Say("Unbinding a group sends its people as inactive, unless another bound group holds them."),
	Places: map[Subject]guide.Place{
		Credentials: {Path: guide.Say("*SSO Applications*, {app}"), Field: "Identity Management"},
		Mapping:     {Path: guide.Say("*SSO Applications*, {app}, *Identity Management*"), Field: "Attributes"},
		Assignment:  {Path: guide.Say("*SSO Applications*, {app}"), Field: "User Groups"},
		Groups:      {Path: guide.Say("*SSO Applications*, {app}"), Field: "User Groups"},
		Again:       {Path: guide.Say("*SSO Applications*, {app}, *User Groups*"), Field: "untick the group, save, and tick it again"},
	},
}
