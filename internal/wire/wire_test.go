package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/id"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	created = At(time.Date(2026, 1, 15, 13, 0, 0, 999_999, time.FixedZone("CET", 3600)))
	updated = At(time.Date(2026, 1, 15, 12, 30, 5, 123_999_000, time.UTC))
)

const (
	user = id.User("user_01JHP3M6V8T5X4C1K7Q9Z2R0AB")
	org  = id.Organization("org_01JHP3M6V8T5X4C1K7Q9Z2R0AC")
)

func ptr[T any](v T) *T { return &v }

func fullUser() User {
	return User{ID: user, Email: "ada@example.com", EmailVerified: true, FirstName: ptr("Ada"), LastName: ptr("<Łovelace> & Co\u2028"),
		Name: ptr("Ada Łovelace"), ProfilePictureURL: ptr("https://img.example/a?b=1&c=2"), LastSignInAt: &updated, Locale: ptr("en"),
		ExternalID: ptr("ext/1"), Metadata: Metadata{"b": "2", "a": "1", "10": "ten", "9": "nine", "01": "no index"}, CreatedAt: created, UpdatedAt: updated}
}

// Customers parse these bytes: a golden file that changes is a contract that changes.
func TestGolden(t *testing.T) {
	domain := OrganizationDomain{ID: "org_domain_01JHP3M6V8T5X4C1K7Q9Z2R0AD", OrganizationID: org, Domain: "example.com",
		State: "pending", VerificationStrategy: "dns", VerificationToken: "tok", VerificationPrefix: "pre", CreatedAt: created, UpdatedAt: updated}
	bareUser := User{ID: user, Email: "ada@example.com", CreatedAt: created, UpdatedAt: updated}
	key := APIKey{ID: "api_key_01JHP3M6V8T5X4C1K7Q9Z2R0AE", Owner: &APIKeyOwner{Type: "organization", ID: string(org)}, Name: "CI",
		ObfuscatedValue: "sk_…4f2a", Permissions: Array[string]{"posts:read"}, ExpiresAt: &updated, CreatedAt: created, UpdatedAt: updated}
	ownKey := key
	ownKey.Owner, ownKey.ExpiresAt, ownKey.Permissions = nil, nil, nil
	data, err := Encode(bareUser)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]any{
		"user": fullUser(), "user_bare": bareUser,
		"organization": Organization{ID: org, Name: "Halden", Domains: Array[OrganizationDomain]{domain}, ExternalID: ptr("x"),
			Metadata: Metadata{"k": "v"}, StripeCustomerID: ptr("cus_1"), AllowProfilesOutsideOrganization: true, CreatedAt: created, UpdatedAt: updated},
		"organization_bare":        Organization{ID: org, Name: "Halden", CreatedAt: created, UpdatedAt: updated},
		"organization_domain":      domain,
		"organization_domain_bare": OrganizationDomain{ID: domain.ID, OrganizationID: org, Domain: "example.com", State: "verified", VerificationStrategy: "manual", CreatedAt: created, UpdatedAt: updated},
		"organization_membership": OrganizationMembership{ID: "om_01JHP3M6V8T5X4C1K7Q9Z2R0AF", UserID: user, OrganizationID: org, OrganizationName: "Halden", Status: "active",
			Role: RoleSlug{"admin"}, Roles: Array[RoleSlug]{{"admin"}, {"member"}}, DirectoryManaged: true, CustomAttributes: json.RawMessage(`{"team": "A"}`), User: &bareUser, CreatedAt: created, UpdatedAt: updated},
		"organization_membership_bare": OrganizationMembership{ID: "om_01JHP3M6V8T5X4C1K7Q9Z2R0AF", UserID: user, OrganizationID: org, OrganizationName: "Halden", Status: "inactive",
			Role: RoleSlug{"member"}, CreatedAt: created, UpdatedAt: updated},
		"session": Session{ID: "session_01JHP3M6V8T5X4C1K7Q9Z2R0AG", UserID: user, OrganizationID: ptr(org), IPAddress: ptr("2001:db8::1"), UserAgent: ptr("Agent/1"), AuthMethod: "password",
			Status: "revoked", Impersonator: &Impersonator{Email: "op@example.com"}, ExpiresAt: updated, EndedAt: &updated, CreatedAt: created, UpdatedAt: updated},
		"session_bare": Session{ID: "session_01JHP3M6V8T5X4C1K7Q9Z2R0AG", UserID: user, AuthMethod: "sso", Status: "active", ExpiresAt: updated, CreatedAt: created, UpdatedAt: updated},
		"role": Role{ID: "role_01JHP3M6V8T5X4C1K7Q9Z2R0AH", Slug: "org-editor", Name: "Editor", Description: ptr("Edits"), Type: OrganizationRole,
			Permissions: Array[string]{"posts:read", "posts:write"}, ResourceTypeSlug: "organization", CreatedAt: created, UpdatedAt: updated},
		"role_bare": Role{ID: "role_01JHP3M6V8T5X4C1K7Q9Z2R0AH", Slug: "member", Name: "Member", Type: EnvironmentRole, ResourceTypeSlug: "organization", CreatedAt: created, UpdatedAt: updated},
		"api_key":   key, "api_key_deployment": ownKey, "api_key_new": NewAPIKey{APIKey: key, Value: "sk_value"},
		"api_key_user": APIKeyOwner{Type: "user", ID: string(user), OrganizationID: ptr(org)},
		"event":        Event{ID: "event_01JHP3M6V8T5X4C1K7Q9Z2R0AJ", Event: "user.created", Data: data, CreatedAt: created},
		"event_context": Event{ID: "event_01JHP3M6V8T5X4C1K7Q9Z2R0AJ", Event: "user.updated", Data: data, CreatedAt: created, Context: &EventContext{
			ClientID: "client_1", Actor: &EventActor{ID: string(user), Source: "api"}, PreviousAttributes: json.RawMessage(`{"name":null}`)}},
		"redirect_uri": RedirectURI{ID: "redir_01JHP3M6V8T5X4C1K7Q9Z2R0AK", URI: "https://app.example/callback?a=1&b=2", Default: true, CreatedAt: created, UpdatedAt: updated},
		"list":         List[OrganizationDomain]{Data: Array[OrganizationDomain]{domain}, Metadata: ListMetadata{After: ptr(string(domain.ID))}},
		"list_empty":   List[User]{},
		"list_whole":   WholeList[Role]{},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Encode(v)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// A webhook's receiver parses and writes again before it checks the signature.
func TestEncodeWritesWhatJSONStringifyDoes(t *testing.T) {
	for in, want := range map[string]string{
		"<a href=\"x\">&</a>": `"<a href=\"x\">&</a>"`,
		"\u2028\u2029ü😀\x7f":  "\"\u2028\u2029ü😀\x7f\"",
		"bad \xff byte":       "\"bad \ufffd byte\"",
		`\u2028`:              `"\\u2028"`,
		`\\` + "\u2028" + `\`: `"\\\\` + "\u2028" + `\\"`,
		"\b\f\n\r\t\x01\x1f":  `"\b\f\n\r\t\u0001\u001f"`,
	} {
		got, err := Encode(in)
		if err != nil || string(got) != want {
			t.Errorf("%q: %s, want %s (%v)", in, got, want, err)
		}
		nested, err := Encode(Metadata{in: in})
		if err != nil || string(nested) != "{"+want+":"+want+"}" {
			t.Errorf("as metadata: %s (%v)", nested, err)
		}
	}
}

func TestTimestampsHaveThreeDecimalsInUTC(t *testing.T) {
	for at, want := range map[time.Time]string{
		created.Time: "2026-01-15T12:00:00.000Z", updated.Time: "2026-01-15T12:30:05.123Z",
		time.Date(2026, 12, 31, 23, 59, 59, 999_999_999, time.UTC): "2026-12-31T23:59:59.999Z",
	} {
		if got, err := Encode(At(at)); err != nil || string(got) != `"`+want+`"` {
			t.Errorf("%s: %v", got, err)
		}
	}
	if MaybeAt(nil) != nil || MaybeAt(&updated.Time).String() != updated.String() {
		t.Error("MaybeAt")
	}
}

// Stored events are read again by the events API's own tests and by exports.
func TestReadsItsOwnSpelling(t *testing.T) {
	text, err := Encode(fullUser())
	if err != nil {
		t.Fatal(err)
	}
	var back User
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if again, err := Encode(back); err != nil || !bytes.Equal(again, text) {
		t.Errorf("%s", again)
	}
	if err := json.Unmarshal(text, &Session{}); err == nil {
		t.Error("read a user as a session")
	}
}

// Data of an event was encoded when it was stored: a receiver that parses the
// body and writes it again must get the same bytes, or its signature fails.
func TestWhatWasEncodedBeforeIsPlainToo(t *testing.T) {
	stored, err := json.Marshal(json.RawMessage(`{"name":"Deck <1> & \\u003c ` + "\u2028" + `"}`)) // as GORM's serializer does
	if err != nil {
		t.Fatal(err)
	}
	got, err := Encode(Event{Data: stored})
	if want := `"data":{"name":"Deck <1> & \\u003c ` + "\u2028" + `"}`; err != nil || !strings.Contains(string(got), want) {
		t.Errorf("%s, want %s (%v)", got, want, err)
	}
}
