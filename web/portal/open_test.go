package portal_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/portal"
	"gatehouse/tenants"
)

// T10: a scanner that follows links in mails must not use the admin's up, and
// the page that it sees must not tell the address on.
func TestLookingAtALinkUsesNothingUp(t *testing.T) {
	each(t, func(w *world) {
		token := w.link(w.org, portal.NewLink{Scopes: []portal.Scope{portal.Domains}})
		b := w.browser()
		for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodGet} {
			a := b.send(method, "/portal/open/"+token, nil)
			b.want(a, http.StatusOK)
			if a.Header.Get("Referrer-Policy") != "no-referrer" || a.Header.Get("Cache-Control") != "no-store" || len(b.cookies) != 0 {
				w.Errorf("%v", a.Header)
			}
		}
		b.want(b.get("/portal/open/"+token), http.StatusOK, "Priya Raghunathan", "Domains", "Continue to the portal", "Works until")
		b.want(b.post("/portal/open/"+token), http.StatusSeeOther)
		b.want(b.get("/portal"), http.StatusOK, "Leave", "Your visit lasts until")
		if strings.Contains(b.get("/portal").body, token) {
			w.Error("the token is on the page")
		}
		second := w.browser()
		b.want(second.get("/portal/open/"+token), http.StatusForbidden, "This link has been used")
		b.want(second.post("/portal/open/"+token), http.StatusForbidden, "This link has been used", "Ask for another link")
		if second.cookies[session()] != "" {
			w.Error("it opened twice")
		}
	})
}

// T10: of twenty who press Continue at once one is in.
func TestALinkOpensForOneAlone(t *testing.T) {
	each(t, func(w *world) {
		token := w.link(w.org, portal.NewLink{Scopes: []portal.Scope{portal.Domains}})
		var in atomic.Int32
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if b := w.browser(); b.post("/portal/open/"+token).StatusCode == http.StatusSeeOther && b.cookies[session()] != "" {
					in.Add(1)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 {
			w.Errorf("%d are in", in.Load())
		}
	})
}

// T10: a link that lies in a chat for an hour opens nothing, and what is no
// link says so without a hint.
func TestALinkThatIsOver(t *testing.T) {
	each(t, func(w *world) {
		token := w.link(w.org, portal.NewLink{Scopes: []portal.Scope{portal.Domains}})
		w.later(portal.LinkLifetime)
		b := w.browser()
		b.want(b.get("/portal/open/"+token), http.StatusForbidden, "This link has run out")
		b.want(b.post("/portal/open/"+token), http.StatusForbidden)
		for _, wrong := range []string{token + "x", "x", strings.Repeat("a", 5000)} {
			b.want(b.get("/portal/open/"+wrong), http.StatusNotFound, "doesn't open anything")
			b.want(b.post("/portal/open/"+wrong), http.StatusNotFound)
			b.want(b.post("/portal/open/"+wrong+"/ask"), http.StatusNotFound)
		}
	})
}

// P13: another site must not make an admin's browser open a link of its own,
// leave, or stay.
func TestOtherSitesOpenNothing(t *testing.T) {
	each(t, func(w *world) {
		b := w.visitor(w.org, portal.Domains)
		token := w.link(w.other, portal.NewLink{Scopes: []portal.Scope{portal.Domains}})
		for _, path := range []string{"/portal/open/" + token, "/portal/open/" + token + "/ask", "/portal/leave", "/portal/extend", "/portal/enter", "/portal/ask"} {
			for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
				b.want(b.send(http.MethodPost, path, nil, headers...), http.StatusForbidden)
			}
		}
		b.want(b.get("/portal"), http.StatusOK)
		b.want(w.browser().get("/portal/open/"+token), http.StatusOK)
	})
}

// Whoever is stuck outside reaches whoever made the link, or gets another where
// theirs was mailed, however often they press.
func TestAskingForAnotherLink(t *testing.T) {
	each(t, func(w *world) {
		b := w.browser()
		token := w.link(w.org, portal.NewLink{Scopes: []portal.Scope{portal.Domains}})
		w.later(time.Hour)
		for range 3 {
			b.want(b.post("/portal/open/"+token+"/ask"), http.StatusSeeOther)
		}
		b.want(b.get("/portal/open/"+token), http.StatusForbidden, "knows that you need another link")
		if letters := mailtest.All(t, w.d, "priya@fieldnote.example"); len(letters) != 1 || letters[0].Kind != "portal_link_asked" {
			w.Errorf("%+v", letters)
		}
		const it = "it@haldenmarine.example"
		mailed := w.link(w.org, portal.NewLink{Scopes: []portal.Scope{portal.Domains}, MailedTo: it})
		w.later(time.Hour)
		b.want(b.get("/portal/open/"+mailed), http.StatusForbidden, "Mail me another link")
		b.want(b.post("/portal/open/"+mailed+"/ask"), http.StatusSeeOther)
		letters := mailtest.All(t, w.d, it)
		if len(letters) != 1 || len(letters[0].Links) == 0 {
			w.Fatalf("%+v", letters)
		}
		fresh := strings.TrimPrefix(letters[0].Links[0], origin)
		b.want(b.post(fresh), http.StatusSeeOther)
		b.want(b.get("/portal"), http.StatusOK)
	})
}

// A visit ends when its holder leaves, and after eight hours; a new one begins
// where the old one stood.
func TestLeavingAndTheEndOfAVisit(t *testing.T) {
	each(t, func(w *world) {
		b := w.browser()
		b.post("/portal/open/" + w.link(w.org, portal.NewLink{Scopes: []portal.Scope{portal.Domains}, ReturnURL: "https://fieldnote.example/settings"}))
		kept := b.cookies[session()]
		b.want(b.get("/portal"), http.StatusOK, "Back to Fieldnote")
		a := b.post("/portal/leave")
		b.want(a, http.StatusOK, "You've left the portal", "Go back to Fieldnote")
		if !strings.Contains(a.body, `href="https://fieldnote.example/settings"`) || b.cookies[session()] != "" {
			w.Errorf("%v %s", b.cookies, a.body)
		}
		b.cookies[session()] = kept
		b.want(b.get("/portal"), http.StatusForbidden, "Your visit is over")

		b = w.browser()
		b.post("/portal/open/" + w.link(w.org, portal.NewLink{Scopes: []portal.Scope{portal.Domains}, Extendable: true}))
		w.later(portal.SessionLifetime - 4*time.Minute)
		b.want(b.get("/portal"), http.StatusOK, "Your visit ends at", "Stay longer")
		b.want(b.post("/portal/extend"), http.StatusSeeOther)
		b.want(b.get("/portal"), http.StatusOK, "eight more hours")
		b.want(b.post("/portal/extend"), http.StatusConflict)
		w.later(portal.SessionLifetime)
		b.want(b.get("/portal"), http.StatusForbidden, "Your visit is over", "Ask for another link")
		b.want(b.post("/portal/ask"), http.StatusSeeOther)
		b.want(b.get("/portal"), http.StatusForbidden, "knows that you need another link")
	})
}

// A link of one organization must never show another's portal.
func TestALinkOpensItsOwnOrganization(t *testing.T) {
	each(t, func(w *world) {
		b := w.visitor(w.other, portal.Domains)
		a := b.get("/portal")
		b.want(a, http.StatusOK, "Nordby Kraft on Fieldnote", string(w.other.ID))
		if strings.Contains(a.body, string(w.org.ID)) || strings.Contains(a.body, "Osterberg") {
			w.Error("another organization's portal")
		}
		b.post("/portal/open/" + w.link(w.org, portal.NewLink{Scopes: []portal.Scope{portal.Domains}}))
		b.want(b.get("/portal"), http.StatusOK, string(w.org.ID))
		w.in(w.org, func(tx *db.OrgTx) error {
			mine, err := portal.Links(tx, w.org.ID, 10)
			if len(mine) != 1 || mine[0].UsedAt == nil {
				w.Errorf("%+v", mine)
			}
			return err
		})
	})
}

// Who came for a task is led on to where the application wants them, once it
// is done and not before.
func TestWhoHasDoneTheirTaskIsLedOn(t *testing.T) {
	each(t, func(w *world) {
		var open, proven *tenants.Domain
		w.in(w.org, func(tx *db.OrgTx) (err error) {
			if open, err = tenants.AddDomain(tx, "open.example", tenants.Pending); err == nil {
				proven, err = tenants.AddDomain(tx, "proven.example", tenants.Verified)
			}
			return err
		})
		b := w.browser()
		b.post("/portal/open/" + w.link(w.org, portal.NewLink{Scopes: []portal.Scope{portal.Domains}, SuccessURL: "https://fieldnote.example/done"}))
		const onwards = `href="https://fieldnote.example/done"`
		for d, done := range map[*tenants.Domain]bool{open: false, proven: true} {
			a := b.get("/portal/domains/" + string(d.ID))
			b.want(a, http.StatusOK)
			if strings.Contains(a.body, onwards) != done {
				w.Errorf("%s: led on: %t", d.Domain, !done)
			}
		}
	})
}
