package audit

import (
	"regexp"
	"strings"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// ExampleEvent is an event of a published type in which nothing is real, for
// the page that lists what can happen and for tests of an endpoint.
func ExampleEvent(eventType string, event id.Event, at time.Time) wire.Event {
	e := wire.Event{ID: event, Event: eventType, CreatedAt: wire.At(at), Data: []byte("{}")}
	for _, entry := range Catalog {
		if entry.Type() == eventType {
			if data, err := wire.Encode(entry.Data()); err == nil {
				e.Data = []byte(filledIn(string(data), at))
			}
			break
		}
	}
	return e
}

var member = regexp.MustCompile(`"(\w+)":"([^"\\]*)"`)

// filledIn puts something that looks real where the catalog's example is empty.
func filledIn(data string, at time.Time) string {
	object := ""
	return member.ReplaceAllStringFunc(data, func(pair string) string {
		m := member.FindStringSubmatch(pair)
		key, value := m[1], m[2]
		switch {
		case key == "object":
			object = value
		case value == "":
			value = exampleOf(object, key)
		case strings.HasPrefix(value, "0001-01-01T"):
			value = wire.At(at).String()
		}
		return `"` + key + `":"` + value + `"`
	})
}

const exampleULID = "01JHP3M6V8T5X4C1K7Q9Z2R0AJ"

// examplePrefixes are those of ids, by the kind of resource.
var examplePrefixes = map[string]string{
	"organization": "org_", "organization_membership": "om_", "organization_domain": "org_domain_", "connection": "conn_",
	"browser_session": "browser_session_", "api_key": "api_key_",
}

// examples are values by resource and member, or by member alone.
var examples = map[string]string{
	"email": "ada@example.com", "name": "Ada Lovelace", "organization.name": "Example Ltd", "directory.name": "Example Ltd directory",
	"connection.name": "Example Ltd", "api_key.name": "Production", "role.name": "Member", "directory_group.name": "Engineering", "organization_name": "Example Ltd",
	"domain": "example.com", "slug": "member", "status": "active", "state": "active", "type": "EnvironmentRole", "organization_domain.state": "verified",
	"verification_strategy": "dns", "invitation.state": "pending", "connection_type": "GenericSAML", "idp_id": "00u1ada", "external_key": "example",
	"session.status": "active", "auth_method": "password", "authentication.status": "succeeded", "obfuscated_value": "sk_…3f9a", "last_four": "3f9a",
	"fingerprint_sha256": "3b:9a:40:c1", "reason": "domain_verification_period_expired",
}

func exampleOf(object, key string) string {
	if key == "id" {
		prefix, ok := examplePrefixes[object]
		if !ok && object != "" {
			prefix = object + "_"
		}
		return prefix + exampleULID
	}
	if kind, ok := strings.CutSuffix(key, "_id"); ok && kind != "idp" {
		return exampleOf(kind, "id")
	}
	if value, ok := examples[object+"."+key]; ok {
		return value
	}
	return examples[key]
}
