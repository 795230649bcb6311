package schema

import (
	"maps"
	"slices"
)

// The bounds that the ServiceProviderConfig tells of, and the endpoints keep.
const (
	MaxResults        = 200
	MaxBulkOperations = 1000
	MaxBulkBytes      = 8 << 20
)

const (
	schemaURN       = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	resourceTypeURN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	configURN       = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
)

// SchemasOf are the schemas that a resource's answer names: its own, and those
// of the extensions that it has something of (RFC 7643 §3).
func (t *Type) SchemasOf(r Resource) []string {
	urns := []string{t.URN}
	for _, key := range slices.Sorted(maps.Keys(r)) {
		if _, isObject := r[key].(map[string]any); isObject && isURN(key) {
			urns = append(urns, key)
		}
	}
	return urns
}

// Schemas are the documents of /Schemas below base, which has no slash at its
// end (RFC 7643 §7). Entra reads them for gallery applications, and fails on
// nulls.
func Schemas(base string) []map[string]any {
	return []map[string]any{
		document(base, UserURN, User.Name, User.Description, User.Attributes),
		document(base, GroupURN, Group.Name, Group.Description, Group.Attributes),
		document(base, EnterpriseURN, enterprise.Name, enterprise.Description, enterprise.Attributes),
	}
}

func document(base, urn, name, description string, attributes []Attribute) map[string]any {
	return map[string]any{
		"schemas": []string{schemaURN}, "id": urn, "name": name, "description": description,
		"attributes": describe(attributes),
		"meta":       map[string]any{"resourceType": "Schema", "location": base + "/Schemas/" + urn},
	}
}

func describe(attributes []Attribute) []map[string]any {
	list := make([]map[string]any, 0, len(attributes))
	for i := range attributes {
		list = append(list, attributes[i].describe())
	}
	return list
}

func (a *Attribute) describe() map[string]any {
	d := map[string]any{
		"name": a.Name, "type": a.Kind, "multiValued": a.Multi, "description": a.Description,
		"required": a.Required, "caseExact": a.CaseExact, "mutability": "readWrite",
		"returned": "default", "uniqueness": "none",
	}
	if a.Mutability != ReadWrite {
		d["mutability"] = a.Mutability
	}
	if a.Mutability == WriteOnly {
		d["returned"] = "never"
	}
	if a.Unique {
		d["uniqueness"] = "server"
	}
	if len(a.Canonical) > 0 {
		d["canonicalValues"] = a.Canonical
	}
	if len(a.References) > 0 {
		d["referenceTypes"] = a.References
	}
	if len(a.Sub) > 0 {
		d["subAttributes"] = describe(a.Sub)
	}
	return d
}

// ResourceTypes are the documents of /ResourceTypes below base (RFC 7643 §6).
func ResourceTypes(base string) []map[string]any {
	return []map[string]any{resourceType(base, User), resourceType(base, Group)}
}

func resourceType(base string, t *Type) map[string]any {
	d := map[string]any{
		"schemas": []string{resourceTypeURN}, "id": t.Name, "name": t.Name, "description": t.Description,
		"endpoint": "/" + t.Plural, "schema": t.URN,
		"meta": map[string]any{"resourceType": "ResourceType", "location": base + "/ResourceTypes/" + t.Name},
	}
	extensions := []map[string]any{}
	for _, x := range t.Extensions {
		extensions = append(extensions, map[string]any{"schema": x.URN, "required": false})
	}
	d["schemaExtensions"] = extensions
	return d
}

// ServiceProviderConfig is the document of that name (RFC 7643 §5).
func ServiceProviderConfig(base string) map[string]any {
	return map[string]any{
		"schemas":        []string{configURN},
		"patch":          map[string]any{"supported": true},
		"bulk":           map[string]any{"supported": true, "maxOperations": MaxBulkOperations, "maxPayloadSize": MaxBulkBytes},
		"filter":         map[string]any{"supported": true, "maxResults": MaxResults},
		"changePassword": map[string]any{"supported": false},
		"sort":           map[string]any{"supported": true},
		"etag":           map[string]any{"supported": true},
		"authenticationSchemes": []map[string]any{{
			"type": "oauthbearertoken", "name": "Bearer token", "primary": true,
			"description": "The directory's token, in the Authorization header.",
			"specUri":     "https://www.rfc-editor.org/info/rfc6750",
		}},
		"meta": map[string]any{"resourceType": "ServiceProviderConfig", "location": base + "/ServiceProviderConfig"},
	}
}
