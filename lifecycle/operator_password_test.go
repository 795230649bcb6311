package lifecycle

import (
	"errors"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/users/password"
)

// An operator who forgot their password has no other way back.
func TestAnOperatorGetsANewPassword(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		const email, next = "mara@fieldnote.example", "lantern-orbit-9920"
		start(t, d, "GATEHOUSE_BOOTSTRAP_OPERATOR_EMAIL="+email, "GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD="+typed)
		p := passwords(d)
		var secret string
		write(t, d, func(tx *db.Tx) error {
			u, err := users.GetByEmail(tx, email)
			if err == nil {
				_, secret, err = sessions.StartBrowser(tx, u.ID, sessions.Password, sessions.DefaultLifetimes)
			}
			return err
		})
		changes := recorded(t, d, "user.password_changed")
		must(t, SetOperatorPassword(t.Context(), d, p, "Mara@Fieldnote.example", next, "Gatehouse"))
		for word, want := range map[string]bool{next: true, typed: false} {
			if got, err := p.Check(t.Context(), users.Try{Email: email, Password: word, Who: who}, nil); err != nil || got.OK != want {
				t.Errorf("signing in with %s: %v %v, want %v", word, got.OK, err, want)
			}
		}
		if _, err := sessions.CheckBrowser(t.Context(), d, secret); !errors.Is(err, sessions.ErrNoSession) {
			t.Errorf("the old session: %v", err)
		}
		if n := recorded(t, d, "user.password_changed") - changes; n != 1 {
			t.Errorf("%d entries", n)
		}
	})
}

// The command is no way to take somebody else's account, nor to choose a
// password that could not be chosen elsewhere.
func TestOnlyOperatorsGetANewPassword(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		const email, next = "mara@fieldnote.example", "lantern-orbit-9920"
		start(t, d, "GATEHOUSE_BOOTSTRAP_OPERATOR_EMAIL="+email, "GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD="+typed)
		write(t, d, func(tx *db.Tx) error {
			_, err := users.Create(tx, users.New{Email: "customer@halden.example", EmailVerified: true})
			return err
		})
		before := everything(t, d)
		p := passwords(d)
		for _, other := range []string{"customer@halden.example", "nobody@fieldnote.example", "", "no address"} {
			if err := SetOperatorPassword(t.Context(), d, p, other, next, "Gatehouse"); !errors.Is(err, ErrNoOperator) {
				t.Errorf("%q: %v", other, err)
			}
		}
		for _, weak := range []string{"", "short", "mara@fieldnote.example"} {
			if err := SetOperatorPassword(t.Context(), d, p, email, weak, "Gatehouse"); !errors.Is(err, password.ErrWeak) {
				t.Errorf("%q: %v", weak, err)
			}
		}
		if tables := changed(before, everything(t, d)); len(tables) != 0 {
			t.Errorf("changed %v", tables)
		}
	})
}
