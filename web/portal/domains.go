package portal

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/portal"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

const pathDomains = "/portal/domains"

func domainRoutes() []route {
	const s = portal.Domains
	return []route{
		get(pathDomains, (*Handler).domains, s),
		post(pathDomains, (*Handler).addDomain, s),
		get(pathDomains+"/:domain", (*Handler).domain, s),
		get(pathDomains+"/:domain/live", (*Handler).domainLive, s),
		post(pathDomains+"/:domain/check", (*Handler).checkDomain, s),
		get(pathDomains+"/:domain/remove", (*Handler).askRemoveDomain, s),
		post(pathDomains+"/:domain/remove", (*Handler).removeDomain, s),
	}
}

// domainsPage are the organization's domains.
type domainsPage struct {
	frame
	domains []held
	typed   string
	wrong   faults
}

func (h *Handler) domains(v *visit) error { return v.showDomains(http.StatusOK, domainsPage{}) }

func (v *visit) showDomains(status int, p domainsPage) error {
	err := v.read(func(tx *db.OrgTx) (err error) { p.domains, err = locateHeld(tx); return err })
	if err != nil {
		return err
	}
	p.frame = v.frame("Domains", pathDomains).fail(p.wrong)
	return v.show(status, domainsView(p))
}

// addDomain claims a domain, which waits for its record.
func (h *Handler) addDomain(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := domainsPage{typed: strings.TrimSpace(form.Get("domain"))}
	var d *tenants.Domain
	err = v.in(func(tx *db.OrgTx) error { d, err = tenants.AddDomain(tx, p.typed, tenants.Pending); return err })
	if wrong, refused := faultsOf(err, "domain"); refused {
		p.wrong = wrong
		return v.showDomains(http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return v.done(pathDomains+"/"+string(d.ID), domainAdded)
}

// held is a domain, and when it moves to another organization, if it does.
type held struct {
	tenants.Domain
	leaves time.Time
}

func (d *held) standing() tenants.Standing { return d.Standing(d.leaves) }

// locateHeld are the organization's domains. Whether one moves away is written
// at whoever claims it.
func locateHeld(tx *db.OrgTx) ([]held, error) {
	rows, err := tenants.Domains(tx)
	if err != nil {
		return nil, err
	}
	moves, err := locateMoves(tx, rows)
	out := make([]held, len(rows))
	for i, d := range rows {
		out[i] = held{d, moves[d.ID]}
	}
	return out, err
}

func locateMoves(tx *db.OrgTx, rows []tenants.Domain) (moves map[id.OrganizationDomain]time.Time, err error) {
	err = tx.Locate(func(tx *db.AllTx) error { moves, err = tenants.LocateMoves(tx, rows); return err })
	return moves, err
}

// domainPage is one domain: where it stands, and the record that proves it.
type domainPage struct {
	frame
	held
	path   string
	dialog templ.Component
}

func (v *visit) oneDomain() (d held, err error) {
	key, err := param[id.OrganizationDomain](v, "domain")
	if err != nil {
		return d, err
	}
	err = v.read(func(tx *db.OrgTx) error {
		row, err := tenants.GetDomain(tx, key)
		if err != nil {
			return err
		}
		moves, err := locateMoves(tx, []tenants.Domain{*row})
		d = held{*row, moves[row.ID]}
		return err
	})
	return d, err
}

func (v *visit) domainPage(d held) domainPage {
	f := v.frame(d.Domain.Domain, pathDomains)
	if v.has(portal.SSO, portal.Directory) {
		f.success = "" // a domain is not all that the visit is for
	}
	return domainPage{frame: f, held: d, path: pathDomains + "/" + string(d.ID)}
}

func (h *Handler) domain(v *visit) error {
	d, err := v.oneDomain()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, domainView(v.domainPage(d)))
}

// lookAgain is how old an answer of DNS may be that somebody watches.
const lookAgain = 25 * time.Second

// domainLive is the part of the page that changes, for a script that asks
// again and again while the page is open. A claim is looked at as soon as a
// worker can, so that whoever watches sees what DNS says now.
func (h *Handler) domainLive(v *visit) error {
	d, err := v.oneDomain()
	if err != nil {
		return err
	}
	if d.State == tenants.Pending && (d.CheckedAt == nil || v.now.Sub(*d.CheckedAt) > lookAgain) {
		if err := v.in(func(tx *db.OrgTx) error { _, err := tenants.AskDomainCheck(tx, d.ID); return err }); err != nil {
			return err
		}
	}
	return v.live(domainStanding(v.domainPage(d)), string(d.State), d.CheckedAt, d.MovesAt, d.MissingSince, d.leaves, d.CheckResult)
}

// checkDomain looks at once, for somebody who waits for the answer.
func (h *Handler) checkDomain(v *visit) error {
	key, err := param[id.OrganizationDomain](v, "domain")
	if err != nil {
		return err
	}
	if err := v.in(func(tx *db.OrgTx) error { _, err := tenants.GetDomain(tx, key); return err }); err != nil {
		return err
	}
	d, err := h.Domains.Now(v.ctx(), v.actor(), v.org.ID, key)
	if err != nil {
		return err
	}
	if d.State == tenants.Verified {
		return v.done(pathDomains+"/"+string(key), domainProven)
	}
	return v.done(pathDomains+"/"+string(key), domainChecked)
}

func (h *Handler) askRemoveDomain(v *visit) error {
	d, err := v.oneDomain()
	if err != nil {
		return err
	}
	p := v.domainPage(d)
	p.dialog = removeQuestion(p)
	return v.show(http.StatusOK, domainView(p))
}

func removeQuestion(p domainPage) templ.Component {
	words := "The claim is given up. You can make it again at any time."
	if p.State == tenants.Verified {
		words = "People at " + p.Domain.Domain + " are no longer sent to your single sign-on, and can't join by their address. Nobody is signed out. To have it back you prove it again."
	}
	return ui.Confirm(ui.ConfirmProps{Title: "Remove " + p.Domain.Domain + "?", Text: words, Cancel: ui.Link{Label: "Cancel", Href: p.path},
		Post: ui.Post{Label: "Remove domain", Action: p.path + "/remove", Busy: "Removing…"}})
}

func (h *Handler) removeDomain(v *visit) error {
	key, err := param[id.OrganizationDomain](v, "domain")
	if err != nil {
		return err
	}
	if err := v.in(func(tx *db.OrgTx) error { return users.DeleteDomain(tx, key) }); err != nil {
		return err
	}
	return v.done(pathDomains, domainRemoved)
}

// proves reports whether the page asks for the record: a claim does, and so
// does a verified domain whose record is gone or that moves away.
func (p domainPage) proves() bool {
	return p.VerificationToken != nil && (p.State != tenants.Verified || p.MissingSince != nil || !p.leaves.IsZero())
}

// toneOf is a mood as a page shows it, with the icon of what goes on by itself.
func toneOf(m tenants.Mood) (ui.Tone, string) {
	switch m {
	case tenants.Good:
		return ui.OK, ""
	case tenants.Bad:
		return ui.Bad, ""
	case tenants.Warning:
		return ui.Warn, ""
	}
	return ui.Warn, "clock"
}

// lede says what the domain is for now.
func (p domainPage) lede() string {
	if p.State == tenants.Verified {
		return "People at " + p.Domain.Domain + " count as yours."
	}
	return "Prove that the domain is yours: put one TXT record into its DNS."
}
