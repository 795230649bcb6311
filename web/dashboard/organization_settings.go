package dashboard

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/lifecycle"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

type settingsPage struct {
	organizationFrame
	name, externalID string
	metadata         string // a key=value each line, as it was typed
	wrong            faults
	typed            bool // the fields hold what was typed, not what is stored
}

func (h *Handler) organizationSettings(v *visit) error {
	return v.showSettings(http.StatusOK, settingsPage{}, nil)
}

func (v *visit) showSettings(status int, p settingsPage, dialog func(settingsPage) templ.Component) error {
	err := v.read(func(tx *db.AllTx) (err error) {
		p.organizationFrame, err = v.organizationFrame(tx, tabSettings)
		return err
	})
	if err != nil {
		return err
	}
	if !p.typed {
		p.name, p.externalID, p.metadata = p.Name, text(p.ExternalID), lines(p.Metadata)
	}
	p.frame = p.fail(p.wrong)
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, settingsView(p))
}

func (h *Handler) saveOrganization(v *visit) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	name, external := strings.TrimSpace(form.Get("name")), some(strings.TrimSpace(form.Get("external_id")))
	p := settingsPage{name: name, externalID: text(external), wrong: faults{}, typed: true}
	if name == "" {
		p.wrong["name"] = "Enter a name."
	} else {
		err = v.in(org, func(tx *db.OrgTx) error {
			before, err := tenants.Get(tx, org)
			if err != nil {
				return err
			}
			p.metadata = lines(before.Metadata)
			_, err = tenants.Update(tx, tenants.Change{Name: &name, ExternalID: &external})
			return err
		})
		if err == nil {
			return v.done("/admin/organizations/"+string(org)+"/settings", organizationSaved)
		}
		var refused bool
		if p.wrong, refused = faultsOf(err, externalOr(err, "name"), "name", "external_id"); !refused {
			return err
		}
	}
	return v.showSettings(http.StatusUnprocessableEntity, p, nil)
}

func (h *Handler) saveMetadata(v *visit) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p := settingsPage{metadata: form.Get("metadata"), typed: true}
	values, wrong := pairs(p.metadata)
	err = v.in(org, func(tx *db.OrgTx) error {
		before, err := tenants.Get(tx, org)
		if err != nil {
			return err
		}
		p.name, p.externalID = before.Name, text(before.ExternalID)
		if wrong != "" {
			return field.ErrInvalidMetadata.WithMessage(wrong)
		}
		_, err = tenants.Update(tx, tenants.Change{ClearMetadata: true, Metadata: values})
		return err
	})
	if err == nil {
		return v.done("/admin/organizations/"+string(org)+"/settings", metadataSaved)
	}
	var refused bool
	if p.wrong, refused = faultsOf(err, "metadata"); !refused {
		return err
	}
	return v.showSettings(http.StatusUnprocessableEntity, p, nil)
}

// lines is metadata as it is edited: key=value, a pair each line.
func lines(metadata map[string]string) string {
	list := make([]string, 0, len(metadata))
	for key, value := range metadata {
		list = append(list, key+"="+value)
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}

// pairs reads what lines writes, or says which line it cannot read.
func pairs(typed string) (map[string]*string, string) {
	values := map[string]*string{}
	for i, line := range strings.Split(strings.ReplaceAll(typed, "\r\n", "\n"), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		key, value, found := strings.Cut(line, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !found || key == "" {
			return nil, "Line " + itoa(i+1) + " is no pair. Write key=value."
		}
		if values[key] != nil {
			return nil, "Line " + itoa(i+1) + " has the key " + key + " a second time."
		}
		values[key] = &value
	}
	return values, ""
}

func (h *Handler) askDeleteOrganization(v *visit) error { return v.askDeleteOrganization("") }

func (v *visit) askDeleteOrganization(wrong string) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	n, err := v.sessionsHere(sessions.Query{Organization: org})
	if err != nil {
		return err
	}
	code := http.StatusOK
	if wrong != "" {
		code = http.StatusUnprocessableEntity
	}
	return v.showSettings(code, settingsPage{}, func(p settingsPage) templ.Component {
		live := count(int64(n), "session", "sessions")
		if n == db.MaxLimit {
			live = "More than 100 sessions"
		}
		words := count(p.members, "member", "members") + " lose access at once. " + live + " " + ends(n) + ". " +
			"Its domains, look and API keys go too. People keep their accounts. This can't be undone."
		return confirmTyped(question{path: p.path + "/settings", wrong: wrong}, ui.ConfirmProps{Title: "Delete " + p.Name + "?", Text: words,
			Post: ui.Post{Label: "Delete organization", Action: p.path + "/delete"}}, p.Name)
	})
}

func (h *Handler) deleteOrganization(v *visit) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	err = v.change(func(tx *db.Tx) error {
		o, err := tenants.Get(tx, org)
		if err != nil {
			return err
		}
		if strings.TrimSpace(form.Get("confirm")) != o.Name {
			return errNotTyped
		}
		return lifecycle.DeleteOrganization(tx, org)
	})
	if errorsAre(err, errNotTyped) {
		return v.askDeleteOrganization("That isn't the name. Type it exactly.")
	}
	if err != nil {
		return err
	}
	return v.done("/admin/organizations", organizationDeleted)
}
