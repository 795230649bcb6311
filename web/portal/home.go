package portal

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/portal"
	"gatehouse/tenants"
	"gatehouse/users"
)

// homePage is what is left to set up, and what needs a look.
type homePage struct {
	frame
	members int64
	domains []tenants.Domain
	show    sectionsShown
}

// sectionsShown are the cards of the page that the visit has.
type sectionsShown struct{ domains bool }

func (h *Handler) home(v *visit) error {
	p := homePage{frame: v.frame("Overview", pathHome)}
	p.show.domains = v.has(portal.Domains)
	err := v.read(func(tx *db.OrgTx) (err error) {
		if p.members, err = users.CountMembers(tx); err != nil || !p.show.domains {
			return err
		}
		p.domains, err = tenants.Domains(tx)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, homeView(p))
}
