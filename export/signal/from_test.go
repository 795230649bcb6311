package signal

import (
	"encoding/json"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

const issuer = "https://id.example.com"

var occurred = time.Date(2026, 11, 28, 3, 4, 5, 0, time.UTC)

// record is an entry as it leaves the log.
func record(t *testing.T, organization string, e audit.Entry) *chain.Record {
	t.Helper()
	data, err := wire.Encode(e.Data())
	if err != nil {
		t.Fatal(err)
	}
	request := "req_1"
	return &chain.Record{Sequence: 1, Entry: chain.Entry{ID: string(id.New[id.Event]()), Organization: organization, Type: e.Type(), Source: string(audit.Own),
		OccurredAt: occurred, RecordedAt: occurred, ActorKind: "directory", RequestID: &request, Targets: json.RawMessage("[]"), Data: data}}
}

func membership(before, now string) audit.MembershipUpdated {
	return audit.MembershipUpdated{Membership: wire.OrganizationMembership{UserID: "user_1", OrganizationID: "org_1", Status: now, Role: wire.RoleSlug{Slug: "admin"}}, PreviousStatus: before}
}

// An application that is told of the wrong person ends the wrong sessions; one
// that is told of a role as of an offboarding locks somebody out.
func TestWhatEntriesSignal(t *testing.T) {
	user := id.User("user_1")
	person := `{"format":"iss_sub","iss":"https://id.example.com","sub":"user_1"}`
	inOrg := `{"format":"complex","user":` + person + `,"tenant":{"format":"opaque","id":"org_1"}}`
	caep := `"event_timestamp":1795835045,"initiating_entity":"admin"`
	for name, c := range map[string]struct {
		organization string
		entry        audit.Entry
		event        string // "": none
		subject      string
		body         string
	}{
		"session": {"org_1", audit.SessionRevoked{Session: wire.Session{ID: "session_1", UserID: "user_1"}}, SessionRevoked,
			`{"format":"complex","user":` + person + `,"session":{"format":"opaque","id":"session_1"},"tenant":{"format":"opaque","id":"org_1"}}`, `{` + caep + `}`},
		"session of nobody's organization": {"", audit.SessionRevoked{Session: wire.Session{ID: "session_1", UserID: "user_1"}}, SessionRevoked,
			`{"format":"complex","user":` + person + `,"session":{"format":"opaque","id":"session_1"}}`, `{` + caep + `}`},
		"password":             {"", audit.PasswordChanged{User: wire.User{ID: "user_1"}, Reason: "reset"}, CredentialChange, person, `{` + caep + `,"credential_type":"password","change_type":"update"}`},
		"rehash":               {"", audit.PasswordChanged{User: wire.User{ID: "user_1"}, Reason: "upgraded"}, "", "", ""},
		"app":                  {"", audit.FactorVerified{Factor: wire.Factor{Type: "totp", UserID: &user}}, CredentialChange, person, `{` + caep + `,"credential_type":"app","change_type":"create"}`},
		"sms gone":             {"", audit.FactorDeleted{Factor: wire.Factor{Type: "sms", UserID: &user}}, CredentialChange, person, `{` + caep + `,"credential_type":"phone-sms","change_type":"delete"}`},
		"a factor of nobody's": {"", audit.FactorDeleted{Factor: wire.Factor{Type: "sms"}}, "", "", ""},
		"passkey":              {"", audit.PasskeyCreated{Passkey: wire.Passkey{UserID: "user_1", Name: "Laptop"}}, CredentialChange, person, `{` + caep + `,"credential_type":"fido2-roaming","change_type":"create","friendly_name":"Laptop"}`},
		"ban":                  {"", audit.UserBanned{User: wire.User{ID: "user_1"}}, AccountDisabled, person, `{}`},
		"unban":                {"", audit.UserUnbanned{User: wire.User{ID: "user_1"}}, AccountEnabled, person, `{}`},
		"deleted":              {"", audit.UserDeleted{User: wire.User{ID: "user_1"}}, AccountPurged, person, `{}`},
		"offboarded":           {"org_1", membership("active", "inactive"), AccountDisabled, inOrg, `{}`},
		"back":                 {"org_1", membership("inactive", "active"), AccountEnabled, inOrg, `{}`},
		"accepted":             {"org_1", membership("pending", "active"), "", "", ""},
		"another role":         {"org_1", membership("", "active"), "", "", ""},
		"removed":              {"org_1", audit.MembershipDeleted{Membership: wire.OrganizationMembership{UserID: "user_1"}}, AccountDisabled, inOrg, `{}`},
		"nothing of it":        {"org_1", audit.RoleCreated{}, "", "", ""},
	} {
		s, err := From(issuer, record(t, c.organization, c.entry))
		if err != nil || (s == nil) != (c.event == "") {
			t.Errorf("%s: %+v, %v", name, s, err)
			continue
		}
		if s == nil {
			continue
		}
		subject, _ := json.Marshal(s.Subject)
		body, _ := json.Marshal(s.Body)
		if s.Event != c.event || string(subject) != c.subject || string(body) != c.body {
			t.Errorf("%s: %s\n%s\n%s", name, s.Event, subject, body)
		}
	}
}

// Whoever may write entries could otherwise have the deployment sign that
// somebody's session ended.
func TestWhatApplicationsWriteIsNoSignal(t *testing.T) {
	r := record(t, "org_1", audit.SessionRevoked{Session: wire.Session{ID: "session_1", UserID: "user_1"}})
	r.Source = string(audit.Application)
	if s, err := From(issuer, r); s != nil || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
}

// An event whose entries a stream does not read is never sent.
func TestEachEventsEntriesAreRead(t *testing.T) {
	types := map[string]bool{}
	for _, name := range Types(Supported()) {
		if types[name] {
			t.Errorf("%s is read twice", name)
		}
		types[name] = true
	}
	for name := range made {
		if !types[name] {
			t.Errorf("%s is a signal and is not read", name)
		}
	}
	if len(types) != len(made)+1 || !types[VerificationRequested] {
		t.Errorf("read: %v", types)
	}
}

// A receiver that removed somebody must not hear of them, and of all the others.
func TestRemovedSubjectsAreThoseAndNoOthers(t *testing.T) {
	one, other := about(issuer, "user_1", "", ""), about(issuer, "user_2", "", "")
	tenant := Subject{Format: "complex", Tenant: opaque("org_2")}
	var r Removed
	for range 2 {
		for _, s := range []Subject{one, tenant} {
			if err := s.Check(issuer); err != nil {
				t.Fatal(err)
			}
			var err error
			if r, err = r.Remove(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	if r, err := ParseRemoved(r.Setting()); err != nil || len(r) != 2 {
		t.Fatal(r, err)
	}
	for about, covered := range map[Subject]bool{one: true, other: false} {
		if r.Covers(about) != covered {
			t.Errorf("%+v", about)
		}
	}
	if !r.Covers(about(issuer, "user_1", "session_1", "org_1")) || !r.Covers(about(issuer, "user_9", "", "org_2")) || r.Covers(about(issuer, "user_9", "s", "org_3")) || r.Covers(*opaque("log_stream_1")) {
		t.Error("complex subjects")
	}
	if r = r.Add(one); r.Covers(one) || len(r) != 1 {
		t.Error("added back")
	}
	for _, bad := range []Subject{{}, {Format: "email", ID: "a@b"}, {Format: "iss_sub", Issuer: "https://other", Sub: "user_1"}, {Format: "iss_sub", Issuer: issuer}, {Format: "complex"},
		{Format: "complex", Session: opaque("session_1")}, {Format: "complex", User: opaque("user_1")}, {Format: "complex", Tenant: &one}} {
		if bad.Check(issuer) == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
