package dashboard

import (
	"net/http"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
)

type newDirectoryPage struct {
	frame
	organization, kind, name string
	staged                   bool
	wrong                    faults
}

func (h *Handler) newDirectory(v *visit) error {
	return v.showNewDirectory(http.StatusOK, newDirectoryPage{organization: v.query("organization"), kind: directory.Okta})
}

func (v *visit) showNewDirectory(status int, p newDirectoryPage) error {
	p.frame = v.frame("New directory", directoriesHome).fail(p.wrong)
	return v.show(status, newDirectoryView(p))
}

// createDirectory makes a directory with its first token, which the next page
// shows once.
func (h *Handler) createDirectory(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := newDirectoryPage{organization: strings.TrimSpace(form.Get("organization")), kind: form.Get("type"), name: strings.TrimSpace(form.Get("name")), staged: form.Get("staged") != "", wrong: faults{}}
	org, err := v.whose(p.organization)
	if missing(err) {
		p.wrong["organization"] = "No organization has that ID or external ID."
		return v.showNewDirectory(http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	var made *directory.Directory
	var issued *directory.Issued
	err = v.in(org.ID, func(tx *db.OrgTx) (err error) {
		made, issued, err = directory.Create(tx, directory.New{Type: p.kind, Name: p.name, Staged: p.staged})
		return err
	})
	var refused bool
	if p.wrong, refused = faultsOf(err, "name", "name", "type"); refused {
		return v.showNewDirectory(http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return v.handOver(made.ID, issued)
}

// handOver leads to the page that shows a token for the only time.
func (v *visit) handOver(d id.Directory, issued *directory.Issued) error {
	if err := v.keepOnce(string(issued.ID), issued.Value); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, directoriesHome+"/"+string(d)+"/tokens/"+string(issued.ID))
}
