package guide

var googleSAML = Guide{
	Key: "google-saml", Type: "GoogleSAML", Provider: "Google Workspace", Name: "Google Workspace", Protocol: "saml",
	Role: Say("the {provider} role *Super administrator*"), Minutes: 10,
	Title: "Create the app in Google Workspace", Done: "I’ve created the app",
	Lede: Say("Add {app} as a custom SAML app in the Google Admin console, download one file, and paste two values."),
	Steps: []Step{
		{Title: "Add a custom SAML app",
			Text:    Say("Go to *Apps*, then *Web and mobile apps*, then *Add app*, *Add custom SAML app*. Name it *{app}* and choose *Continue*."),
			Console: Console{"Open the Google Admin console", "https://admin.google.com/"}},
		{Title: "Download the metadata",
			Text: Say("Choose *Download metadata* and keep the file: you upload it here in the next step. Google has no address for it. Then *Continue*.")},
		{Title: "Paste these values under “Service provider details”",
			Text: Say("Leave *Start URL* empty. Tick *Signed response*. For *Name ID*, choose *Basic Information*, *Primary email*."),
			Paste: []Paste{
				{Mark: "A", Field: "ACS URL", Value: ACSURL},
				{Mark: "B", Field: "Entity ID", Value: EntityID},
				{Mark: "C", Field: "Name ID format", Fixed: "EMAIL"},
			},
			Form: &Form{Window: "Google Admin · Add custom SAML app · Service provider details", Fields: []Field{
				{Label: "ACS URL", Mark: "A", Value: ACSURL},
				{Label: "Entity ID", Mark: "B", Value: EntityID},
				{Kind: Tick, Label: "Signed response"},
				{Kind: Choice, Label: "Name ID format", Mark: "C", Text: "EMAIL"},
			}}},
		{Title: "Add these under “Attribute mapping”",
			Attributes: &Attributes{Name: "App attribute", Value: "Google Directory attribute", Rows: []Attribute{
				{Name: "email", Value: "Basic Information, Primary email", Phrase: true, Note: "Required"},
				{Name: "firstName", Value: "Basic Information, First name", Phrase: true},
				{Name: "lastName", Value: "Basic Information, Last name", Phrase: true},
				{Name: "groups", Value: "Group membership, the groups that matter", Phrase: true, Note: "Only to map roles"},
			}}},
		{Title: "Turn the app on for your people",
			Text: Say("Choose *Finish*. Open *User access* and set it to *ON for everyone*, or for some units. Google says that this can take up to 24 hours.")},
	},
	Metadata: Metadata{Ways: []Way{ByFile, ByHand}, Label: "Metadata file",
		Where:  Say("Upload the file that you downloaded. If you don’t have it any more: *Apps*, *Web and mobile apps*, {app}, *Download metadata*."),
		Looks:  Say("It is called `GoogleIDPMetadata.xml`."),
		Issuer: "Entity ID", SignInURL: "SSO URL", Certificate: "Certificate"},
	Mistakes: []Mistake{
		{Holds: "admin.google.com", Says: Say("This is a page of the Admin console. Google has no address for its metadata: download the file and upload it here.")},
		{Holds: "accounts.google.com", Says: Say("This is the sign-in page. Google has no address for its metadata: download the file and upload it here.")},
	},
	Places: map[Subject]Place{
		Audience:   {Say("*Apps*, *Web and mobile apps*, {app}, *Service provider details*"), "Entity ID"},
		ACS:        {Say("*Apps*, *Web and mobile apps*, {app}, *Service provider details*"), "ACS URL"},
		Signing:    {Say("*Apps*, *Web and mobile apps*, {app}, *Service provider details*"), "Signed response"},
		Trust:      {Say("*Apps*, *Web and mobile apps*, {app}"), "Download metadata"},
		NameID:     {Say("*Apps*, *Web and mobile apps*, {app}, *Service provider details*"), "Name ID"},
		Claims:     {Say("*Apps*, *Web and mobile apps*, {app}"), "SAML attribute mapping"},
		Assignment: {Say("*Apps*, *Web and mobile apps*, {app}"), "User access"},
	},
}

var googleOIDC = Guide{
	Key: "google-oidc", Type: "GoogleOIDC", Provider: "Google Workspace", Name: "Google Workspace", Protocol: "oidc",
	Role: Say("to be *Editor* of a Google Cloud project of your organization"), Minutes: 10,
	Title: "Create a client in Google Cloud", Done: "I’ve created the client",
	Lede: Say("Make an OAuth client for {app} in a Google Cloud project of your organization and paste one value into it."),
	Steps: []Step{
		{Title: "Open the credentials of a project",
			Text:    Say("Choose a project of your organization, then *APIs & Services*, *OAuth consent screen*. If it isn’t set up yet, do that now. The audience must be *Internal*: only people of your organization get in then."),
			Console: Console{"Open Google Cloud credentials", "https://console.cloud.google.com/apis/credentials"}},
		{Title: "Create the client",
			Text:  Say("Create an *OAuth client ID* (the button is also called *Create client*). Choose *Web application*, name it *{app}*, and add this under *Authorized redirect URIs*."),
			Paste: []Paste{{Mark: "A", Field: "Authorized redirect URIs", Value: RedirectURI}},
			Form: &Form{Window: "Google Cloud · Create OAuth client ID", Fields: []Field{
				{Kind: Choice, Label: "Application type", Text: "Web application"},
				{Label: "Name", Text: "{app}"},
				{Label: "Authorized redirect URIs", Mark: "A", Value: RedirectURI},
			}}},
		{Title: "Copy client ID and secret",
			Text: Say("Choose *Create*. Copy the client secret at once: Google shows it only now.")},
	},
	Client: Client{
		Where:  Say("Both were shown when you created the client. The client ID ends in `.apps.googleusercontent.com`."),
		Issuer: "Issuer", ID: "Client ID", Secret: "Client secret", Example: "https://accounts.google.com", Fixed: "https://accounts.google.com",
		Note: Say("Google sends no groups by OpenID Connect. To map groups to roles, use SAML.")},
	Places: map[Subject]Place{
		Redirect: {Say("*APIs & Services*, *Credentials*, {app}"), "Authorized redirect URIs"},
		Secret:   {Say("*APIs & Services*, *Credentials*, {app}"), "Client secrets"},
		Issuer:   {Say("*APIs & Services*, *OAuth consent screen*"), "Audience"},
	},
}
