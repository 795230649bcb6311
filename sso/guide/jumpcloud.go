package guide

var jumpCloud = Guide{
	Key: "jumpcloud-saml", Type: "JumpCloudSAML", Provider: "JumpCloud", Name: "JumpCloud", Protocol: "saml",
	Role: Say("an administrator’s role in {provider}"), Minutes: 10,
	Title: "Create the app in JumpCloud", Done: "I’ve created the app",
	Lede: Say("Add a custom application for {app} in the JumpCloud admin portal and paste two values into it."),
	Steps: []Step{
		{Title: "Add a custom application",
			Text:    Say("Go to *SSO Applications*, then *Add New Application*, then *Custom Application*. Choose *Manage Single Sign-On (SSO)*, *Configure SSO with SAML*. Name it *{app}*, *Save Application*, then *Configure Application*."),
			Console: Console{"Open the JumpCloud admin portal", "https://console.jumpcloud.com/"}},
		{Title: "Paste these values on the “SSO” tab",
			Text: Say("Both are case sensitive. For *IdP Entity ID*, keep what JumpCloud suggests. Set *Signature Algorithm* to *RSA-SHA256* and *Sign* to *Assertion and Response*, and tick *Declare Redirect Endpoint*."),
			Paste: []Paste{
				{Mark: "A", Field: "SP Entity ID", Value: EntityID},
				{Mark: "B", Field: "ACS URLs", Value: ACSURL},
				{Mark: "C", Field: "SAMLSubject NameID", Fixed: "email"},
			},
			Form: &Form{Window: "JumpCloud · Custom Application · SSO", Fields: []Field{
				{Label: "SP Entity ID", Mark: "A", Value: EntityID},
				{Label: "ACS URLs", Mark: "B", Value: ACSURL},
				{Kind: Choice, Label: "SAMLSubject NameID", Mark: "C", Text: "email"},
				{Kind: Tick, Label: "Declare Redirect Endpoint"},
			}}},
		{Title: "Add these under “Attributes”",
			Text: Say("For roles, tick *include group attribute* and name it `groups`."),
			Attributes: &Attributes{Name: "Service Provider Attribute Name", Value: "JumpCloud Attribute Name", Rows: []Attribute{
				{Name: "email", Value: "email", Note: "Required"},
				{Name: "firstName", Value: "firstname"},
				{Name: "lastName", Value: "lastname"},
				{Name: "groups", Value: "include group attribute", Phrase: true, Note: "Only to map roles"},
			}}},
		{Title: "Give groups access",
			Text: Say("On the *User Groups* tab, choose the groups that may use {app}, then *Save*. Nobody else gets in.")},
	},
	Metadata: Metadata{Ways: []Way{ByURL, ByFile, ByHand}, Label: "Metadata URL",
		Where:   Say("On the *SSO* tab, choose *Copy Metadata URL*, or *Export Metadata* and upload the file."),
		Example: "https://sso.jumpcloud.com/saml2/metadata/…",
		Issuer:  "IdP Entity ID", SignInURL: "IDP URL", Certificate: "IDP Certificate"},
	Mistakes: []Mistake{
		{Holds: "console.jumpcloud.com", Says: Say("This is a page of the admin portal, not the metadata. In JumpCloud use *SSO*, *Copy Metadata URL*.")},
	},
	Places: map[Subject]Place{
		Audience:   {Say("*SSO Applications*, {app}, *SSO*"), "SP Entity ID"},
		ACS:        {Say("*SSO Applications*, {app}, *SSO*"), "ACS URLs"},
		Signing:    {Say("*SSO Applications*, {app}, *SSO*"), "Sign"},
		Algorithm:  {Say("*SSO Applications*, {app}, *SSO*"), "Signature Algorithm"},
		Trust:      {Say("*SSO Applications*, {app}, *SSO*"), "IDP Certificate"},
		NameID:     {Say("*SSO Applications*, {app}, *SSO*"), "SAMLSubject NameID"},
		Claims:     {Say("*SSO Applications*, {app}, *SSO*"), "Attributes"},
		Assignment: {Say("*SSO Applications*, {app}"), "User Groups"},
	},
}
