package guide

var pingOne = Guide{
	Key: "pingone-saml", Type: "PingOneSAML", Provider: "PingOne", Name: "PingOne", Protocol: "saml",
	Role: Say("an administrator’s role in {provider}"), Minutes: 10,
	Title: "Create the app in PingOne", Done: "I’ve created the app",
	Lede: Say("Make a SAML application for {app} in the PingOne admin console and paste two values into it."),
	Steps: []Step{
		{Title: "Add an application",
			Text: Say("Go to *Applications*, *Applications*, then the *+* icon. Name it *{app}*, choose *SAML Application*, then *Configure*.")},
		{Title: "Paste these values under “SAML Configuration”",
			Text: Say("Choose *Manually Enter*, then *Save*."),
			Paste: []Paste{
				{Mark: "A", Field: "ACS URLs", Value: ACSURL},
				{Mark: "B", Field: "Entity ID", Value: EntityID},
			},
			Form: &Form{Window: "PingOne · Add Application · SAML Configuration", Fields: []Field{
				{Kind: Choice, Label: "Provide metadata", Text: "Manually Enter"},
				{Label: "ACS URLs", Mark: "A", Value: ACSURL},
				{Label: "Entity ID", Mark: "B", Value: EntityID},
			}}},
		{Title: "Add these under “Attribute Mappings”",
			Text: Say("Leave `saml_subject` as it is. If *Assertion Validity Duration* is empty on the *Configuration* tab, enter `300` seconds."),
			Attributes: &Attributes{Name: "Attributes", Value: "PingOne Mappings", Rows: []Attribute{
				{Name: "email", Value: "Email Address", Phrase: true, Note: "Required"},
				{Name: "firstName", Value: "Given Name", Phrase: true},
				{Name: "lastName", Value: "Family Name", Phrase: true},
				{Name: "groups", Value: "Group Names", Phrase: true, Note: "Only to map roles"},
			}}},
		{Title: "Enable the application",
			Text: Say("Applications start disabled. Use the toggle at the top right of the application. If you limit it to groups, yours must be among them.")},
	},
	Metadata: Metadata{Ways: []Way{ByURL, ByFile, ByHand}, Label: "IDP Metadata URL",
		Where:   Say("On the application’s *Configuration* tab, copy the *IDP Metadata URL*, or choose *Download Metadata*."),
		Example: "https://auth.pingone.eu/…/saml20/metadata/…",
		Looks:   Say("It has `/saml20/metadata/` in it."),
		Issuer:  "Issuer ID", SignInURL: "Single Signon Service", Certificate: "Signing certificate"},
	Mistakes: []Mistake{
		{Holds: "console.pingone", Says: Say("This is a page of the admin console, not the metadata. In PingOne use *Configuration*, *IDP Metadata URL*.")},
		{Holds: "/saml20/idp", Says: Say("This is the sign-in page, not the metadata. In PingOne use *Configuration*, *IDP Metadata URL*.")},
	},
	Places: map[Subject]Place{
		Audience:   {Say("*Applications*, {app}, *Configuration*"), "Entity ID"},
		ACS:        {Say("*Applications*, {app}, *Configuration*"), "ACS URLs"},
		Signing:    {Say("*Applications*, {app}, *Configuration*"), "Signing"},
		Algorithm:  {Say("*Applications*, {app}, *Configuration*"), "Signing Algorithm"},
		Trust:      {Say("*Applications*, {app}, *Configuration*"), "Download Metadata"},
		NameID:     {Say("*Applications*, {app}, *Attribute Mappings*"), "saml_subject"},
		Claims:     {Say("*Applications*, {app}"), "Attribute Mappings"},
		Assignment: {Say("*Applications*, {app}"), "Access"},
	},
}
