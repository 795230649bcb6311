package guide

var oktaSAML = Guide{
	Key: "okta-saml", Type: "OktaSAML", Provider: "Okta", Name: "Okta", Protocol: "saml",
	Role: Say("the {provider} role *Application administrator* or higher"), Minutes: 5,
	Title: "Create the app in Okta", Done: "I’ve created the app",
	Lede: Say("Make a SAML app for {app} in your Okta admin console and paste three values into it."),
	Steps: []Step{
		{Title: "Start a new app integration",
			Text: Say("In the Okta Admin Console, go to *Applications*, then *Create App Integration*. Choose *SAML 2.0* and *Next*. Name it *{app}* and choose *Next*.")},
		{Title: "Paste these values under “Configure SAML”",
			Paste: []Paste{
				{Mark: "A", Field: "Single sign-on URL", Also: "also called ACS URL", Value: ACSURL},
				{Mark: "B", Field: "Audience URI (SP Entity ID)", Value: EntityID},
				{Mark: "C", Field: "Name ID format", Fixed: "EmailAddress"},
			},
			Form: &Form{Window: "Okta · Create SAML Integration · 2 Configure SAML", Fields: []Field{
				{Label: "Single sign-on URL", Mark: "A", Value: ACSURL},
				{Kind: Tick, Label: "Use this for Recipient URL and Destination URL"},
				{Label: "Audience URI", Mark: "B", Value: EntityID},
				{Kind: Choice, Label: "Name ID format", Mark: "C", Text: "EmailAddress"},
			}}},
		{Title: "Add these attribute statements",
			Text: Say("They let {app} show people’s names. Leave the format at *Unspecified*. The last row goes under *Group Attribute Statements*."),
			Attributes: &Attributes{Name: "Name", Value: "Value in Okta", Rows: []Attribute{
				{Name: "email", Value: "user.email", Note: "Required"},
				{Name: "firstName", Value: "user.firstName"},
				{Name: "lastName", Value: "user.lastName"},
				{Name: "groups", Value: "Matches regex .*", Phrase: true, Note: "Only to map roles"},
			}}},
		{Title: "Finish in Okta",
			Text: Say("Choose *Next*, then *This is an internal app that we have created*, then *Finish*. On the *Assignments* tab, assign yourself and whoever will use {app}.")},
	},
	Metadata: Metadata{Ways: []Way{ByURL, ByFile, ByHand}, Label: "Metadata URL",
		Where:   Say("In Okta, open the app’s *Sign On* tab. Under *Metadata details*, copy the *Metadata URL*."),
		Example: "https://halden.okta.com/app/exk1a2b3c4/sso/saml/metadata",
		Looks:   Say("It ends in `/sso/saml/metadata`."),
		Issuer:  "Issuer", SignInURL: "Sign on URL", Certificate: "Signing Certificate"},
	Mistakes: []Mistake{
		{Holds: "-admin.okta", Says: Say("This is a page of the admin console, not the metadata. In Okta use *Sign On*, *Metadata details*.")},
		{Holds: "/sso/saml", Unless: "/metadata", Says: Say("This is the sign-in page, not the metadata. In Okta use *Sign On*, *Metadata details*.")},
		{Holds: "/home/", Says: Say("This is the app’s tile, not the metadata. In Okta use *Sign On*, *Metadata details*.")},
	},
	Places: map[Subject]Place{
		Audience:   {Say("*Applications*, {app}, *General*, *Edit* under *SAML Settings*"), "Audience URI (SP Entity ID)"},
		ACS:        {Say("*Applications*, {app}, *General*, *Edit* under *SAML Settings*"), "Single sign-on URL"},
		Signing:    {Say("*Applications*, {app}, *General*, *Edit* under *SAML Settings*, *Show Advanced Settings*"), "Response and Assertion Signature"},
		Algorithm:  {Say("*Applications*, {app}, *General*, *Edit* under *SAML Settings*, *Show Advanced Settings*"), "Signature Algorithm"},
		Encryption: {Say("*Applications*, {app}, *General*, *Edit* under *SAML Settings*, *Show Advanced Settings*"), "Assertion Encryption"},
		NameID:     {Say("*Applications*, {app}, *General*, *Edit* under *SAML Settings*"), "Application username"},
		Claims:     {Say("*Applications*, {app}, *General*, *Edit* under *SAML Settings*"), "Attribute Statements"},
		Trust:      {Say("*Applications*, {app}, *Sign On*"), "SAML Signing Certificates"},
		Assignment: {Say("*Applications*, {app}"), "Assignments"},
	},
}

var oktaOIDC = Guide{
	Key: "okta-oidc", Type: "OktaOIDC", Provider: "Okta", Name: "Okta", Protocol: "oidc",
	Role: Say("the {provider} role *Application administrator* or higher"), Minutes: 5,
	Title: "Create the app in Okta", Done: "I’ve created the app",
	Lede: Say("Make an OpenID Connect app for {app} in your Okta admin console and paste two values into it."),
	Steps: []Step{
		{Title: "Start a new app integration",
			Text: Say("In the Okta Admin Console, go to *Applications*, then *Create App Integration*. Choose *OIDC - OpenID Connect*, then *Web Application*, and *Next*. Name it *{app}*.")},
		{Title: "Paste these values",
			Text: Say("Leave *Authorization Code* ticked under *Grant type*."),
			Paste: []Paste{
				{Mark: "A", Field: "Sign-in redirect URIs", Value: RedirectURI},
				{Mark: "B", Field: "Sign-out redirect URIs", Also: "optional", Value: SignedOutURI},
			},
			Form: &Form{Window: "Okta · New Web App Integration", Fields: []Field{
				{Kind: Tick, Label: "Authorization Code"},
				{Label: "Sign-in redirect URIs", Mark: "A", Value: RedirectURI},
				{Label: "Sign-out redirect URIs", Mark: "B", Value: SignedOutURI},
			}}},
		{Title: "Assign people",
			Text: Say("Under *Assignments*, choose who may use {app}, then *Save*. You need to be among them to test. Keep the page open: the next step needs its client ID and secret.")},
	},
	Client: Client{
		Where:  Say("In Okta, open the app’s *General* tab for the *Client ID* and the *CLIENT SECRETS*. The issuer is your Okta address, such as `https://halden.okta.com`; if you use a custom authorization server, it is under *Security*, *API*."),
		Issuer: "Issuer URI", ID: "Client ID", Secret: "Client secret", Example: "https://halden.okta.com",
		Note: Say("To map groups to roles, add a groups claim on the app’s *Sign On* tab. Okta sends it for its own authorization server only."), ScopesForGroups: []string{"groups"}},
	Mistakes: []Mistake{
		{Holds: "-admin.okta", Says: Say("This is the admin console. The issuer is the same address without `-admin`.")},
	},
	Places: map[Subject]Place{
		Redirect:   {Say("*Applications*, {app}, *General*, *Edit*"), "Sign-in redirect URIs"},
		Secret:     {Say("*Applications*, {app}, *General*"), "CLIENT SECRETS"},
		Issuer:     {Say("*Security*, *API*"), "Issuer URI"},
		Claims:     {Say("*Applications*, {app}, *Sign On*"), "OpenID Connect ID Token"},
		Assignment: {Say("*Applications*, {app}"), "Assignments"},
	},
}
