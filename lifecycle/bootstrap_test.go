package lifecycle

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/apikeys"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/oauth"
	"gatehouse/sessions"
	"gatehouse/users"
)

var given = []string{
	"GATEHOUSE_BOOTSTRAP_API_KEY=sk_test_0123456789abcdefghijklmnop", "GATEHOUSE_BOOTSTRAP_CLIENT_ID=client_01E2E000000000000000000000",
	"GATEHOUSE_BOOTSTRAP_REDIRECT_URIS=http://localhost:3000/callback", "GATEHOUSE_BOOTSTRAP_LOGOUT_URIS=http://localhost:3000/bye",
	"GATEHOUSE_BOOTSTRAP_OPERATOR_EMAIL=mara@fieldnote.example", "GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD=" + typed,
}

// Every deployment of a new version starts servers again: with nothing to do,
// a start must not write a row, or a key that applications use is another one.
func TestASecondStartChangesNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		if made := start(t, d, given...); made.SetupToken != "" || made.NoOperator || made.APIKey != "" {
			t.Errorf("made what was given: %+v", made)
		}
		before := everything(t, d)
		if made := start(t, d, given...); made != (Made{}) {
			t.Errorf("the second start made %+v", made)
		}
		if tables := changed(before, everything(t, d)); tables != nil {
			t.Errorf("the second start changed %v", tables)
		}
		if recorded(t, d, "operator.created") != 1 {
			t.Error("the operator's entry is not there once")
		}
	})
}

// Whoever signed up with the operator's address before there was one, and set up
// more than a password, would open the dashboard by it.
func TestTheFirstOperatorsAccountIsNotASquatters(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var u *users.User
		half := d.Now().UTC().Add(-time.Minute)
		write(t, d, func(tx *db.Tx) (err error) {
			if u, err = users.Create(tx, users.New{Email: "mara@fieldnote.example"}); err != nil {
				return err
			}
			if _, err = mfa.NewRecoveryCodes(tx, u.ID); err != nil {
				return err
			}
			_, err = users.AddIdentity(tx, users.Identity{UserID: u.ID, Provider: sessions.GitHubOAuth, Issuer: "https://github.com", Subject: "666"})
			return err
		})
		start(t, d, given...)
		must(t, d.Read(t.Context(), func(tx *db.Tx) error {
			now, err := users.Get(tx, u.ID)
			linked, err2 := users.Identities(tx, u.ID)
			codes, err3 := mfa.RecoveryCodesLeft(tx, u.ID)
			stands, err4 := mailbox.Stands(tx, u.ID, half)
			has, err5 := users.HasPassword(tx, u.ID)
			if err == nil && (!now.EmailVerified || !has || len(linked)+codes > 0 || stands) {
				t.Errorf("the operator's account has %d identities and %d codes of the squatter's, who goes on: %v", len(linked), codes, stands)
			}
			return errors.Join(err, err2, err3, err4, err5)
		}))
	})
}

// Without an operator a start makes a new link in the place of the old one,
// and nothing else: what was printed first goes on working.
func TestAStartWithoutOperatorReplacesTheLinkAlone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		first := start(t, d)
		if first.SetupToken == "" || first.APIKey == "" || first.Client == "" {
			t.Fatalf("the first start made %+v", first)
		}
		before := everything(t, d)
		second := start(t, d)
		if second.SetupToken == "" || second.SetupToken == first.SetupToken || second.APIKey != "" || second.Client != "" {
			t.Errorf("the second start made %+v", second)
		}
		after := everything(t, d)
		if tables := changed(before, after); !slices.Equal(tables, []string{"setup_links"}) || len(after["setup_links"]) != 1 {
			t.Errorf("the second start changed %v; %d links", tables, len(after["setup_links"]))
		}
		h := site(d)
		if old, fresh := get(h, first.SetupToken), get(h, second.SetupToken); old != 410 || fresh != 200 {
			t.Errorf("the first link answers %d, the second %d", old, fresh)
		}
		must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			if _, err := apikeys.LocateKey(tx, first.APIKey); err != nil {
				t.Errorf("the printed key: %v", err)
			}
			_, err := oauth.GetClient(tx, first.Client)
			return err
		}))
	})
}

// Several servers start at once in a new deployment: they must agree on one of
// everything, and each of them must start.
func TestServersThatStartAtOnceMakeOneOfEach(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		atOnce(t, d, given...)
		all := everything(t, d)
		for table, want := range map[string]int{"organizations": 1, "users": 1, "memberships": 1, "clients": 1, "redirect_uris": 2, "api_keys": 1, "deployment": 1} {
			if len(all[table]) != want {
				t.Errorf("%d rows in %s, want %d", len(all[table]), table, want)
			}
		}
		for _, kind := range []string{"operator.created", "user.created"} {
			if n := recorded(t, d, kind); n != 1 {
				t.Errorf("%d entries of %s", n, kind)
			}
		}
	})
}

// What one of them prints is the deployment's: a second key or application
// would be left over for ever.
func TestServersThatStartAtOncePrintOneOfEach(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var keys, clients int
		for _, made := range atOnce(t, d) {
			if made.APIKey != "" {
				keys++
			}
			if made.Client != "" {
				clients++
			}
		}
		all := everything(t, d)
		if keys != 1 || clients != 1 || len(all["api_keys"]) != 1 || len(all["clients"]) != 1 || len(all["setup_links"]) != 1 {
			t.Errorf("printed %d keys and %d clients; rows: %d, %d, and %d links", keys, clients, len(all["api_keys"]), len(all["clients"]), len(all["setup_links"]))
		}
	})
}

// atOnce is what six servers made that started together.
func atOnce(t *testing.T, d *db.DB, environ ...string) []Made {
	t.Helper()
	cfg, err := config.Load(append([]string{"GATEHOUSE_DATA_DIR=" + t.TempDir()}, environ...))
	must(t, err)
	all := make([]Made, 6)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			var err error
			if all[i], err = Bootstrap(t.Context(), d, passwords(d), cfg); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	return all
}

// Where it is not development nothing secret may be made for a log to show.
func TestOutsideDevelopmentNothingIsMadeToBePrinted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		made := start(t, d, "GATEHOUSE_ENVIRONMENT=production", "GATEHOUSE_BASE_URL=https://id.fieldnote.example", "GATEHOUSE_SMTP_URL=smtp://mail.fieldnote.example")
		if made.SetupToken != "" || made.APIKey != "" || !made.NoOperator {
			t.Errorf("made %+v", made)
		}
	})
}
