package portal_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/portal"
)

// Organizations belong to another package of this floor, so the tests make
// the rows here.
type organization struct {
	db.Global
	ID                   id.Organization
	Name, Metadata       string
	CreatedAt, UpdatedAt time.Time
}

func (organization) TableName() string { return "organizations" }

var (
	organizations = db.GlobalTable[organization, id.Organization]{}
	who           = actor.System("test")
)

type world struct {
	t   *testing.T
	db  *db.DB
	org id.Organization
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, fn func(t *testing.T, w world)) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, world{t, d, newOrganization(t, d)}) })
}

func newOrganization(t *testing.T, d *db.DB) id.Organization {
	t.Helper()
	o := id.New[id.Organization]()
	must(t, d.Tx(t.Context(), who, func(tx *db.Tx) error {
		return organizations.Insert(tx, &organization{ID: o, Name: "Halden Marine", Metadata: "{}"})
	}))
	return o
}

func (w world) in(fn func(tx *db.OrgTx) error) error {
	return w.db.InOrg(w.t.Context(), w.org, who, fn)
}

func (w world) link(n portal.NewLink) (token string, l *portal.Link) {
	w.t.Helper()
	if n.MadeBy == "" {
		n.MadeBy = "Priya"
	}
	must(w.t, w.in(func(tx *db.OrgTx) (err error) { token, l, err = portal.Generate(tx, n); return err }))
	return token, l
}

func (w world) open(l *portal.Link) (s *portal.Session, secret string, err error) {
	err = w.in(func(tx *db.OrgTx) error { s, secret, err = portal.Open(tx, l.ID); return err })
	return s, secret, err
}

func (w world) find(secret string) (s *portal.Session, err error) {
	_ = w.db.Locate(w.t.Context(), func(tx *db.AllTx) error { s, err = portal.LocateSession(tx, secret); return nil })
	return s, err
}

func (w world) later(by time.Duration) {
	before := w.db.Now
	w.db.Now = func() time.Time { return before().Add(by) }
}

// T10: a link that a mail gateway, a proxy's log or a colleague has seen must
// open the portal for one person alone, however many try at once.
func TestALinkOpensOnce(t *testing.T) {
	run(t, func(t *testing.T, w world) {
		_, l := w.link(portal.NewLink{Scopes: []portal.Scope{portal.SSO}})
		var opened, refused atomic.Int32
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				switch _, _, err := w.open(l); {
				case err == nil:
					opened.Add(1)
				case errors.Is(err, portal.ErrLinkOver):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if opened.Load() != 1 || refused.Load() != 19 {
			t.Errorf("%d got in, %d were refused", opened.Load(), refused.Load())
		}
	})
}

// T10: after five minutes whoever finds the link finds nothing.
func TestALinkRunsOut(t *testing.T) {
	run(t, func(t *testing.T, w world) {
		token, l := w.link(portal.NewLink{Scopes: []portal.Scope{portal.SSO}})
		w.later(portal.LinkLifetime)
		if _, _, err := w.open(l); !errors.Is(err, portal.ErrLinkOver) {
			t.Errorf("opened after five minutes: %v", err)
		}
		must(t, w.db.Locate(t.Context(), func(tx *db.AllTx) error {
			found, err := portal.LocateLink(tx, token)
			if err == nil && found.OpenAt(tx.Now()) {
				t.Error("it says that it still opens")
			}
			return err
		}))
	})
}

// A link of one organization must not be opened in another's name.
func TestALinkIsItsOrganizations(t *testing.T) {
	run(t, func(t *testing.T, w world) {
		_, l := w.link(portal.NewLink{Scopes: []portal.Scope{portal.SSO}})
		other := world{t, w.db, newOrganization(t, w.db)}
		if _, _, err := other.open(l); !errors.Is(err, portal.ErrLinkOver) {
			t.Errorf("opened by another organization: %v", err)
		}
		if s, _, err := w.open(l); err != nil || s.OrganizationID != w.org {
			t.Errorf("%v %v", s, err)
		}
	})
}

// What a link does not give must not be had by asking for it: policies decide
// who gets in, and are never a link's.
func TestALinkGivesItsScopesAlone(t *testing.T) {
	run(t, func(t *testing.T, w world) {
		c := id.New[id.Connection]()
		_, l := w.link(portal.NewLink{Scopes: []portal.Scope{portal.Policies, portal.SSO, portal.SSO, portal.Members}, Connection: &c})
		s, _, err := w.open(l)
		must(t, err)
		if len(s.Scopes) != 1 || !s.Has(portal.SSO) || s.Has(portal.Domains, portal.Policies, portal.Members) {
			t.Errorf("scopes %v", s.Scopes)
		}
		if !s.Reaches(c) || s.Reaches(id.New[id.Connection]()) {
			t.Error("a visit for one connection reaches another")
		}
		err = w.in(func(tx *db.OrgTx) error {
			_, _, err := portal.Generate(tx, portal.NewLink{Scopes: []portal.Scope{portal.Policies}, MadeBy: "x"})
			return err
		})
		if !errors.Is(err, portal.ErrNoScope) {
			t.Errorf("a link that opens nothing: %v", err)
		}
	})
}

// A colleague who was let in to one connection must not let others in, link
// after link, and a visit without single sign-on has nothing to share.
func TestSharingEndsWithTheFirst(t *testing.T) {
	run(t, func(t *testing.T, w world) {
		c := id.New[id.Connection]()
		share := func(s *portal.Session) (l *portal.Link, err error) {
			err = w.in(func(tx *db.OrgTx) error { _, l, err = portal.Share(tx, s, c); return err })
			return l, err
		}
		_, all := w.link(portal.NewLink{Scopes: portal.LinkScopes, Extendable: true})
		admin, _, err := w.open(all)
		must(t, err)
		l, err := share(admin)
		must(t, err)
		colleague, _, err := w.open(l)
		must(t, err)
		if len(colleague.Scopes) != 1 || !colleague.Has(portal.SSO) || !colleague.Reaches(c) || colleague.Reaches(id.New[id.Connection]()) || colleague.Extendable {
			t.Errorf("%+v", colleague)
		}
		_, domains := w.link(portal.NewLink{Scopes: []portal.Scope{portal.Domains}})
		without, _, err := w.open(domains)
		must(t, err)
		for _, s := range []*portal.Session{colleague, without} {
			if _, err := share(s); !errors.Is(err, portal.ErrNotShared) {
				t.Errorf("%v shared: %v", s.Scopes, err)
			}
		}
	})
}

// A visit ends after eight hours however busy it is, and at once when its
// holder leaves.
func TestAVisitEnds(t *testing.T) {
	run(t, func(t *testing.T, w world) {
		_, l := w.link(portal.NewLink{Scopes: []portal.Scope{portal.SSO}})
		s, secret, err := w.open(l)
		must(t, err)
		if found, err := w.find(secret); err != nil || found.ID != s.ID {
			t.Fatalf("%v %v", found, err)
		}
		must(t, w.in(func(tx *db.OrgTx) error { return portal.End(tx, s.ID) }))
		if _, err := w.find(secret); !errors.Is(err, portal.ErrEnded) {
			t.Errorf("after leaving: %v", err)
		}
		if err := w.in(func(tx *db.OrgTx) error { return portal.Holds(tx, s.ID) }); !errors.Is(err, portal.ErrEnded) {
			t.Errorf("changes are still taken: %v", err)
		}
		_, l = w.link(portal.NewLink{Scopes: []portal.Scope{portal.SSO}})
		_, secret, err = w.open(l)
		must(t, err)
		w.later(portal.SessionLifetime)
		if _, err := w.find(secret); !errors.Is(err, portal.ErrEnded) {
			t.Errorf("after eight hours: %v", err)
		}
		if _, err := w.find("something else"); !errors.Is(err, portal.ErrNoSession) {
			t.Errorf("by a wrong secret: %v", err)
		}
	})
}

// A visit is made longer once, shortly before its end, and where its link says
// so: a stolen cookie must not live for ever.
func TestAVisitIsExtendedOnce(t *testing.T) {
	run(t, func(t *testing.T, w world) {
		extend := func(s *portal.Session) error {
			return w.in(func(tx *db.OrgTx) error { _, err := portal.Extend(tx, s.ID); return err })
		}
		_, plain := w.link(portal.NewLink{Scopes: []portal.Scope{portal.SSO}})
		_, long := w.link(portal.NewLink{Scopes: []portal.Scope{portal.SSO}, Extendable: true})
		a, _, err := w.open(plain)
		must(t, err)
		b, secret, err := w.open(long)
		must(t, err)
		if err := extend(b); !errors.Is(err, portal.ErrNotExtendable) {
			t.Errorf("hours before its end: %v", err)
		}
		w.later(portal.SessionLifetime - 5*time.Minute)
		if err := extend(a); !errors.Is(err, portal.ErrNotExtendable) {
			t.Errorf("a link that does not allow it: %v", err)
		}
		must(t, extend(b))
		w.later(time.Hour)
		if s, err := w.find(secret); err != nil || s.Extendable {
			t.Errorf("%v %v", s, err)
		}
		w.later(portal.SessionLifetime - time.Hour - time.Minute)
		if err := extend(b); !errors.Is(err, portal.ErrNotExtendable) {
			t.Errorf("a second time: %v", err)
		}
	})
}

// Whoever finds their mailed link over gets another to the same address, once
// for each; nobody who only holds the old link gets in by it.
func TestAMailedLinkIsRenewed(t *testing.T) {
	run(t, func(t *testing.T, w world) {
		ask := func(l *portal.Link) (next *portal.Link, token string, err error) {
			err = w.in(func(tx *db.OrgTx) error { next, token, err = portal.Ask(tx, l.ID); return err })
			return next, token, err
		}
		_, l := w.link(portal.NewLink{Scopes: []portal.Scope{portal.Domains}, MailedTo: "ines@haldenmarine.example"})
		if _, _, err := ask(l); !errors.Is(err, portal.ErrStillOpen) {
			t.Errorf("while it still works: %v", err)
		}
		_, _, err := w.open(l)
		must(t, err)
		next, token, err := ask(l)
		must(t, err)
		if token == "" || next.ID == l.ID || *next.MailedTo != *l.MailedTo || !next.RenewableUntil.Equal(*l.RenewableUntil) || len(next.Scopes) != 1 {
			t.Errorf("%+v", next)
		}
		if _, _, err := ask(l); !errors.Is(err, portal.ErrAsked) {
			t.Errorf("twice: %v", err)
		}
		w.later(8 * 24 * time.Hour)
		if _, token, err := ask(next); err != nil || token != "" {
			t.Errorf("a week later: %q %v", token, err)
		}
		_, own := w.link(portal.NewLink{Scopes: []portal.Scope{portal.Domains}})
		w.later(time.Hour)
		if _, token, err := ask(own); err != nil || token != "" {
			t.Errorf("one that nobody got by mail: %q %v", token, err)
		}
	})
}

// Rows of visits that are long over must not pile up, and no others may go.
func TestSweepRemovesWhatIsLongOver(t *testing.T) {
	run(t, func(t *testing.T, w world) {
		_, l := w.link(portal.NewLink{Scopes: []portal.Scope{portal.SSO}})
		_, _, err := w.open(l)
		must(t, err)
		sweep := func() (n int64) {
			must(t, w.db.Tx(t.Context(), who, func(tx *db.Tx) (err error) { n, err = portal.Sweep(tx); return err }))
			return n
		}
		if n := sweep(); n != 0 {
			t.Errorf("%d removed while they count", n)
		}
		w.later(31 * 24 * time.Hour)
		if n := sweep(); n != 2 {
			t.Errorf("%d removed of a link and a visit", n)
		}
	})
}
