package account_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/app"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
)

const (
	apiKey   = "sk_test_0123456789abcdefghijklmnop"
	client   = "client_01ACC00000000000000000000"
	callback = "http://localhost:3000/callback"
	secret   = "kestrel-tundra-4471"
	ines     = "ines@haldenmarine.example"
	sofie    = "sofie@nordby.example"
)

// world is a whole server with two people.
type world struct {
	*testing.T
	d   *db.DB
	url string
	now *time.Duration // how far the clock is ahead
}

// each runs fn with a fresh server on each database. The server is reached by
// a name, because passkeys belong to one.
func each(t *testing.T, fn func(world), more ...string) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var ahead time.Duration
		d.Now = func() time.Time { return time.Now().Add(ahead) }
		listener := httptest.NewUnstartedServer(nil)
		address := strings.Replace(listener.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
		w := world{T: t, d: d, url: "http://" + address, now: &ahead}
		cfg, err := config.Load(append([]string{"GATEHOUSE_ADDR=" + listener.Listener.Addr().String(), "GATEHOUSE_BASE_URL=" + w.url, "GATEHOUSE_DATA_DIR=" + t.TempDir(),
			"GATEHOUSE_BOOTSTRAP_API_KEY=" + apiKey, "GATEHOUSE_BOOTSTRAP_CLIENT_ID=" + client, "GATEHOUSE_BOOTSTRAP_REDIRECT_URIS=" + callback,
			"GATEHOUSE_HIBP_URL=off", "GATEHOUSE_TRUSTED_PROXIES=127.0.0.1"}, more...))
		if err != nil {
			t.Fatal(err)
		}
		a, err := app.New(t.Context(), cfg, d, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		listener.Config.Handler = a.Handler()
		listener.Start()
		t.Cleanup(listener.Close)
		w.person(ines, "Ines", "Halvorsen")
		w.person(sofie, "Sofie", "Nordby")
		fn(w)
	})
}

// hash is made once: it is slow on purpose.
var hash = func() string {
	h, err := password.New(password.Options{}).Hash(context.Background(), "test", secret)
	if err != nil {
		panic(err)
	}
	return h
}()

func (w world) person(email, first, last string) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		_, err := users.Create(tx, users.New{Email: email, EmailVerified: true, FirstName: &first, LastName: &last, PasswordHash: hash})
		return err
	})
}

func (w world) tx(fn func(*db.Tx) error) {
	w.Helper()
	if err := w.d.Tx(context.WithoutCancel(w.Context()), actor.System("test"), fn); err != nil {
		w.Fatal(err)
	}
}

// user is the account with that address.
func (w world) user(email string) (u *users.User) {
	w.Helper()
	w.tx(func(tx *db.Tx) (err error) {
		u, err = users.GetByEmail(tx, email)
		return err
	})
	return u
}

// browsers are where the person is signed in.
func (w world) browsers(email string) (all []sessions.Browser) {
	w.Helper()
	u := w.user(email)
	w.tx(func(tx *db.Tx) (err error) {
		all, err = sessions.Browsers(tx, u.ID)
		return err
	})
	return all
}

// later puts the clock forward.
func (w world) later(d time.Duration) { *w.now += d }

// organization makes one that asks something of a person.
func (w world) organization(name, email string, p tenants.Policy) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		o, err := tenants.Create(tx, tenants.New{Name: name})
		if err != nil {
			return err
		}
		u, err := users.GetByEmail(tx, email)
		if err != nil {
			return err
		}
		return tx.In(o.ID, func(tx *db.OrgTx) error {
			if _, err := users.AddMember(tx, u.ID, ""); err != nil {
				return err
			}
			_, err := tenants.SetPolicy(tx, p, []id.User{u.ID})
			return err
		})
	})
}

// recorded fails unless the log has an entry of that type.
func (w world) recorded(kind string) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		return tx.Locate(func(tx *db.AllTx) error {
			found, err := audit.List(tx, audit.Filter{Types: []string{kind}})
			if err == nil && len(found) == 0 {
				w.Errorf("the log has no %s", kind)
			}
			return err
		})
	})
}

// notified fails unless the newest mail to the address is of that kind and
// offers a way to say that it was somebody else.
func (w world) notified(email, kind string) mailtest.Letter {
	w.Helper()
	l := mailtest.Last(w, w.d, email)
	if l.Kind != kind || len(l.Links) == 0 || !strings.HasPrefix(l.Links[len(l.Links)-1], w.url+"/login/not-me/") {
		w.Errorf("the newest mail to %s is %s with %v, want %s", email, l.Kind, l.Links, kind)
	}
	return l
}
