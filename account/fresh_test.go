package account_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/account"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/users"
)

// filled is a route's path with something in its place for an id.
func filled(path, key string) string { return strings.Replace(path, ":id", key, 1) }

// Whoever finds a browser that was left open must not make the account theirs:
// after ten minutes each change is refused, by the router's own table, and its
// page asks for a sign-in that comes back to that very page.
func TestAChangeNeedsAFreshSignIn(t *testing.T) {
	each(t, func(w world) {
		b := w.signedIn(ines)
		w.later(11 * time.Minute)
		asked := 0
		for _, r := range account.Routes() {
			path := filled(r.Path, string(id.New[id.Factor]()))
			switch {
			case !r.Proves:
			case r.Method == http.MethodPost:
				asked++
				b.refused(b.post(path, "email", sofie, "password", "another good passphrase 77", "name", "x", "code", "123456"), http.StatusForbidden, "ten minutes ago")
			default:
				if p := b.get(path); !strings.HasPrefix(p.path, "/login?flow=") || !strings.Contains(p.body, ines) {
					t.Errorf("%s led to %s (%d)", path, p.path, p.status)
				}
			}
		}
		if asked < 10 {
			t.Fatalf("only %d forms were asked", asked)
		}
		p := b.get("/account/security/password")
		flow := strings.TrimPrefix(p.path, "/login?flow=")
		if p = b.post("/login", "flow", flow, "email", ines, "password", secret); p.path != "/account/security/password" || p.status != http.StatusOK {
			t.Fatalf("the sign-in came back to %s (%d): %s", p.path, p.status, p.body)
		}
		b.done(b.post("/account/security/password", "password", "another good passphrase 77"), "/account/security", "Your password is saved")
	})
}

// Whoever proves a second step in their session has proven who they are.
func TestASecondStepIsAFreshProof(t *testing.T) {
	each(t, func(w world) {
		b := w.signedIn(ines)
		w.later(11 * time.Minute)
		session := w.browsers(ines)[0].ID
		w.tx(func(tx *db.Tx) error { return sessions.SteppedUp(tx, session, sessions.SecondTOTP) })
		if p := b.get("/account/email"); p.path != "/account/email" || p.status != http.StatusOK {
			t.Fatalf("%d at %s", p.status, p.path)
		}
	})
}

// Who acts in somebody's name helps them look; what they prove themselves with
// and where they are signed in is theirs alone (attacks T8).
func TestAnImpersonatorChangesNothing(t *testing.T) {
	each(t, func(w world) {
		b := w.browser("Mozilla/5.0")
		var secret string
		who := actor.Actor{Kind: actor.KindUser, ID: "user_support"}
		err := w.d.Tx(t.Context(), who, func(tx *db.Tx) (err error) {
			u, err := users.GetByEmail(tx, ines)
			if err == nil {
				_, secret, err = sessions.StartBrowser(tx, u.ID, sessions.Impersonation, sessions.DefaultLifetimes)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.cookie("gatehouse_session", secret)
		if p := b.get("/account"); p.status != http.StatusOK {
			t.Fatalf("%d at %s", p.status, p.path)
		}
		for _, r := range account.Routes() {
			if path := filled(r.Path, string(id.New[id.Factor]())); r.Acts {
				if p := b.do(r.Method, path, nil); p.status != http.StatusForbidden || p.path != path {
					t.Errorf("%s %s: %d at %s", r.Method, path, p.status, p.path)
				}
			}
		}
	})
}

// Nobody loses the page that they asked for by having to sign in first.
func TestWhoIsSignedOutComesBackToThePage(t *testing.T) {
	each(t, func(w world) {
		b := w.browser("Mozilla/5.0")
		p := b.get("/account/apps")
		flow := strings.TrimPrefix(p.path, "/login?flow=")
		if p = b.post("/login", "flow", flow, "email", ines, "password", secret); p.path != "/account/apps" {
			t.Errorf("came back to %s (%d)", p.path, p.status)
		}
		for _, r := range account.Routes() {
			if r.Method != http.MethodPost {
				continue
			}
			if p := w.browser("Mozilla/5.0").post(filled(r.Path, "x"), "email", "new@haldenmarine.example"); !strings.HasPrefix(p.path, "/login") || p.status != http.StatusOK {
				t.Errorf("%s without a session: %d at %s", r.Path, p.status, p.path)
			}
		}
	})
}

// Another person's things are not found, whatever is asked of them, and stay.
func TestOtherPeoplesThingsAreNotThere(t *testing.T) {
	each(t, func(w world) {
		theirs := w.signedIn(sofie)
		theirs.application(client)
		theirs.register("/account/security/passkeys/new", "Sofie's key")
		p := theirs.post("/account/security/authenticators/new", "name", "Sofie's phone")
		enrolling := p.path
		security, browsers := theirs.get("/account/security"), theirs.get("/account/sessions")
		passkey := security.links(`security/passkeys/passkey_[0-9A-Z]+/rename`)
		if len(passkey) != 1 || !strings.HasPrefix(enrolling, "/account/security/authenticators/") {
			t.Fatalf("%v %s: %s", passkey, enrolling, browsers.body)
		}
		key := strings.Split(passkey[0], "/")[4]
		session := w.browsers(sofie)[0].ID
		b := w.signedIn(ines)
		for _, path := range []string{passkey[0], enrolling, "/account/security/factors/" + key + "/remove", "/account/apps/" + client + "/disconnect",
			"/account/security/phones/" + string(id.New[id.Challenge]()), "/account/security/identities/" + string(id.New[id.Identity]()) + "/remove", "/account/security/factors/x/remove"} {
			if p := b.get(path); p.status != http.StatusNotFound {
				t.Errorf("GET %s: %d", path, p.status)
			}
			if p := b.post(path, "name", "mine now", "code", "123456"); p.status != http.StatusNotFound {
				t.Errorf("POST %s: %d", path, p.status)
			}
		}
		if p := b.post("/account/sessions/" + string(session) + "/end"); p.status != http.StatusNotFound || !theirs.live() {
			t.Errorf("their session: %d", p.status)
		}
		if p := theirs.get("/account/security"); !strings.Contains(p.body, "Sofie's key") {
			t.Errorf("their passkey is gone: %s", p.body)
		}
	})
}
