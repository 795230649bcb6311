package portal

import (
	"net/http"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/scim/directory"
	scimguide "gatehouse/scim/guide"
	"gatehouse/web/ui"
)

// directoryListPage are an organization's directories.
type directoryListPage struct {
	frame
	rows    []directoryRow
	domains int // that the organization has verified
}

// directoryRow is one of them.
type directoryRow struct {
	name, href, provider, next string
	state                      ui.BadgeProps
	people, groups             int64
	used                       *time.Time
}

// mostDirectories is as many as an organization may have.
const mostDirectories = 50

func (h *Handler) directoryList(v *visit) error {
	p := directoryListPage{frame: v.frame("Directory", pathDirectory)}
	err := v.read(func(tx *db.OrgTx) error {
		all, _, err := directory.List(tx, directory.ListQuery{Page: db.Page{Limit: mostDirectories}})
		if err != nil {
			return err
		}
		ids := make([]id.Directory, len(all))
		for i, d := range all {
			ids[i] = d.ID
		}
		counts, err := directory.CountsOfAll(tx, ids)
		if err != nil {
			return err
		}
		for i := range all {
			p.rows = append(p.rows, rowOf(directoryFrameOf(p.frame, &all[i]), counts[all[i].ID]))
		}
		names, err := verifiedDomains(tx)
		p.domains = len(names)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, directoryListView(p))
}

func rowOf(f directoryFrame, counts directory.Counts) directoryRow {
	d := f.directory
	r := directoryRow{name: d.Name, href: f.path, provider: f.guide.Name, state: stateOf(d), people: counts.Active, groups: counts.Groups, used: d.LastSyncedAt}
	if d.SetupStep != nil {
		r.next = "Next: " + lowerFirst(f.fill(directorySteps[reachedOf(d)].label(f.guide)))
	}
	return r
}

// directoryNewPage asks which provider it is.
type directoryNewPage struct {
	frame
	guides []scimguide.Guide
	first  string // the type that the link is for
}

func (h *Handler) directoryNew(v *visit) error {
	p := directoryNewPage{frame: v.frame("Choose your provider", pathDirectory), guides: scimguide.All(), first: deref(v.session.ProviderType)}
	return v.show(http.StatusOK, directoryNewView(p))
}

// directoryCreate makes the directory with its first token, which the next
// page shows. What comes is kept, and nobody becomes a member by it until
// somebody has looked.
func (h *Handler) directoryCreate(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	g, ok := scimguide.ByKey(form.Get("provider"))
	if !ok {
		return problem.ErrBadRequest.WithMessage("Choose a provider.")
	}
	name := g.Name
	if g.Provider == "your provider" {
		name = "" // the organization's
	}
	var made *directory.Issued
	var d *directory.Directory
	err = v.in(func(tx *db.OrgTx) (err error) {
		d, made, err = directory.Create(tx, directory.New{Type: g.Type, Name: name, Staged: true, SetupStep: stepToken})
		return err
	})
	if err != nil {
		return err
	}
	if err := v.keepOnce(string(made.ID), made.Value); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, pathDirectory+"/"+string(d.ID)+"/setup/"+stepToken)
}
