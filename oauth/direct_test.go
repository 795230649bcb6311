package oauth

import (
	"net/http"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// The named queries join memberships without the compiler's help: a role in one
// organization must never count in another.
func TestRolesStayInTheirOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		var foreign id.Organization
		w.write(func(tx *db.Tx) error {
			o, err := tenants.Create(tx, tenants.New{Name: "Foreign"})
			if err == nil {
				foreign = o.ID
			}
			return err
		})
		a := w.session()
		code := w.code()
		w.write(func(tx *db.Tx) error {
			if _, err := sessions.Switch(tx, id.Session(claims(t, a.get("access_token"))["sid"].(string)), &foreign); err != nil {
				return err
			}
			_, err := grants.UpdateWhere(tx, db.Set{"organization_id": foreign}, db.Null("used_at"))
			return err
		})
		w.refused(a.get("refresh_token"), "a session in an organization that the person is not a member of")
		if b := w.authenticate(map[string]string{"grant_type": "authorization_code", "code": code, "client_secret": w.secret}); b.get("error") != "invalid_grant" {
			t.Errorf("a code for that organization: %d %s", b.status, b.text)
		}
		if w.events("session.refreshed") != 0 || w.events("session.created") != 1 {
			t.Error("something was written")
		}
	})
}

// Between the sign-in and the code's return anything may happen.
func TestRedeemingAsksAgain(t *testing.T) {
	for name, change := range map[string]func(w *world, tx *db.Tx) error{
		"banned": func(w *world, tx *db.Tx) error {
			_, err := users.Ban(tx, w.user.ID, nil, "test")
			return err
		},
		"deleted": func(w *world, tx *db.Tx) error { return users.Delete(tx, w.user.ID) },
		"membership ended": func(w *world, tx *db.Tx) error {
			return tx.In(w.org, func(tx *db.OrgTx) error {
				m, err := users.MembershipOf(tx, w.user.ID)
				if err == nil {
					_, err = users.DeactivateMember(tx, m.ID)
				}
				return err
			})
		},
		"signed out": func(w *world, tx *db.Tx) error {
			g, err := grants.First(tx, db.Null("used_at"))
			if err != nil {
				return err
			}
			return sessions.EndBrowser(tx, *g.BrowserSessionID, sessions.SignedOut)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d, NewClient{})
				code := w.code()
				w.write(func(tx *db.Tx) error { return change(w, tx) })
				a := w.authenticate(map[string]string{"grant_type": "authorization_code", "code": code, "client_secret": w.secret})
				if a.status != http.StatusBadRequest || a.get("error") != "invalid_grant" || w.events("session.created") != 0 {
					t.Errorf("%d %s", a.status, a.text)
				}
			})
		})
	}
	t.Run("expired", func(t *testing.T) {
		dbtest.Run(t, func(t *testing.T, d *db.DB) {
			c := startClock(d)
			w := newWorld(t, d, NewClient{})
			code := w.code()
			c.advance(codeLifetime)
			if a := w.authenticate(map[string]string{"grant_type": "authorization_code", "code": code, "client_secret": w.secret}); a.get("error") != "invalid_grant" {
				t.Errorf("%d %s", a.status, a.text)
			}
		})
	})
}

// What the direct way read may have changed before it writes: then it must
// write nothing, neither the rotation nor its entry.
func TestDirectWritesAreConditional(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		if d.Dialect != db.Postgres {
			return // SQLite has the ordinary way alone
		}
		w := newWorld(t, d, NewClient{})
		a := w.session()
		key, err := w.h.tokenKey(t.Context())
		w.must(err)
		f, generation, _ := key.parse(a.get("refresh_token"))
		session := id.Session(claims(t, a.get("access_token"))["sid"].(string))
		rotate := func(from int64) bool {
			done, err := d.RotateRefresh(t.Context(), db.Rotation{Family: f, Session: session, Organization: &w.org, From: from, HeadHash: []byte{1}, Now: time.Now(),
				Audit: db.AuditRow{ID: id.New[id.Event](), Type: "session.refreshed", ActorKind: "system", Targets: []byte("[]"), Data: []byte("{}")}})
			w.must(err)
			return done
		}
		if rotate(generation+1) || w.events("session.refreshed") != 0 {
			t.Error("rotated from a generation that is not the head")
		}
		w.write(func(tx *db.Tx) error { return sessions.End(tx, session, sessions.Revoked) })
		if rotate(generation) || w.events("session.refreshed") != 0 {
			t.Error("rotated below a session that ended")
		}
	})
}
