package schema

// common are the attributes that every resource has, beside those of its schema
// (RFC 7643 §3.1). Documents do not list them.
var common = []Attribute{
	{Name: "schemas", Kind: Reference, Multi: true, CaseExact: true, Mutability: ReadOnly},
	{Name: "id", Kind: String, CaseExact: true, Unique: true, Mutability: ReadOnly},
	{Name: "externalId", Kind: String, CaseExact: true},
	{Name: "meta", Kind: Complex, Mutability: ReadOnly, Sub: []Attribute{
		{Name: "resourceType", Kind: String, CaseExact: true, Mutability: ReadOnly},
		{Name: "created", Kind: DateTime, Mutability: ReadOnly},
		{Name: "lastModified", Kind: DateTime, Mutability: ReadOnly},
		{Name: "location", Kind: Reference, CaseExact: true, Mutability: ReadOnly},
		{Name: "version", Kind: String, CaseExact: true, Mutability: ReadOnly},
	}},
}
