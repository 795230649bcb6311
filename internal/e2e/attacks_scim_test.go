package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
	"gatehouse/users"
)

// The incidents of directories (attacks.md 4, D1 to D5), over HTTP.

// owner makes a person who owns the organization, by another address than the
// directory will send.
func (p *pushed) owner(email string) (account id.User) {
	p.T.Helper()
	return p.member(email, tenants.OwnerRole)
}

// member makes a person with a proven address a member by hand.
func (p *pushed) member(email, role string) (account id.User) {
	p.T.Helper()
	p.in(func(tx *db.OrgTx) error {
		u, err := users.Create(tx.Tx, users.New{Email: email, EmailVerified: true})
		if err != nil {
			return err
		}
		account = u.ID
		_, err = users.AddMember(tx, u.ID, role)
		return err
	})
	return account
}

// membership is what an account is in the organization; nil: nothing.
func (p *pushed) membership(account id.User) (m *users.Membership) {
	p.T.Helper()
	p.in(func(tx *db.OrgTx) error {
		found, err := users.MembershipOf(tx, account)
		if err == nil {
			m = found
		}
		return nil
	})
	return m
}

// account is whose the person in the directory is; nil: nobody's.
func (p *pushed) account(person string) (account *id.User) {
	p.T.Helper()
	p.in(func(tx *db.OrgTx) error {
		u, err := directory.GetUser(tx, p.id, id.DirectoryUser(person))
		if err == nil {
			account = u.UserID
		}
		return err
	})
	return account
}

// D1 (CVE-2025-41115): an externalId that looks like an id of ours made the
// provider's person somebody else.
func TestAnExternalIDIsNeverAnIDOfOurs(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		owner := p.owner("owner@elsewhere.example")
		seen := map[id.User]string{owner: "the owner"}
		for i, external := range []string{"1", "0", "-1", string(owner), string(p.org), string(p.id), "00000000-0000-0000-0000-000000000001"} {
			made := p.want(http.StatusCreated, "POST", "/Users", person(fmt.Sprintf("p%d@halden.example", i), "externalId", external, "id", string(owner)))
			if made.Text("externalId") != external || made.Text("id") == string(owner) {
				t.Errorf("%s: %s", external, made.Raw)
			}
			account := p.account(made.Text("id"))
			if account == nil {
				t.Fatalf("%s: nobody's", external)
			}
			if who, there := seen[*account]; there {
				t.Errorf("%s became %s", external, who)
			}
			seen[*account] = external
		}
		if m := p.membership(owner); m == nil || m.RoleSlug != tenants.OwnerRole || m.DirectoryManaged {
			t.Errorf("the owner is %+v", m)
		}
	})
}

// D2 (CVE-2022-1680): a provider that changes somebody's address must not get
// their account, in which another organization trusts.
func TestAProviderDoesNotMoveAnAccountToAnotherAddress(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		a, b := s.directory("Halden Marine", "halden.example"), s.directory("Nordby Kraft", "nordby.example")
		uma := a.user("uma@halden.example")
		account := a.account(uma)
		if account == nil {
			t.Fatal("nobody's")
		}
		s.Tx(func(tx *db.Tx) error {
			return tx.In(b.org, func(tx *db.OrgTx) error { _, err := users.AddMember(tx, *account, ""); return err })
		})
		for _, body := range []map[string]any{
			patch("replace", `emails[type eq "work"].value`, "evil@attacker.example"),
			patch("replace", "userName", "evil@attacker.example"),
			patch("replace", "", map[string]any{"userName": "evil@attacker.example", "emails": []any{map[string]any{"value": "evil@attacker.example", "primary": true}}}),
		} {
			a.want(http.StatusOK, "PATCH", "/Users/"+uma, body)
		}
		a.want(http.StatusOK, "PUT", "/Users/"+uma, person("evil@attacker.example"))
		if got := a.want(http.StatusOK, "GET", "/Users/"+uma, nil); got.Text("userName") != "evil@attacker.example" {
			t.Errorf("the directory's own person stayed: %s", got.Raw)
		}
		s.All(func(tx *db.AllTx) error {
			u, err := users.Get(tx, *account)
			if err == nil && u.Email != "uma@halden.example" {
				t.Errorf("the account's address became %s", u.Email)
			}
			if _, err := users.GetByEmail(tx, "evil@attacker.example"); err == nil {
				t.Error("the address has an account")
			}
			return err
		})
		if m := b.membership(*account); m == nil || m.Status != users.Active || m.DirectoryManaged {
			t.Errorf("in the other organization they are %+v", m)
		}
		// Nobody but the account's own mailbox can reset its password.
		s.Browser().Get(s.AuthorizeURL()).Submit("email", "evil@attacker.example")
		if n := s.mailsTo("uma@halden.example") + s.mailsTo("evil@attacker.example"); n != 0 {
			t.Errorf("%d mails", n)
		}
	})
}

// D3: a token of one customer against another's directory. Every route is
// walked by TestATokenReachesItsOwnDirectoryAlone; here the lists.
func TestAFilterNeverReachesAnotherDirectory(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		a, b := s.directory("Halden Marine", "halden.example"), s.directory("Nordby Kraft", "nordby.example")
		theirs := b.user("kari@nordby.example")
		a.user("ines@halden.example")
		for _, filter := range []string{`userName eq "kari@nordby.example"`, `userName sw "kari"`, `id eq "` + theirs + `"`, `emails[value eq "kari@nordby.example"]`, `not (userName eq "nobody")`, `userName pr or id pr`} {
			answer := a.want(http.StatusOK, "GET", "/Users?filter="+url.QueryEscape(filter), nil)
			if strings.Contains(answer.Raw, "kari@") || strings.Contains(answer.Raw, theirs) {
				t.Errorf("%s: %s", filter, answer.Raw)
			}
		}
		// Two directories of one organization are two as well.
		second := *a
		a.in(func(tx *db.OrgTx) error { return second.push(tx, directory.New{Type: directory.Okta}) })
		if n := second.want(http.StatusOK, "GET", "/Users", nil).Body["totalResults"]; n != 0.0 {
			t.Errorf("the organization's other directory has %v people", n)
		}
		second.refused(http.StatusNotFound, "", "GET", "/Users/"+a.found("ines@halden.example"), nil)
	})
}

// found is the id of whoever has that userName.
func (p *pushed) found(userName string) string {
	p.T.Helper()
	a := p.want(http.StatusOK, "GET", "/Users?filter="+url.QueryEscape(`userName eq "`+userName+`"`), nil)
	list, _ := a.Body["Resources"].([]any)
	if len(list) != 1 {
		p.T.Fatalf("%s", a.Raw)
	}
	return list[0].(map[string]any)["id"].(string)
}

// D4: an address that the organization has no word over. Nobody becomes a
// member, and no account is anybody's, before the mailbox is proven.
func TestNobodyIsLinkedByAnAddressThatTheOrganizationDoesNotHold(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p, other := s.directory("Halden Marine", "halden.example"), s.directory("Nordby Kraft", "nordby.example")
		victim := other.owner("ceo@nordby.example")
		made := p.user("ceo@nordby.example")
		if account := p.account(made); account != nil {
			t.Errorf("linked to %s", *account)
		}
		if m := p.membership(victim); m != nil {
			t.Errorf("a membership: %+v", m)
		}
		if m := other.membership(victim); m == nil || m.RoleSlug != tenants.OwnerRole || m.Status != users.Active {
			t.Errorf("at home they are %+v", m)
		}
		if n := s.mailsTo("ceo@nordby.example"); n != 0 {
			t.Errorf("%d mails told the person", n)
		}
		r := p.recorded(directory.RequestQuery{Person: id.DirectoryUser(made)}, func(r directory.Request) bool { return r.Outcome == directory.Applied })
		if !strings.Contains(r.Reason, "prove") {
			t.Errorf("the admin reads %q", r.Reason)
		}
		// Nor does taking them away touch what is not this organization's.
		p.want(http.StatusNoContent, "DELETE", "/Users/"+made, nil)
		if m := other.membership(victim); m == nil || m.Status != users.Active {
			t.Errorf("at home they are %+v after the deletion", m)
		}
	})
}

// mailsTo is how many mails went to an address.
func (s *Server) mailsTo(address string) int {
	s.T.Helper()
	return len(mailtest.All(s.T, s.DB, address))
}

// D5: rights that a body asks for. A role comes by a mapped group alone, and an
// owner's never.
func TestABodyGivesNobodyRights(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		p.owner("owner@elsewhere.example")
		rights := []any{"roles", []any{map[string]any{"value": "owner", "primary": true}}, "entitlements", []any{map[string]any{"value": "admin"}}, "is_owner", true, "isOwner", true,
			"role", "owner", "role_slug", "owner", "organization_id", "org_01ARZ3NDEKTSV4RRFFQ69G5FAV", "user_id", "user_01ARZ3NDEKTSV4RRFFQ69G5FAV", "directory_managed", false,
			"groups", []any{map[string]any{"value": "owners"}}, "meta", map[string]any{"version": `W/"99"`, "created": "1999-01-01T00:00:00Z"}, "id", "directory_user_01ARZ3NDEKTSV4RRFFQ69G5FAV",
			"urn:ietf:params:scim:schemas:extension:gatehouse:2.0:User", map[string]any{"role": "owner", "admin": true}}
		mallory := p.user("mallory@halden.example", rights...)
		for _, c := range []struct {
			method string
			body   any
		}{
			{"PUT", person("mallory@halden.example", rights...)},
			{"PATCH", patch("add", "roles", []any{map[string]any{"value": "owner"}}, "add", "entitlements", []any{map[string]any{"value": "owner"}})},
			{"PATCH", patch("replace", "", map[string]any{"roles": []any{map[string]any{"value": "admin"}}, "is_owner": true, "role_slug": "admin"})},
			{"PATCH", patch("add", "urn:ietf:params:scim:schemas:extension:gatehouse:2.0:User:admin", true)},
			{"PATCH", patch("replace", "groups", []any{map[string]any{"value": "x"}})},
			{"PATCH", patch("replace", "id", "directory_user_01ARZ3NDEKTSV4RRFFQ69G5FAV")},
			{"PATCH", patch("replace", "meta.version", `W/"1"`)},
		} {
			if a := p.do(c.method, "/Users/"+mallory, c.body); a.Status != http.StatusOK && a.Status != http.StatusBadRequest {
				t.Errorf("%s %v: %d %s", c.method, c.body, a.Status, a.Raw)
			}
		}
		a := p.want(http.StatusOK, "GET", "/Users/"+mallory, nil)
		if a.Body["groups"] != nil || a.Text("id") != mallory {
			t.Errorf("%s", a.Raw)
		}
		account := p.account(mallory)
		if account == nil {
			t.Fatal("nobody's")
		}
		if m := p.membership(*account); m == nil || m.RoleSlug != tenants.DefaultRole || !m.DirectoryManaged {
			t.Errorf("mallory is %+v", m)
		}
		// A group by that name, or with all of them in it, gives nothing either.
		p.group("owner", mallory)
		p.group("admin", mallory)
		if m := p.membership(*account); m.RoleSlug != tenants.DefaultRole {
			t.Errorf("a group's name made mallory %s", m.RoleSlug)
		}
	})
}
