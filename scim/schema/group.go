package schema

// Group is a group of people (RFC 7643 §4.2).
var Group = build(Type{
	Name: "Group", Plural: "Groups", URN: GroupURN, Description: "A group of people.",
	Attributes: []Attribute{
		// RFC 7643 §8.7.1 has it neither required nor unique; §4.2 says REQUIRED,
		// and Entra looks groups up by it.
		{Name: "displayName", Kind: String, Required: true, Unique: true, Description: "The group's name. Unique in the directory, whatever its case."},
		{Name: "members", Kind: Complex, Multi: true, Description: "Who is in the group.", Sub: []Attribute{
			{Name: "value", Kind: String, CaseExact: true, Mutability: Immutable, Description: "The id of the person or group."},
			{Name: "$ref", Kind: Reference, CaseExact: true, Mutability: Immutable, References: []string{"User", "Group"}, Description: "Its address."},
			{Name: "display", Kind: String, Mutability: ReadOnly, Description: "Its name."},
			{Name: "type", Kind: String, Mutability: Immutable, Canonical: []string{"User", "Group"}, Description: "What it is."},
		}},
	},
})
