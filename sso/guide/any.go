package guide

var anySAML = Guide{
	Key: "saml", Type: "GenericSAML", Provider: "your provider", Name: "Another SAML provider", Protocol: "saml",
	Role: Say("an administrator’s role there"), Minutes: 15,
	Title: "Create the app at your provider", Done: "I’ve created the app",
	Lede: Say("Make a SAML 2.0 app for {app} at {provider}. It needs two values, or our metadata, which holds both."),
	Steps: []Step{
		{Title: "Create a SAML app",
			Text: Say("Providers call it a SAML application, a service provider, a relying party or a client. Choose SAML 2.0 if there are versions.")},
		{Title: "Give it these values",
			Text: Say("If {provider} takes metadata, our address is enough: the values are in it."),
			Paste: []Paste{
				{Mark: "A", Field: "ACS URL", Also: "also called reply, consumer or single sign-on URL", Value: ACSURL},
				{Mark: "B", Field: "SP entity ID", Also: "also called audience, identifier or client ID", Value: EntityID},
				{Mark: "C", Field: "Our metadata", Also: "instead of both", Value: MetadataURL},
			},
			Form: &Form{Window: "Your provider · New SAML application", Fields: []Field{
				{Label: "ACS URL", Mark: "A", Value: ACSURL},
				{Label: "SP entity ID", Mark: "B", Value: EntityID},
			}}},
		{Title: "Send these attributes",
			Text: Say("Other names work too: you can map them here later. Sign with SHA-256, the response or the assertion or both."),
			Attributes: &Attributes{Name: "Name", Value: "Value", Rows: []Attribute{
				{Name: "email", Value: "The person’s email address", Phrase: true, Note: "Required"},
				{Name: "firstName", Value: "First name", Phrase: true},
				{Name: "lastName", Value: "Last name", Phrase: true},
				{Name: "groups", Value: "Names of the person’s groups", Phrase: true, Note: "Only to map roles"},
			}}},
		{Title: "Give people access",
			Text: Say("Most providers let nobody in until they are assigned to the app. Assign yourself, to test, and whoever will use {app}.")},
	},
	Metadata: Metadata{Ways: []Way{ByURL, ByFile, ByHand}, Label: "Metadata URL",
		Where:   Say("Look for “metadata”, “federation metadata” or “IdP metadata” at {provider}. An address is best: new certificates are then picked up by themselves."),
		Example: "https://sso.halden.example/metadata",
		Issuer:  "Entity ID", SignInURL: "Sign-in address", Certificate: "Signing certificate"},
	Places: map[Subject]Place{
		Audience:   {Say("the app’s SAML settings"), "SP entity ID (audience)"},
		ACS:        {Say("the app’s SAML settings"), "ACS URL"},
		Signing:    {Say("the app’s SAML settings"), "Sign response or assertion"},
		Algorithm:  {Say("the app’s SAML settings"), "Signature algorithm"},
		Trust:      {Say("the app’s SAML settings"), "Signing certificate"},
		Encryption: {Say("the app’s SAML settings"), "Encryption certificate"},
		NameID:     {Say("the app’s SAML settings"), "Name ID"},
		Claims:     {Say("the app’s SAML settings"), "Attributes"},
		Assignment: {Say("the app’s settings"), "Assigned people and groups"},
		Tile:       {Say("the app’s SAML settings"), "Sign-on URL"},
		Issuer:     {Say("the app’s SAML settings"), "Entity ID"},
	},
}

var anyOIDC = Guide{
	Key: "oidc", Type: "GenericOIDC", Provider: "your provider", Name: "Another OpenID Connect provider", Protocol: "oidc",
	Role: Say("an administrator’s role there"), Minutes: 10,
	Title: "Create the client at your provider", Done: "I’ve created the client",
	Lede: Say("Make an OpenID Connect client for {app} at {provider} and paste one value into it."),
	Steps: []Step{
		{Title: "Create a confidential client",
			Text: Say("Providers call it a web application, a relying party or a client. It uses the authorization code flow and has a secret.")},
		{Title: "Give it these values",
			Text: Say("Allow the scopes `openid`, `email` and `profile`."),
			Paste: []Paste{
				{Mark: "A", Field: "Redirect URI", Also: "also called callback URL", Value: RedirectURI},
				{Mark: "B", Field: "Post-logout redirect URI", Also: "optional", Value: SignedOutURI},
				{Mark: "C", Field: "Back-channel logout URI", Also: "optional", Value: BackchannelID},
			},
			Form: &Form{Window: "Your provider · New OpenID Connect client", Fields: []Field{
				{Label: "Redirect URI", Mark: "A", Value: RedirectURI},
				{Label: "Post-logout redirect URI", Mark: "B", Value: SignedOutURI},
				{Label: "Back-channel logout URI", Mark: "C", Value: BackchannelID},
			}}},
		{Title: "Give people access",
			Text: Say("Assign yourself, to test, and whoever will use {app}. Keep the page open: the next step needs its client ID and secret.")},
	},
	Client: Client{
		Where:  Say("Look for “issuer” or “discovery” at {provider}. Without `/.well-known/openid-configuration` at its end, the discovery address is the issuer."),
		Issuer: "Issuer", ID: "Client ID", Secret: "Client secret", Example: "https://sso.halden.example", ScopesForGroups: []string{"groups"}},
	Places: map[Subject]Place{
		Redirect:   {Say("the client’s settings"), "Redirect URIs"},
		Secret:     {Say("the client’s settings"), "Client secret"},
		Issuer:     {Say("the provider’s settings"), "Issuer"},
		Claims:     {Say("the client’s settings"), "Claims"},
		Assignment: {Say("the client’s settings"), "Assigned people and groups"},
	},
}
