package guide

import "gatehouse/sso/guide"

// oneLoginTemplate is what OneLogin fills in and sends of each person.
const oneLoginTemplate = `{
  "schemas": [
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
  ],
  "userName": "{$parameters.scimusername}",
  "active": "{$user.active}",
  "name": {
    "givenName": "{$user.firstname}",
    "familyName": "{$user.lastname}",
    "formatted": "{$user.display_name}"
  },
  "emails": [
    {"value": "{$user.email}", "type": "work", "primary": true}
  ],
  "title": "{$parameters.title}",
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
    "department": "{$parameters.department}"
  }
}`

var oneLogin = Guide{
	Key: "onelogin", Type: "onelogin scim v2.0", Provider: "OneLogin", Name: "OneLogin",
	Role: guide.Say("to be *Super user* or *Account owner* in {provider}"), Minutes: 15,
	Title: "Set up provisioning in OneLogin", Done: "I’ve set it up",
	Lede: guide.Say("Add a SCIM connector for {app} in the OneLogin administration, and paste an address, a template and the token into it."),
	Steps: []guide.Step{
		{Title: "Add the connector",
			Text: guide.Say("Go to *Applications*, *Applications*, then *Add App*. Search for *SCIM Provisioner with SAML (SCIM v2 Enterprise)* and choose it. Name it *{app}* and *Save*.")},
		{Title: "Paste these values under “Configuration”",
			Text: guide.Say("The template says what OneLogin sends of each person. Then choose *Enable* under *API Connection*, and *Save*."),
			Paste: []guide.Paste{
				{Mark: "A", Field: "SCIM Base URL", Value: Endpoint},
				{Mark: "B", Field: "SCIM JSON Template", Fixed: oneLoginTemplate},
				{Mark: "C", Field: "SCIM Bearer Token", Value: Token},
			},
			Form: &guide.Form{Window: "OneLogin · SCIM Provisioner with SAML · Configuration", Fields: []guide.Field{
				{Kind: guide.Choice, Label: "API Status", Text: "Enabled"},
				{Label: "SCIM Base URL", Mark: "A", Value: Endpoint},
				{Label: "SCIM JSON Template", Mark: "B", Text: oneLoginTemplate},
				{Label: "SCIM Bearer Token", Mark: "C", Value: Token},
			}}},
		{Title: "Check “Parameters”",
			Text: guide.Say("*SCIM Username* has to be *Email*. To push groups, choose the row *Groups* and tick *Include in User Provisioning*."),
			Attributes: &guide.Attributes{Name: "Parameter", Value: "Value in OneLogin", Rows: []guide.Attribute{
				{Name: "SCIM Username", Value: "Email", Phrase: true, Note: "Required"},
				{Name: "Groups", Value: "Include in User Provisioning", Phrase: true, Note: "Only to map roles"},
			}}},
		{Title: "Enable provisioning",
			Text: guide.Say("On the *Provisioning* tab, tick *Enable provisioning*. Under *Require admin approval before this action is performed*, untick *Create user*, *Delete user* and *Update user*: each would wait for somebody. Choose *Suspend* for people who are deleted or lose access, then *Save*.")},
		{Title: "Give people access",
			Text: guide.Say("Under *Access*, choose the roles whose people are pushed, then *Save*. Under *Rules*, *Set Groups in {app}* says which groups they are in.")},
	},
	Right:   guide.Say("*API Status* says *Enabled*, and under *Users* each person says *Provisioned*."),
	First:   guide.Say("OneLogin pushes within a minute. Who says *Pending* waits for an approval: choose it."),
	Leaving: guide.Say("With *Suspend*, who loses access is sent as inactive; with *Delete*, they are deleted here."),
	Places: map[Subject]guide.Place{
		Credentials: {Path: guide.Say("*Applications*, {app}"), Field: "Configuration"},
		Mapping:     {Path: guide.Say("*Applications*, {app}, *Configuration*"), Field: "SCIM JSON Template"},
		Assignment:  {Path: guide.Say("*Applications*, {app}"), Field: "Access"},
		Groups:      {Path: guide.Say("*Applications*, {app}"), Field: "Rules"},
		Again:       {Path: guide.Say("*Users*, *Provisioning*"), Field: "Failed"},
	},
}
