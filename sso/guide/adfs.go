package guide

var adfs = Guide{
	Key: "adfs-saml", Type: "ADFSSAML", Provider: "AD FS", Name: "AD FS", Protocol: "saml",
	Role: Say("to be *Administrator* of the AD FS server"), Minutes: 20,
	Title: "Add a relying party trust in AD FS", Done: "I’ve added the trust",
	Lede: Say("Add {app} as a relying party trust in AD FS Management, with two claim rules."),
	Steps: []Step{
		{Title: "Add the trust",
			Text: Say("Open *AD FS Management*, *Relying Party Trusts*, then *Add Relying Party Trust*. Choose *Claims aware*. If the server reaches the internet, choose *Import data about the relying party published online* and paste A; else enter B and C by hand, with *Enable support for the SAML 2.0 WebSSO protocol*."),
			Paste: []Paste{
				{Mark: "A", Field: "Federation metadata address", Value: MetadataURL},
				{Mark: "B", Field: "Relying party SAML 2.0 SSO service URL", Also: "also called ACS URL", Value: ACSURL},
				{Mark: "C", Field: "Relying party trust identifier", Value: EntityID},
			},
			Form: &Form{Window: "AD FS · Add Relying Party Trust Wizard", Fields: []Field{
				{Label: "Federation metadata address", Mark: "A", Value: MetadataURL},
				{Label: "SAML 2.0 SSO service URL", Mark: "B", Value: ACSURL},
				{Label: "Relying party trust identifier", Mark: "C", Value: EntityID},
			}}},
		{Title: "Send people’s details as claims",
			Text: Say("Choose *Edit Claim Issuance Policy*, *Add Rule*, *Send LDAP Attributes as Claims*, store *Active Directory*. AD FS sends nothing but what a rule says."),
			Attributes: &Attributes{Name: "LDAP Attribute", Value: "Outgoing Claim Type", Rows: []Attribute{
				{Name: "E-Mail-Addresses", Value: "E-Mail Address", Phrase: true, Note: "Required"},
				{Name: "Given-Name", Value: "Given Name", Phrase: true},
				{Name: "Surname", Value: "Surname", Phrase: true},
				{Name: "Token-Groups - Unqualified Names", Value: "Group", Phrase: true, Note: "Only to map roles"},
			}}},
		{Title: "Make a Name ID of the address",
			Text: Say("Add a second rule below the first: *Transform an Incoming Claim*. Incoming: *E-Mail Address*. Outgoing: *Name ID*, format *Email*. The order matters.")},
	},
	Metadata: Metadata{Ways: []Way{ByURL, ByFile, ByHand}, Label: "Federation metadata address",
		Where:   Say("It is at your server’s name. If that can’t be reached from outside, open it in a browser inside your network, save the file, and upload it here."),
		Example: "https://sts.halden.example/FederationMetadata/2007-06/FederationMetadata.xml",
		Looks:   Say("It ends in `/FederationMetadata.xml`. AD FS renews its certificate each year: with an address we notice, with a file you must upload it again."),
		Issuer:  "Federation Service identifier", SignInURL: "SAML 2.0/WS-Federation endpoint", Certificate: "Token-signing certificate"},
	Mistakes: []Mistake{
		{Holds: "/adfs/ls", Says: Say("This is the sign-in page, not the metadata. In AD FS it is `/FederationMetadata/2007-06/FederationMetadata.xml` at the same server.")},
		{Holds: "/adfs/services/trust", Says: Say("This is the identifier, not the metadata. In AD FS it is `/FederationMetadata/2007-06/FederationMetadata.xml` at the same server.")},
	},
	Places: map[Subject]Place{
		Audience:   {Say("*Relying Party Trusts*, {app}, *Properties*, *Identifiers*"), "Relying party identifiers"},
		ACS:        {Say("*Relying Party Trusts*, {app}, *Properties*, *Endpoints*"), "SAML Assertion Consumer Endpoints"},
		Signing:    {Say("in PowerShell, `Set-AdfsRelyingPartyTrust -TargetName {app}`"), "-SamlResponseSignature MessageAndAssertion"},
		Algorithm:  {Say("*Relying Party Trusts*, {app}, *Properties*, *Advanced*"), "Secure hash algorithm"},
		Trust:      {Say("*Service*, *Certificates*"), "Token-signing"},
		Encryption: {Say("*Relying Party Trusts*, {app}, *Properties*"), "Encryption"},
		NameID:     {Say("*Relying Party Trusts*, {app}, *Edit Claim Issuance Policy*"), "Transform an Incoming Claim"},
		Claims:     {Say("*Relying Party Trusts*, {app}, *Edit Claim Issuance Policy*"), "Send LDAP Attributes as Claims"},
		Assignment: {Say("*Relying Party Trusts*, {app}"), "Edit Access Control Policy"},
	},
}
