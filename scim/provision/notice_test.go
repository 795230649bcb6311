package provision

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
	"gatehouse/users"
)

// told is a customer with an owner, a member and a directory, and an operator.
type told struct {
	t     *testing.T
	db    *db.DB
	now   time.Time
	org   id.Organization
	owner *users.User
	dir   *directory.Directory
	token *directory.Issued
	s     *Service
}

const (
	ownerAt    = "owner@halden.example"
	memberAt   = "member@halden.example"
	operatorAt = "priya@fieldnote.example"
)

func newTold(t *testing.T, d *db.DB) *told {
	t.Helper()
	w := &told{t: t, db: d, now: time.Now().UTC().Truncate(time.Second), s: &Service{DB: d, Post: mailtest.NewPost(d), Base: "https://auth.example", Log: slog.New(slog.DiscardHandler)}}
	d.Now = func() time.Time { return w.now }
	var system id.Organization
	w.do(d.InDeployment(t.Context(), actor.System("test"), func(tx *db.AllTx) (err error) {
		if err = tenants.SeedRoles(tx); err != nil {
			return err
		}
		if system, err = tenants.EnsureSystemOrganization(tx); err != nil {
			return err
		}
		o, err := tenants.Create(tx.Tx, tenants.New{Name: "Halden Marine"})
		w.org = o.ID
		return err
	}))
	w.owner = w.member(w.org, ownerAt, "owner")
	w.member(w.org, memberAt, "")
	w.member(system, operatorAt, "owner")
	w.in(func(tx *db.OrgTx) (err error) {
		w.dir, w.token, err = directory.Create(tx, directory.New{Type: "okta scim v2.0", Name: "Okta of Halden"})
		return err
	})
	return w
}

func (w *told) do(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *told) in(fn func(*db.OrgTx) error) {
	w.t.Helper()
	who := actor.Actor{Kind: actor.KindOperator, Name: "Priya"}
	w.do(w.db.InOrg(w.t.Context(), w.org, who, fn))
}

func (w *told) member(org id.Organization, email, role string) (u *users.User) {
	w.t.Helper()
	w.do(w.db.InOrg(w.t.Context(), org, actor.System("test"), func(tx *db.OrgTx) (err error) {
		if u, err = users.Create(tx.Tx, users.New{Email: email, EmailVerified: true}); err == nil {
			_, err = users.AddMember(tx, u.ID, role)
		}
		return err
	}))
	return u
}

// has fails unless the address got exactly these kinds, the newest first.
func (w *told) has(address string, kinds ...string) []mailtest.Letter {
	w.t.Helper()
	letters := mailtest.All(w.t, w.db, address)
	var got []string
	for _, l := range letters {
		got = append(got, l.Kind)
	}
	if strings.Join(got, " ") != strings.Join(kinds, " ") {
		w.t.Fatalf("%s got %v, want %v", address, got, kinds)
	}
	return letters
}

// What waits for somebody reaches all who can look, each with the page that
// they may open; members, who can do nothing about it, are left alone.
func TestWhoManagesTheOrganizationAndOperatorsHearOfAHold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newTold(t, d)
		w.in(func(tx *db.OrgTx) error { return w.s.tellHeld(tx, w.dir, 83) })
		if l := w.has(ownerAt, "directory_held")[0]; l.Links[0] != "https://auth.example/portal/directory/"+string(w.dir.ID) || !strings.Contains(l.Text, "83 people have left") {
			t.Errorf("the owner reads %s", l.Text)
		}
		if l := w.has(operatorAt, "directory_held")[0]; l.Links[0] != "https://auth.example/admin/directories/"+string(w.dir.ID)+"/safeguard" {
			t.Errorf("the operator is led to %s", l.Links[0])
		}
		w.has(memberAt)
	})
}

// An owner who stays although the directory let them go is a way in that nobody
// expects: both sides hear whose it is, after the request has committed.
func TestAKeptOwnerIsToldOf(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newTold(t, d)
		w.in(func(tx *db.OrgTx) error { return tellOwnerKept(tx, w.dir, w.owner.ID) })
		r := jobs.NewRegistry()
		w.s.registerNotices(r)
		runner, err := jobs.Start(t.Context(), d, r, slog.New(slog.DiscardHandler))
		w.do(err)
		defer func() { w.do(runner.Stop(t.Context())) }()
		for range 400 {
			if len(mailtest.All(t, d, operatorAt)) > 0 {
				break
			}
			time.Sleep(25 * time.Millisecond)
		}
		for _, address := range []string{ownerAt, operatorAt} {
			if l := w.has(address, "directory_owner_kept")[0]; !strings.Contains(l.Text, ownerAt) {
				t.Errorf("%s reads %s", address, l.Text)
			}
		}
		w.do(w.s.ownerKept(t.Context(), ownerKeptArgs{w.org, id.New[id.Directory](), w.owner.ID})) // the directory is gone: nothing is left to tell
	})
}

// A token that somebody revoked by mistake stops a directory in silence; and one
// that is revoked twice must not be told of twice.
func TestARevokedTokenIsToldOfOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newTold(t, d)
		w.in(func(tx *db.OrgTx) error { _, err := directory.IssueToken(tx, w.dir.ID, nil); return err })
		revoke := func() {
			w.in(func(tx *db.OrgTx) error { _, err := w.s.RevokeToken(tx, w.dir.ID, w.token.ID); return err })
		}
		revoke()
		w.now = w.now.Add(time.Second)
		revoke()
		l := w.has(ownerAt, "directory_token_revoked")[0]
		for _, words := range []string{"1 other token still works", "…" + w.token.LastFour, "Priya"} {
			if !strings.Contains(l.Text, words) {
				t.Errorf("%q is missing in %s", words, l.Text)
			}
		}
		if strings.Contains(l.HTML, w.token.Value) {
			t.Error("the token stands in the mail")
		}
		w.has(operatorAt)
	})
}

// The people of a deleted directory keep their access: whoever manages them has
// to know that from now on they do it by hand.
func TestADeletedDirectoryIsToldOf(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newTold(t, d)
		w.in(func(tx *db.OrgTx) error { return w.s.tellDeleted(tx, w.dir, 412) })
		if l := w.has(ownerAt, "directory_deleted")[0]; l.Links[0] != "https://auth.example/portal/directory" || !strings.Contains(l.Text, "412 people") {
			t.Errorf("the owner reads %s", l.Text)
		}
	})
}

// A token that ends unannounced stops every leaver's removal on that day.
func TestATokensEndIsToldOfInTime(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newTold(t, d)
		end := w.now.AddDate(0, 0, 40)
		w.in(func(tx *db.OrgTx) error { _, err := directory.IssueToken(tx, w.dir.ID, &end); return err })
		run := func(days, want int) {
			t.Helper()
			w.now = end.AddDate(0, 0, -days).Add(time.Minute)
			w.do(w.s.Remind(t.Context()))
			w.do(w.s.Remind(t.Context()))
			if got := len(mailtest.All(t, d, ownerAt)); got != want {
				t.Errorf("%d days before, they were told %d times, want %d", days, got, want)
			}
		}
		run(35, 0)
		run(30, 1)
		run(20, 1)
		run(5, 2) // fourteen was missed: one mail makes up for both
		run(1, 3)
		run(-1, 3)
		if l := mailtest.Last(t, d, ownerAt); l.Kind != "directory_token_expires" || !strings.Contains(l.Subject, "in 1 day") {
			t.Errorf("the last is %s, %s", l.Kind, l.Subject)
		}
	})
}

// Of a token that was revoked, or of a directory that somebody switched off,
// there is nothing to renew.
func TestWhatOpensNothingIsNotRemindedOf(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newTold(t, d)
		end, off := w.now.AddDate(0, 0, 5), false
		w.in(func(tx *db.OrgTx) error {
			spent, err := directory.IssueToken(tx, w.dir.ID, &end)
			if err != nil {
				return err
			}
			if _, err = directory.RevokeToken(tx, w.dir.ID, spent.ID); err != nil {
				return err
			}
			other, _, err := directory.Create(tx, directory.New{Type: "generic scim v2.0", NoToken: true})
			if err != nil {
				return err
			}
			if _, err = directory.IssueToken(tx, other.ID, &end); err != nil {
				return err
			}
			_, err = directory.Change(tx, other.ID, directory.Edit{On: &off})
			return err
		})
		w.do(w.s.Remind(t.Context()))
		w.has(ownerAt)
	})
}
