package account_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/mfa"
	"gatehouse/oauth"
	"gatehouse/tenants"
)

const time20m = 20 * time.Minute

func (w world) client(key id.Client, name string) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		_, err := oauth.CreateClient(tx, oauth.NewClient{ID: key, Name: name, Type: oauth.Web, RedirectURIs: []string{callback}})
		return err
	})
}

// code is what the authenticator app shows whose secret the page says.
func (b *tab) code(p seen) string {
	b.Helper()
	key := strings.ReplaceAll(attribute(p, `id="totp-key"[^>]*>([A-Z2-7 ]+)<`), " ", "")
	code, err := totp.GenerateCode(key, b.d.Now())
	if err != nil || key == "" {
		b.Fatalf("no key at %s (%d): %s", p.path, p.status, p.body)
	}
	return code
}

// app sets up an authenticator app and returns the last page.
func (b *tab) app(name string) seen {
	b.Helper()
	p := b.post("/account/security/authenticators/new", "name", name)
	return b.post(p.path, "code", b.code(p))
}

var recovery = regexp.MustCompile(`<code>([a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4})</code>`)

func (p seen) codes() (all []string) {
	for _, m := range recovery.FindAllStringSubmatch(p.body, -1) {
		all = append(all, m[1])
	}
	return all
}

// removals are where the person's second steps and passkeys are removed.
func (b *tab) removals() []string {
	b.Helper()
	var all []string
	u := b.user(ines)
	b.tx(func(tx *db.Tx) error {
		mine, err := mfa.List(tx, u.ID)
		for _, m := range mine {
			all = append(all, "/account/security/factors/"+m.ID+"/remove")
		}
		return err
	})
	return all
}

// An authenticator app counts once its first code came back; recovery codes
// come with the first one, are shown once, and stand in no address and no cache.
func TestSettingUpAnAuthenticatorApp(t *testing.T) {
	each(t, func(w world) {
		b := w.signedIn(ines)
		p := b.post("/account/security/authenticators/new", "name", "Pixel 9")
		page := p.path
		if again := b.get(page); b.code(again) != b.code(p) || !strings.Contains(p.body, `class="qr"`) {
			t.Error("a reload shows another key, or no square")
		}
		b.refused(b.post(page, "code", wrong(b.code(p))), http.StatusUnprocessableEntity, "isn’t right")
		if s := b.get("/account/security"); strings.Contains(s.body, "Pixel 9") {
			t.Error("it counts before its first code")
		}
		shown := b.post(page, "code", b.code(p))
		if len(shown.codes()) != mfa.RecoveryCodes || shown.header.Get("Cache-Control") != "no-store" || shown.path != page {
			t.Fatalf("%d at %s: %s", shown.status, shown.path, shown.body)
		}
		if p := b.get(page); p.status != http.StatusNotFound {
			t.Errorf("the key is still shown: %d", p.status)
		}
		if p := b.post(page, "code", "123456"); p.status != http.StatusNotFound {
			t.Errorf("a form that came late: %d", p.status)
		}
		w.notified(ines, "factor_added")
		w.recorded("authentication_factor.verified")
		const saved = "/account/security/recovery-codes/saved"
		codes := strings.Join(shown.codes(), " ")
		if p := b.post(saved, "codes", codes); p.status != http.StatusUnprocessableEntity || len(p.codes()) != mfa.RecoveryCodes || p.path != saved {
			t.Errorf("without the box: %d at %s", p.status, p.path)
		}
		if p := b.post(saved+"/download", "codes", codes); p.body != strings.ReplaceAll(codes, " ", "\n")+"\n" || p.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("the file: %d %v %q", p.status, p.header, p.body)
		}
		b.done(b.post(saved, "codes", codes, "saved", "on"), "/account/security", "Pixel 9")
		if p := b.get("/account/security"); !strings.Contains(p.body, "10 codes left") || len(p.codes()) > 0 {
			t.Errorf("the page: %s", p.body)
		}
		if second := b.app("Old phone"); second.path != "/account/security" || len(second.codes()) > 0 {
			t.Errorf("the second app: %d at %s", second.status, second.path)
		}
		removals := b.removals()
		b.refused(b.get(removals[0]), http.StatusOK, "Your other second steps stay")
		b.done(b.post(removals[0]), "/account/security", "It’s removed")
		w.notified(ines, "factor_removed")
		w.recorded("authentication_factor.deleted")
		b.refused(b.get(removals[1]), http.StatusOK, "your only second step")
	})
}

// New recovery codes are worth something from now on, and the old ones nothing.
func TestNewRecoveryCodesEndTheOldOnes(t *testing.T) {
	each(t, func(w world) {
		b := w.signedIn(ines)
		if p := b.post("/account/security/recovery-codes"); p.status != http.StatusNotFound {
			t.Errorf("without a second step: %d", p.status)
		}
		old := b.app("Pixel 9").codes()
		b.refused(b.get("/account/security/recovery-codes"), http.StatusOK, "10 old codes stop working")
		shown := b.post("/account/security/recovery-codes")
		fresh := shown.codes()
		if len(fresh) != 10 || fresh[0] == old[0] || shown.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v", shown.status, fresh)
		}
		w.notified(ines, "factor_added")
		w.recorded("recovery_codes.created")
		try := func(code string) seen {
			thief := w.browser("Mozilla/5.0")
			p := thief.post("/login", "email", ines, "password", secret)
			flow := p.path[strings.Index(p.path, "flow=")+5:]
			return thief.post("/login/mfa/recovery", "flow", flow, "code", code)
		}
		if p := try(old[0]); p.status != http.StatusUnprocessableEntity {
			t.Errorf("an old code: %d at %s", p.status, p.path)
		}
		if p := try(fresh[0]); p.path != "/account" || p.status != http.StatusOK {
			t.Errorf("a new code: %d at %s", p.status, p.path)
		}
	})
}

// A passkey is added, named anew and removed; each is told by mail where it
// changes who can get in, and its question is one browser's, once.
func TestPasskeysAreAddedNamedAndRemoved(t *testing.T) {
	each(t, func(w world) {
		b := w.signedIn(ines)
		question := b.get("/account/security/passkeys/new")
		answer := []string{"ceremony", attribute(question, `name="ceremony" value="([^"]*)"`), "credential", b.credential(question), "name", "Work laptop"}
		if p := w.signedIn(ines).post("/account/security/passkeys/new", answer...); p.status != http.StatusUnprocessableEntity {
			t.Errorf("another browser's answer: %d", p.status)
		}
		if p := b.post("/account/security/passkeys/new", answer...); len(p.codes()) != 10 {
			t.Fatalf("%d at %s: %s", p.status, p.path, p.body)
		}
		if p := b.post("/account/security/passkeys/new", answer...); p.status != http.StatusUnprocessableEntity {
			t.Errorf("the same answer twice: %d", p.status)
		}
		w.notified(ines, "factor_added")
		w.recorded("passkey.created")
		b.done(b.register("/account/security/passkeys/new", ""), "/account/security", "It’s added")
		rename := b.get("/account/security").links(`security/passkeys/passkey_[0-9A-Z]+/rename`)
		if len(rename) != 2 {
			t.Fatalf("%v", rename)
		}
		b.refused(b.get(rename[0]), http.StatusOK, "Work laptop")
		b.refused(b.post(rename[0], "name", " "), http.StatusUnprocessableEntity, "Enter a name")
		b.refused(b.post(rename[0], "name", strings.Repeat("w", 101)), http.StatusUnprocessableEntity, "100")
		b.done(b.post(rename[0], "name", "Boat <b>laptop</b>"), "/account/security", "Boat <b>laptop</b>")
		w.recorded("passkey.updated")
		b.done(b.post(b.removals()[0]), "/account/security", "It’s removed")
		w.notified(ines, "factor_removed")
		w.recorded("passkey.deleted")
	})
}

// What an organization's policy asks for stays until there is something else
// that meets it, and the page says whose policy it is; of two removed at the
// same time one stays (attacks P8).
func TestTheLastFactorThatAPolicyAsksForStays(t *testing.T) {
	each(t, func(w world) {
		b := w.signedIn(ines)
		b.app("Pixel 9")
		w.organization("Halden Marine", ines, tenants.Policy{MFARequired: true})
		last := b.removals()[0]
		if p := b.get("/account/security"); !strings.Contains(p.body, "Halden Marine asks for it") || len(p.links("security/factors/[^/]+/remove")) > 0 {
			t.Errorf("the page offers it: %s", p.body)
		}
		b.refused(b.post(last), http.StatusConflict, "Halden Marine asks for it")
		b.app("Old phone")
		b.app("Tablet")
		b.done(b.post(last), "/account/security", "It’s removed")
		two := b.removals()
		if len(two) != 2 {
			t.Fatalf("%v", two)
		}
		var all sync.WaitGroup
		for _, path := range two {
			all.Go(func() { b.post(path) })
		}
		all.Wait()
		if left := b.removals(); len(left) != 1 {
			t.Errorf("%d are left", len(left))
		}
	})
}

// A factor that the policy does not count may go although it is the last.
func TestAFactorThatNobodyAsksForMayGo(t *testing.T) {
	each(t, func(w world) {
		b := w.signedIn(ines)
		b.app("Pixel 9")
		w.organization("Halden Marine", ines, tenants.Policy{MFARequired: true, MFAFactors: []string{"webauthn"}})
		b.done(b.post(b.removals()[0]), "/account/security", "It’s removed")
	})
}

// Nobody locks themselves out: the last way to sign in stays.
func TestTheLastWayToSignInStays(t *testing.T) {
	each(t, func(w world) {
		b := w.signedIn(ines)
		b.register("/account/security/passkeys/new", "Work laptop")
		w.tx(func(tx *db.Tx) error {
			s := tenants.DefaultSettings()
			s.Password, s.MagicAuth = false, false
			return tenants.SetSettings(tx, s)
		})
		only := b.removals()[0]
		if p := b.get("/account/security"); !strings.Contains(p.body, "your last way to sign in") {
			t.Errorf("the page: %s", p.body)
		}
		b.refused(b.post(only), http.StatusConflict, "your last way to sign in")
		b.register("/account/security/passkeys/new", "Key ring")
		b.done(b.post(only), "/account/security", "It’s removed")
	})
}
