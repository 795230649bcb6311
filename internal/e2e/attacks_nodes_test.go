package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/puzzle"
	"gatehouse/mfa"
	"gatehouse/tenants"
	"gatehouse/users"
)

// A code that was seen over a shoulder must not work beside its owner's, on
// whichever servers the two come (attacks P6).
func TestACodeOfAnAppWorksOnceOnAllServers(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		f := d.withApp(t, d.proven(t, "mara@fieldnote.example"))
		const tries = 20
		pending, challenges := make([]string, tries), make([]string, tries)
		for i := range tries { // of as many sign-ins: only the code is the same
			pending[i], challenges[i] = d.node(i).pending(t, "mara@fieldnote.example", "mfa_challenge"), f.challenge(t)
		}
		code := f.code(t, 0)
		d.once(tries, func(s *Server, i int) bool {
			return f.second(s, pending[i], challenges[i], code).Status == http.StatusOK
		})
		if n := d.events("session.created"); n != 1 {
			t.Errorf("%d sessions", n)
		}
	})
}

// Guesses must not become more by going to another server: five here and five
// there are ten (attacks P5).
func TestWrongCodesAreCountedOverAllServers(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		f := d.withApp(t, d.proven(t, "mara@fieldnote.example"))
		for i := range 10 {
			s := d.node(i)
			if a := f.second(s, s.pending(t, "mara@fieldnote.example", "mfa_challenge"), f.challenge(t), f.wrong(t)); a.Status != http.StatusBadRequest || a.Text("code") != "invalid_one_time_code" {
				t.Fatalf("try %d: %d %s", i, a.Status, a.Raw)
			}
		}
		for i := range d.servers {
			s := d.node(i)
			pending := s.pending(t, "mara@fieldnote.example", "mfa_challenge") // passwords are counted apart
			if a := f.second(s, pending, f.challenge(t), f.code(t, 0)); a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" {
				t.Errorf("the right one on server %d: %d %s", i, a.Status, a.Raw)
			}
		}
	})
}

// Fifty at once, on all servers, count each: what was compared is what the log
// has, and it is few (attacks P5).
func TestFiftyWrongCodesAtOnceOnAllServersCountEach(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		f := d.withApp(t, d.proven(t, "mara@fieldnote.example"))
		pending, challenges := d.pending(t, "mara@fieldnote.example", "mfa_challenge"), make([]string, 10)
		for i := range challenges {
			challenges[i] = f.challenge(t)
		}
		wrong := f.wrong(t)
		compared := d.atOnce(50, func(s *Server, i int) bool {
			a := f.second(s, pending, challenges[i%len(challenges)], wrong)
			if a.Status != http.StatusBadRequest && a.Status != http.StatusTooManyRequests {
				t.Errorf("%d %s", a.Status, a.Raw)
			}
			return a.Text("code") == "invalid_one_time_code"
		})
		if n := d.events("authentication.mfa_failed"); n != compared || compared == 0 || compared > 8+8*len(d.servers) {
			t.Errorf("%d were compared and %d recorded", compared, n)
		}
		for i := compared; i < 10; i++ { // where fewer than ten found room at once
			f.second(d.node(i), pending, challenges[i], wrong)
		}
		for i := range d.servers {
			if a := f.second(d.node(i), pending, f.challenge(t), f.code(t, 0)); a.Status != http.StatusTooManyRequests {
				t.Errorf("the right one on server %d: %d %s", i, a.Status, a.Raw)
			}
		}
	})
}

// A recovery code is one way back, whichever browsers and servers bring it.
func TestARecoveryCodeWorksOnceOnAllServers(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		mara := d.proven(t, "mara@fieldnote.example")
		d.withApp(t, mara)
		var codes []string
		d.Tx(func(tx *db.Tx) (err error) { codes, err = mfa.NewRecoveryCodes(tx, mara); return err })
		const tries = 8
		var pages [tries]*Page
		for i := range pages {
			p := d.node(i).Browser().Get("/login").Submit("email", "mara@fieldnote.example").Submit("password", Password)
			if p.URL.Path != "/login/mfa/totp" {
				t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
			}
			pages[i] = p
		}
		d.once(tries, func(_ *Server, i int) bool {
			p := pages[(i+1)%tries]
			q := p.b.Post("/login/mfa/recovery", url.Values{"flow": {p.URL.Query().Get("flow")}, "code": {codes[0]}})
			return q.URL.Path == "/account"
		})
	})
}

// Of a person's many clicks on an invitation one makes them a member, whichever
// servers take them (attacks T1).
func TestAnInvitationIsAcceptedOnceOnAllServers(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		d.proven(t, sofie)
		b := d.Browser()
		b.Get("/login").Submit("email", sofie).Submit("password", Password)
		org, link := invite(t, d.Server, sofie)
		var browsers []*Browser
		for i := range 20 {
			browsers = append(browsers, b.another(d.node(i)))
		}
		d.once(len(browsers), func(_ *Server, i int) bool {
			p := browsers[i].Step(http.MethodPost, strings.TrimPrefix(link, d.Base), url.Values{"with": {"session"}})
			if p.Status != http.StatusSeeOther && p.Status != http.StatusBadRequest {
				t.Errorf("%d at %s", p.Status, p.URL)
			}
			return p.Status == http.StatusSeeOther
		})
		wantRole(t, d.Server, org, sofie, "admin")
		if n := d.events("organization_membership.created"); n != 1 {
			t.Errorf("a member %d times", n)
		}
	})
}

// What is mailed or handed out to be used once is used once, although each
// server looks for itself.
func TestWhatWorksOnceWorksOnceOnAllServers(t *testing.T) {
	ok := func(a Answer) bool { return a.Status == http.StatusOK }
	const mara = "mara@fieldnote.example"
	for name, prepare := range map[string]func(t *testing.T, d *Deployment) func(s *Server, i int) bool{
		"a mailed code": func(t *testing.T, d *Deployment) func(*Server, int) bool {
			code := d.made(t, http.MethodPost, "/user_management/magic_auth", map[string]any{"email": mara}).Text("code")
			return func(s *Server, _ int) bool { return ok(s.grant("magic-auth:code", "email", mara, "code", code)) }
		},
		"a reset link": func(t *testing.T, d *Deployment) func(*Server, int) bool {
			token := d.made(t, http.MethodPost, "/user_management/password_reset", map[string]any{"email": mara}).Text("password_reset_token")
			return func(s *Server, i int) bool {
				return ok(s.Call(http.MethodPost, "/user_management/password_reset/confirm", APIKey, map[string]any{"token": token, "new_password": fmt.Sprintf("another good passphrase %d", i)}))
			}
		},
		"an invitation": func(t *testing.T, d *Deployment) func(*Server, int) bool {
			org := join(t, d.Server, "", "Halden Marine")[0]
			made := d.made(t, http.MethodPost, "/user_management/invitations", map[string]any{"email": mara, "organization_id": org})
			return func(s *Server, _ int) bool {
				return ok(s.Call(http.MethodPost, "/user_management/invitations/"+made.Text("id")+"/accept", APIKey, nil))
			}
		},
		"a pending sign-in": func(t *testing.T, d *Deployment) func(*Server, int) bool {
			orgs := join(t, d.Server, mara, "Halden Marine", "Nordby Kraft")
			pending := d.pending(t, mara, "organization_selection_required")
			return func(s *Server, i int) bool {
				return ok(s.grant("organization-selection", "pending_authentication_token", pending, "organization_id", string(orgs[i%2])))
			}
		},
		"an application's code": func(t *testing.T, d *Deployment) func(*Server, int) bool {
			got := code(t, d.Server, mara)
			return func(s *Server, _ int) bool { return ok(s.grant("authorization_code", "code", got)) }
		},
		"a solved puzzle": func(t *testing.T, d *Deployment) func(*Server, int) bool {
			text := puzzle.Text("what a browser computed for")
			return func(s *Server, _ int) bool {
				err := s.DB.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error { return text.Spend(tx) })
				if err != nil && !errors.Is(err, puzzle.ErrExpired) {
					t.Error(err)
				}
				return err == nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			RunNodes(t, func(t *testing.T, d *Deployment) {
				d.proven(t, mara)
				d.once(20, prepare(t, d))
			})
		})
	}
}

// One decision about a device is made, and one answer to it given, wherever the
// browser and the device ask.
func TestADeviceIsDecidedOnceOnAllServers(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		d.proven(t, "mara@fieldnote.example")
		a := d.raw(http.MethodPost, "/user_management/authorize/device", url.Values{"client_id": {Client}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		b := d.Browser()
		p := b.Get("/device").Submit("user_code", a.Text("user_code")).Submit("email", "mara@fieldnote.example").Submit("password", Password)
		if p.Status != http.StatusOK || !strings.HasPrefix(p.URL.Path, "/device/") {
			t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		browsers := []*Browser{b, b.another(d.node(1))}
		d.atOnce(12, func(_ *Server, i int) bool {
			return browsers[i%2].Post(p.URL.Path, url.Values{"decision": {[]string{"approve", "approve", "deny"}[i%3]}}).Status == http.StatusOK
		})
		approved, denied := d.events("device_authorization.approved"), d.events("device_authorization.denied")
		if approved+denied != 1 {
			t.Fatalf("approved %d times and denied %d times", approved, denied)
		}
		connected := 0
		poll := func(s *Server, _ int) bool {
			return s.raw(http.MethodPost, "/user_management/authenticate", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {Client},
				"device_code": {a.Text("device_code")}}.Encode(), "Content-Type", "application/x-www-form-urlencoded").Status == http.StatusOK
		}
		if connected = d.atOnce(20, poll); connected != approved || d.events("session.created") != approved {
			t.Errorf("approved %d times, connected %d times", approved, connected)
		}
	})
}

// What was ended on one server must be dead on the other at the next request,
// or a thief goes on there.
func TestASessionThatEndedIsDeadOnAllServers(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		mara := d.proven(t, "mara@fieldnote.example")
		there := d.node(1)
		enter := func() (b *Browser, tokens Answer) {
			b = d.Browser()
			p := b.Get(d.AuthorizeURL()).Submit("email", "mara@fieldnote.example").Submit("password", Password)
			tokens = there.grant("authorization_code", "code", p.URL.Query().Get("code"))
			return b.another(there), tokens
		}
		live := func(b *Browser, tokens Answer) (page, info bool) {
			a := there.raw(http.MethodGet, "/oauth2/userinfo", "", "Authorization", "Bearer "+tokens.Text("access_token"))
			return b.Get("/account/session").Status == http.StatusOK, a.Status == http.StatusOK
		}
		for name, end := range map[string]func(b *Browser, sid string){
			"its session": func(_ *Browser, sid string) {
				d.made(t, http.MethodPost, "/user_management/sessions/revoke", map[string]any{"session_id": sid})
			},
			"all sessions": func(*Browser, string) {
				d.made(t, http.MethodPost, "/user_management/users/"+string(mara)+"/sessions/revoke_all", nil)
			},
			"by signing out": func(b *Browser, _ string) { b.another(d.Server).Get("/logout").Submit() },
			"a new password": func(*Browser, string) {
				d.made(t, http.MethodPut, "/user_management/users/"+string(mara), map[string]any{"password": Password})
			},
			"a ban": func(*Browser, string) {
				d.Tx(func(tx *db.Tx) error { _, err := users.Ban(tx, mara, nil, "test"); return err })
				d.Tx(func(tx *db.Tx) error { _, err := users.Unban(tx, mara); return err }) // brings no session back
			},
		} {
			b, tokens := enter()
			if page, _ := live(b, tokens); !page || tokens.Status != http.StatusOK {
				t.Fatalf("%s: not signed in before: %d %s", name, tokens.Status, tokens.Raw)
			}
			end(b, claim(t, tokens.Text("access_token"), "sid"))
			page, info := live(b, tokens)
			if info || page && name != "its session" {
				t.Errorf("%s: the page lives %v, the token %v", name, page, info)
			}
			if a := there.grant("refresh_token", "refresh_token", tokens.Text("refresh_token")); a.Status == http.StatusOK {
				t.Errorf("%s: refreshed: %s", name, a.Raw)
			}
		}
	})
}

// Two owners who demote each other in the same moment, each at another server:
// one stays, or nobody can let anybody in (attacks T11).
func TestOwnersAtTwoServersCannotDemoteEachOther(t *testing.T) {
	RunNodes(t, func(t *testing.T, d *Deployment) {
		people := []id.User{d.proven(t, "mara@fieldnote.example"), d.proven(t, "priya@fieldnote.example")}
		for range 5 {
			org := join(t, d.Server, "", "Halden Marine")[0]
			var memberships []string
			d.Tx(func(tx *db.Tx) error {
				return tx.In(org, func(tx *db.OrgTx) error {
					for _, user := range people {
						m, err := users.AddMember(tx, user, tenants.OwnerRole)
						if err != nil {
							return err
						}
						memberships = append(memberships, string(m.ID))
					}
					return nil
				})
			})
			statuses := make([]int, 2)
			d.atOnce(2, func(s *Server, i int) bool {
				statuses[i] = s.Call(http.MethodPut, "/user_management/organization_memberships/"+memberships[i], APIKey, map[string]any{"role_slug": tenants.MemberRole}).Status
				return statuses[i] == http.StatusOK
			})
			slices.Sort(statuses)
			if statuses[0] != http.StatusOK || statuses[1] < 400 || statuses[1] >= 500 {
				t.Fatalf("answered %v", statuses)
			}
			left := d.Call(http.MethodGet, "/user_management/organization_memberships?organization_id="+string(org), APIKey, nil).Raw
			if n := strings.Count(left, `"slug":"owner"`); n == 0 {
				t.Fatalf("no owner is left: %s", left)
			}
		}
	})
}
