package account_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// A form that holds more than it shows must not make an address proven, or
// somebody else's account one's own (attacks P4).
func TestTheProfileIsNamesAndLanguageAndNothingElse(t *testing.T) {
	each(t, func(w world) {
		before := w.user(ines)
		b := w.signedIn(ines)
		p := b.post("/account", "first_name", " Ines Marie ", "last_name", "Halvorsen", "locale", "de", "email", "ceo@nordby.example", "email_verified", "true",
			"id", string(w.user(sofie).ID), "user_id", string(w.user(sofie).ID), "external_id", "x", "metadata[role]", "owner", "name", "Root", "banned_at", "")
		b.done(p, "/account", "Änderungen sind gespeichert")
		u := w.user(ines)
		if *u.FirstName != "Ines Marie" || u.Locale == nil || *u.Locale != "de" || u.Email != ines || u.ExternalID != nil || u.Name != nil || len(u.Metadata) > 0 || u.ID != before.ID {
			t.Errorf("%+v", u)
		}
		if other := w.user(sofie); *other.FirstName != "Sofie" || other.Locale != nil {
			t.Errorf("the other became %+v", other)
		}
		b.refused(b.post("/account", "locale", "tlh"), http.StatusBadRequest, "GH-")
		b.refused(b.post("/account", "first_name", strings.Repeat("a", 101), "last_name", "x"), http.StatusUnprocessableEntity, "100")
		w.recorded("user.updated")
	})
}

// An account changes its address once the new mailbox is proven, by one code,
// once; the old one is told, with a way back, and is worth nothing any more.
func TestAnAddressChangesOnceItIsProven(t *testing.T) {
	each(t, func(w world) {
		const next = "ines.marie@haldenmarine.example"
		b := w.signedIn(ines)
		w.browser("Mozilla/5.0").post("/login/password/forgot", "email", ines)
		reset := mailtest.Last(t, w.d, ines).Links[0]
		b.refused(b.post("/account/email", "email", "INES@haldenmarine.example"), http.StatusUnprocessableEntity, "already")
		b.refused(b.post("/account/email", "email", "ines@"), http.StatusUnprocessableEntity, "Enter an email like")
		b.done(b.post("/account/email", "email", next), "/account/email/confirm", next)
		code := mailtest.Last(t, w.d, next).Code
		b.refused(b.post("/account/email/confirm", "code", wrong(code)), http.StatusUnprocessableEntity, "isn’t right")
		b.refused(b.post("/account/email/confirm"), http.StatusUnprocessableEntity, "Enter the code")
		other := w.signedIn(sofie)
		if p := other.post("/account/email/confirm", "code", code); p.path != "/account/email" && p.status < 400 || w.user(sofie).Email != sofie {
			t.Errorf("another person's form: %d at %s", p.status, p.path)
		}
		if w.user(ines).Email != ines {
			t.Fatal("the address changed before it was proven")
		}
		b.done(b.post("/account/email/confirm", "code", code[:3]+" "+code[3:]), "/account", "We told the old address")
		w.notified(ines, "email_changed")
		w.recorded("user.email_change_requested")
		if u := w.user(next); !u.EmailVerified {
			t.Error("the new address is not proven")
		}
		if p := b.post("/account/email/confirm", "code", code); p.status == http.StatusOK && p.path == "/account" {
			t.Errorf("the code worked twice: %d at %s", p.status, p.path)
		}
		if p := b.get(reset); p.status != http.StatusBadRequest {
			t.Errorf("a reset link to the old address: %d", p.status)
		}
		undo := mailtest.Last(t, w.d, ines).Links
		if p := w.browser("Mozilla/5.0").post(undo[len(undo)-1]); p.status != http.StatusOK || w.user(ines).Email != ines || b.live() {
			t.Errorf("'This wasn't me': %d, session live %v", p.status, b.live())
		}
	})
}

// wrong is another code.
func wrong(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

// Typing other people's addresses into one's own account must not tell which
// of them have one, nor fill their mailboxes.
func TestATakenAddressIsNotTold(t *testing.T) {
	each(t, func(w world) {
		b := w.signedIn(ines)
		free := b.post("/account/email", "email", "free@nordby.example")
		taken := b.post("/account/email", "email", sofie)
		plain := func(p seen) string { // the avatar's letter and colour are the address's own
			return regexp.MustCompile(`<span class="avatar.*?</span>`).ReplaceAllString(strings.ReplaceAll(p.body, "free@nordby.example", sofie), "")
		}
		if free.status != taken.status || free.path != taken.path || plain(free) != plain(taken) {
			t.Errorf("free: %d at %s: %s\ntaken: %d at %s: %s", free.status, free.path, plain(free), taken.status, taken.path, plain(taken))
		}
		if mails := mailtest.All(t, w.d, sofie); len(mails) > 0 {
			t.Errorf("%d mails to the holder", len(mails))
		}
		b.refused(b.post("/account/email/confirm", "code", "123456"), http.StatusUnprocessableEntity, "isn’t right")
	})
}

// Two people prove one address at the same time: it is one's, and the other
// keeps what they had (attacks P3).
func TestOneAddressGoesToOne(t *testing.T) {
	each(t, func(w world) {
		const next = "berth@haldenmarine.example"
		people := map[string]*tab{ines: w.signedIn(ines), sofie: w.signedIn(sofie)}
		codes := map[string]string{}
		for email, b := range people {
			b.done(b.post("/account/email", "email", next), "/account/email/confirm", next)
			codes[email] = mailtest.Last(t, w.d, next).Code
		}
		var mu sync.Mutex
		var all sync.WaitGroup
		won := 0
		for email, b := range people {
			all.Go(func() {
				p := b.post("/account/email/confirm", "code", codes[email])
				mu.Lock()
				defer mu.Unlock()
				switch {
				case p.status == http.StatusOK && p.path == "/account":
					won++
				case p.status != http.StatusConflict:
					t.Errorf("%s: %d at %s: %s", email, p.status, p.path, p.body)
				}
			})
		}
		all.Wait()
		w.user(next)
		if won != 1 {
			t.Errorf("%d people have the address", won)
		}
	})
}

// A new password signs everybody else out, and with them each refresh token;
// the person is told by mail and stays where they are.
func TestANewPasswordEndsEverythingElse(t *testing.T) {
	each(t, func(w world) {
		here, there := w.signedIn(ines), w.signedIn(ines)
		kept, lost := here.application(client), there.application(client)
		here.refused(here.post("/account/security/password", "password", "short"), http.StatusUnprocessableEntity, "at least 8")
		here.refused(here.post("/account/security/password", "password", "halvorsen1"), http.StatusUnprocessableEntity, "without your name")
		here.refused(here.post("/account/security/password"), http.StatusUnprocessableEntity, "Enter your password")
		if !there.live() {
			t.Fatal("a refused password signed somebody out")
		}
		here.done(here.post("/account/security/password", "password", "another good passphrase 77", "user_id", string(w.user(sofie).ID)), "/account/security", "Your password is saved")
		if !here.live() || there.live() {
			t.Errorf("here %v, there %v", here.live(), there.live())
		}
		if a, b := w.refresh(client, kept), w.refresh(client, lost); a != http.StatusOK || b != http.StatusBadRequest {
			t.Errorf("refresh here %d, there %d", a, b)
		}
		w.notified(ines, "password_changed")
		w.recorded("user.password_changed")
		if p := w.browser("Mozilla/5.0").post("/login", "email", ines, "password", secret); p.path == "/account" {
			t.Error("the old password still signs in")
		}
		w.browser("Mozilla/5.0").signIn(ines, "another good passphrase 77")
		w.browser("Mozilla/5.0").signIn(sofie, secret)
	})
}

// Where nobody signs in by a password, nobody sets one.
func TestNoPasswordWhereThereAreNone(t *testing.T) {
	each(t, func(w world) {
		b := w.signedIn(ines)
		w.tx(func(tx *db.Tx) error {
			s := tenants.DefaultSettings()
			s.Password = false
			return tenants.SetSettings(tx, s)
		})
		if p := b.get("/account/security"); len(p.links("security/password")) > 0 {
			t.Error("it is offered")
		}
		if p := b.post("/account/security/password", "password", "another good passphrase 77"); p.status != http.StatusNotFound {
			t.Errorf("%d", p.status)
		}
	})
}

// A browser that was left somewhere is signed out from here, with what is
// below it and its refresh tokens; "everywhere else" ends all but this one.
func TestSigningOutOtherBrowsers(t *testing.T) {
	each(t, func(w world) {
		here, phone, library := w.signedIn(ines), w.browser("Mozilla/5.0 (iPhone) Safari/605.1"), w.browser("Mozilla/5.0 (Windows) Chrome/140.0")
		phone.signIn(ines, secret)
		library.signIn(ines, secret)
		kept, lost, last := here.application(client), phone.application(client), library.application(client)
		p := here.get("/account/sessions")
		if a, b := strings.Index(p.body, "This browser"), strings.Index(p.body, "Safari, iPhone"); a < 0 || b < a || !strings.Contains(p.body, "Chrome, Windows") || !strings.Contains(p.body, "127.0.0.1") {
			t.Fatalf("the list: %s", p.body)
		}
		w.later(time20m) // no fresh sign-in: whoever sees a stranger must be quick
		var key id.BrowserSession
		for _, b := range w.browsers(ines) {
			if strings.Contains(*b.UserAgent, "iPhone") {
				key = b.ID
			}
		}
		here.done(here.post("/account/sessions/"+string(key)+"/end"), "/account/sessions", "That browser is signed out")
		if phone.live() || !library.live() || w.refresh(client, lost) != http.StatusBadRequest {
			t.Errorf("phone %v, library %v", phone.live(), library.live())
		}
		if p := here.post("/account/sessions/" + string(key) + "/end"); p.status != http.StatusNotFound {
			t.Errorf("an ended one: %d", p.status)
		}
		if p := here.get("/account/sessions/others"); !strings.Contains(p.body, "1 other browser and 1 app") || !library.live() {
			t.Errorf("the question: %s", p.body)
		}
		here.done(here.post("/account/sessions/others"), "/account/sessions", "signed out everywhere else")
		if library.live() || !here.live() || w.refresh(client, last) != http.StatusBadRequest || w.refresh(client, kept) != http.StatusOK {
			t.Errorf("library %v, here %v", library.live(), here.live())
		}
		w.recorded("session.revoked")
		w.recorded("browser_session.ended")
	})
}

// An application is disconnected in every browser at once; others stay.
func TestDisconnectingAnApplication(t *testing.T) {
	each(t, func(w world) {
		const second = "client_01ACC00000000000000000001"
		w.client(second, "Dry dock")
		here, there := w.signedIn(ines), w.signedIn(ines)
		one, two, other := here.application(client), there.application(client), here.application(second)
		p := here.get("/account/apps")
		if !strings.Contains(p.body, "Dry dock") || !strings.Contains(p.body, "2 sessions") {
			t.Fatalf("the list: %s", p.body)
		}
		ask := "/account/apps/" + client + "/disconnect"
		if p := here.get(ask); !strings.Contains(p.body, "2 sessions end") || w.refresh(client, one) != http.StatusOK {
			t.Errorf("looking changed something: %d %s", p.status, p.body)
		}
		here.done(here.post(ask), "/account/apps", "The app is disconnected")
		if w.refresh(client, one) != http.StatusBadRequest || w.refresh(client, two) != http.StatusBadRequest || w.refresh(second, other) != http.StatusOK {
			t.Error("the wrong ones ended")
		}
		if p := here.post(ask); p.status != http.StatusNotFound || !here.live() || !there.live() {
			t.Errorf("again: %d", p.status)
		}
	})
}

// An account elsewhere is parted from this one, unless it is the last way in.
func TestPartingFromAnAccountElsewhere(t *testing.T) {
	each(t, func(w world) {
		var path string
		w.tx(func(tx *db.Tx) error {
			u, err := users.GetByEmail(tx, ines)
			if err != nil {
				return err
			}
			email := "ines@gmail.example"
			i, err := users.AddIdentity(tx, users.Identity{UserID: u.ID, Provider: sessions.GoogleOAuth, Issuer: "https://accounts.google.com", Subject: "1", Email: &email})
			if err == nil {
				path = "/account/security/identities/" + string(i.ID) + "/remove"
			}
			return err
		})
		b := w.signedIn(ines)
		if p := b.get("/account/security"); !strings.Contains(p.body, "ines@gmail.example") || !strings.Contains(p.body, "Google") {
			t.Fatalf("the list: %s", p.body)
		}
		if p := w.signedIn(sofie).post(path); p.status != http.StatusNotFound {
			t.Errorf("another person: %d", p.status)
		}
		b.refused(b.get(path), http.StatusOK, "Disconnect Google?")
		b.done(b.post(path), "/account/security", "It’s removed")
		w.notified(ines, "factor_removed")
		if p := b.post(path); p.status != http.StatusNotFound {
			t.Errorf("again: %d", p.status)
		}
	})
}
