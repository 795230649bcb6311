package schema

// User is a person (RFC 7643 §4.1), with what enterprises say of their people (§4.3).
var User = build(Type{
	Name: "User", Plural: "Users", URN: UserURN, Description: "A person's account.",
	Attributes: []Attribute{
		{Name: "userName", Kind: String, Required: true, Unique: true, Description: "The name by which the person signs in at the provider. Unique in the directory, whatever its case."},
		{Name: "name", Kind: Complex, Description: "The parts of the person's name.", Sub: []Attribute{
			{Name: "formatted", Kind: String, Description: "The whole name, as it is shown."},
			{Name: "familyName", Kind: String, Description: "The family name."},
			{Name: "givenName", Kind: String, Description: "The given name."},
			{Name: "middleName", Kind: String, Description: "The middle names."},
			{Name: "honorificPrefix", Kind: String, Description: "What stands before the name, such as Dr."},
			{Name: "honorificSuffix", Kind: String, Description: "What stands after it, such as III."},
		}},
		{Name: "displayName", Kind: String, Description: "The name that is shown."},
		{Name: "nickName", Kind: String, Description: "What the person is called casually."},
		{Name: "profileUrl", Kind: Reference, References: []string{"external"}, Description: "A page about the person."},
		{Name: "title", Kind: String, Description: "The job title."},
		{Name: "userType", Kind: String, Description: "How the person belongs to the organization, such as Employee or Contractor."},
		{Name: "preferredLanguage", Kind: String, Description: "The preferred languages, as in Accept-Language."},
		{Name: "locale", Kind: String, Description: "The language and region, such as en-US."},
		{Name: "timezone", Kind: String, Description: "The time zone, such as Europe/Oslo."},
		{Name: "active", Kind: Boolean, Description: "Whether the person is let in. Left out of a PUT it stays as it was."},
		{Name: "password", Kind: String, Mutability: WriteOnly, Description: "Taken and thrown away."},
		valued("emails", "The person's addresses for mail.", String, "work", "home", "other"),
		valued("phoneNumbers", "The person's telephone numbers.", String, "work", "home", "mobile", "fax", "pager", "other"),
		valued("ims", "The person's addresses for instant messages.", String, "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
		valued("photos", "Where pictures of the person are.", Reference, "photo", "thumbnail"),
		{Name: "addresses", Kind: Complex, Multi: true, Description: "The person's postal addresses.", Sub: []Attribute{
			{Name: "formatted", Kind: String, Description: "The whole address, as it is shown."},
			{Name: "streetAddress", Kind: String, Description: "The street and what belongs to it."},
			{Name: "locality", Kind: String, Description: "The city."},
			{Name: "region", Kind: String, Description: "The state or region."},
			{Name: "postalCode", Kind: String, Description: "The postal code."},
			{Name: "country", Kind: String, Description: "The country, such as NO."},
			kindOfValue("work", "home", "other"),
			primary,
		}},
		{Name: "groups", Kind: Complex, Multi: true, Mutability: ReadOnly, Description: "The groups that the person is in. Change them at the groups.", Sub: []Attribute{
			{Name: "value", Kind: String, CaseExact: true, Mutability: ReadOnly, Description: "The group's id."},
			{Name: "$ref", Kind: Reference, CaseExact: true, Mutability: ReadOnly, References: []string{"Group"}, Description: "The group's address."},
			{Name: "display", Kind: String, Mutability: ReadOnly, Description: "The group's name."},
			{Name: "type", Kind: String, Mutability: ReadOnly, Canonical: []string{"direct"}, Description: "How the person is in it."},
		}},
		valued("entitlements", "What the person is entitled to.", String),
		valued("roles", "The person's roles at the provider.", String),
		valued("x509Certificates", "The person's certificates.", Binary),
	},
	Extensions: []Extension{enterprise},
})

var enterprise = Extension{
	Name: "EnterpriseUser", URN: EnterpriseURN, Description: "What enterprises say of their people.",
	Attributes: []Attribute{
		{Name: "employeeNumber", Kind: String, Description: "The number that the organization has given the person."},
		{Name: "costCenter", Kind: String, Description: "The cost center."},
		{Name: "organization", Kind: String, Description: "The organization."},
		{Name: "division", Kind: String, Description: "The division."},
		{Name: "department", Kind: String, Description: "The department."},
		{Name: "manager", Kind: Complex, Description: "The person's manager.", Sub: []Attribute{
			{Name: "value", Kind: String, CaseExact: true, Description: "The manager's id."},
			{Name: "$ref", Kind: Reference, CaseExact: true, Mutability: ReadOnly, References: []string{"User"}, Description: "The manager's address."},
			// RFC 7643 §4.3 has it readOnly. OneLogin writes it, and we know no better name.
			{Name: "displayName", Kind: String, Description: "The manager's name."},
		}},
	},
}

var primary = Attribute{Name: "primary", Kind: Boolean, Description: "Whether it is the one to use. At most one is."}

func kindOfValue(usual ...string) Attribute {
	return Attribute{Name: "type", Kind: String, Canonical: usual, Description: "What it is for."}
}

// valued is a multi-valued attribute with the usual sub-attributes (RFC 7643 §2.4).
func valued(name, description string, kind Kind, usual ...string) Attribute {
	value := Attribute{Name: "value", Kind: kind, Description: "The value."}
	if kind == Reference {
		value.References = []string{"external"}
	}
	return Attribute{Name: name, Kind: Complex, Multi: true, Description: description, Sub: []Attribute{
		value,
		{Name: "display", Kind: String, Description: "The value, as it is shown."},
		kindOfValue(usual...),
		primary,
	}}
}
