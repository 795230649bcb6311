package invitations_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/internal/seal"
	"gatehouse/invitations"
	"gatehouse/tenants"
)

func days(n int64) *int64 { return &n }

// The mail says who, to what, as what and until when, and its link is built
// from the configured address.
func TestTheMail(t *testing.T) {
	each(t, func(w *world) {
		i := w.invite(invitations.New{Inviter: &w.ines.ID, Role: tenants.AdminRole, Mail: true})
		l := mailtest.Last(w, w.d, sofie)
		if l.Kind != "invitation" || len(l.Links) != 1 || l.Links[0] != "https://auth.example/invite/"+i.Token {
			w.Fatalf("%+v", l)
		}
		for _, part := range []string{"Halden Marine", ines, "Admin", i.ExpiresAt.UTC().Format("2 Jan 2006")} {
			if !bytes.Contains([]byte(l.Text), []byte(part)) {
				w.Errorf("no %q in\n%s", part, l.Text)
			}
		}
		w.invite(invitations.New{Email: "kim@haldenmarine.example"})
		if n := len(mailtest.All(w, w.d, "kim@haldenmarine.example")); n != 0 {
			w.Errorf("%d mails that the application sends itself", n)
		}
	})
}

// A token is kept as a hash and a sealed copy; the log and the mails' table
// hold neither, or whoever reads them could use it.
func TestTheTokenIsNowhereInTheClear(t *testing.T) {
	each(t, func(w *world) {
		i := w.invite(invitations.New{Mail: true})
		if bytes.Contains(i.Sealed, []byte(i.Token)) || !bytes.Equal(i.TokenHash, seal.Hash(i.Token)) {
			w.Error("the row holds the token")
		}
		w.must(w.in(func(tx *db.OrgTx) error {
			rows, err := audit.List(tx, audit.Filter{})
			for _, e := range rows {
				if bytes.Contains(e.Data, []byte(i.Token)) || bytes.Contains(e.Data, []byte("accept_invitation_url")) {
					w.Errorf("%s holds the link: %s", e.Type, e.Data)
				}
			}
			return err
		}))
		w.must(w.d.ReadDeployment(w.Context(), func(tx *db.AllTx) error {
			found, err := invitations.ByToken(tx, i.Token)
			if err != nil {
				return err
			}
			again, err := invitations.Reveal(tx.Tx, found)
			if err == nil && again.Token != i.Token {
				w.Error("another token came back")
			}
			return err
		}))
	})
}

// Two open invitations of one mailbox would be two doors, and only one be shut.
func TestOneIsOpenAtATime(t *testing.T) {
	each(t, func(w *world) {
		var done sync.WaitGroup
		errs := make([]error, 10)
		for n := range errs {
			done.Go(func() { _, errs[n] = w.try(invitations.New{Email: "Sofie@HaldenMarine.example"}) })
		}
		done.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
			} else {
				w.want(err, invitations.ErrInvited)
			}
		}
		if made != 1 {
			w.Errorf("%d were made", made)
		}
		w.now = w.now.Add(8 * 24 * time.Hour)
		i := w.invite(invitations.New{}) // what ran out stands in nobody's way
		w.must(w.in(func(tx *db.OrgTx) error { _, err := invitations.Revoke(tx, i.ID); return err }))
		w.invite(invitations.New{})
	})
}

// What the API asks for and cannot have is said in its own codes.
func TestWhatIsNotMade(t *testing.T) {
	each(t, func(w *world) {
		member := w.person("mara@haldenmarine.example", true)
		w.member(w.org, member, "")
		stranger := w.person("eve@elsewhere.example", true)
		for _, c := range []struct {
			n    invitations.New
			want error
		}{
			{invitations.New{Email: ines}, invitations.ErrMember},
			{invitations.New{Days: days(0)}, invitations.ErrTooShort},
			{invitations.New{Days: days(-1)}, invitations.ErrTooShort},
			{invitations.New{Days: days(31)}, invitations.ErrTooLong},
			{invitations.New{Role: "emperor"}, invitations.ErrRole},
			{invitations.New{Role: tenants.DeveloperRole}, invitations.ErrRole}, // the operators' own
			{invitations.New{Role: tenants.AdminRole, Inviter: &member.ID}, invitations.ErrInviter},
			{invitations.New{Inviter: &stranger.ID}, invitations.ErrInviter},
		} {
			_, err := w.try(c.n)
			w.want(err, c.want)
		}
		w.invite(invitations.New{Inviter: &member.ID, Days: days(30)})
	})
}

// Of several mails only the last can be used: the ones before may have been
// forwarded.
func TestResendingReplacesTheLink(t *testing.T) {
	each(t, func(w *world) {
		i := w.invite(invitations.New{Mail: true})
		old, until := i.Token, i.ExpiresAt
		w.now = w.now.Add(time.Hour)
		var again *invitations.Issued
		resend := func() error {
			return w.in(func(tx *db.OrgTx) (err error) {
				again, err = w.s.Resend(tx, i.ID, invitations.Again{Mail: true, Locale: "de"})
				return err
			})
		}
		w.must(resend())
		if again.ID != i.ID || again.Token == old || !again.ExpiresAt.Equal(until) {
			w.Errorf("%+v", again)
		}
		if l := mailtest.Last(w, w.d, sofie); l.Links[0] != w.s.URL(again.Token) {
			w.Errorf("mailed %v", l.Links)
		}
		w.want(w.tx(func(tx *db.Tx) error { _, err := invitations.LocateOpen(tx, old); return err }), invitations.ErrInvalid)
		w.must(w.tx(func(tx *db.Tx) error { _, err := invitations.LocateOpen(tx, again.Token); return err }))
		w.now = w.now.Add(8 * 24 * time.Hour)
		w.want(resend(), invitations.ErrResendExpired)
		i = w.invite(invitations.New{})
		w.must(w.in(func(tx *db.OrgTx) error { _, err := invitations.Revoke(tx, i.ID); return err }))
		w.want(resend(), invitations.ErrResendRevoked)
		w.want(w.in(func(tx *db.OrgTx) error { _, err := invitations.Revoke(tx, i.ID); return err }), invitations.ErrNotPending)
		i = w.invite(invitations.New{})
		w.must(w.admit(w.person(sofie, true), nil, i))
		w.want(resend(), invitations.ErrResendAccepted)
	})
}

// Another organization's invitations are not there, for its key and its pages.
func TestInvitationsOfOthersAreNotFound(t *testing.T) {
	each(t, func(w *world) {
		i := w.invite(invitations.New{})
		other := w.organization("Nordby Kraft")
		w.must(w.d.InOrg(w.Context(), other, tester, func(tx *db.OrgTx) error {
			_, err := invitations.Get(tx, i.ID)
			w.want(err, db.ErrNotFound)
			_, err = invitations.ByToken(tx, i.Token)
			w.want(err, db.ErrNotFound)
			_, err = invitations.Revoke(tx, i.ID)
			w.want(err, db.ErrNotFound)
			_, err = w.s.Resend(tx, i.ID, invitations.Again{})
			w.want(err, db.ErrNotFound)
			rows, _, err := invitations.List(tx, invitations.Query{Email: sofie})
			if len(rows) != 0 {
				w.Errorf("listed %v", rows)
			}
			return err
		}))
	})
}
