package hosted

import (
	"net/url"
	"sort"

	"gatehouse/internal/i18n"
	"gatehouse/web/ui"
)

// maxName is what fits into the field of a name; the server has the last word.
const maxName = 200

func (p OrganizationPickerPage) title() string {
	if p.Total == 0 {
		return p.Lang.T("organizations.empty_title")
	}
	return p.Lang.T("organizations.title")
}

func (p OrganizationPickerPage) found() string {
	return p.Lang.T("organizations.found", i18n.Args{"shown": len(p.Organizations), "total": p.Total})
}

// items are the organizations as buttons: choosing one changes something, so
// it is a POST.
func (p OrganizationPickerPage) items() []ui.Method {
	items := make([]ui.Method, len(p.Organizations))
	for i, o := range p.Organizations {
		items[i] = ui.Method{
			Label: o.Name, Note: p.note(o), Name: FieldOrganization, Value: o.ID,
			Mark: &ui.AvatarProps{ID: o.ID, Name: o.Name, Logo: o.LogoURL},
		}
		if o.Invited || o.Domain != "" {
			items[i].Badge = p.Lang.T("organizations.new")
		}
		if o.Locked != "" {
			items[i].End = "lock"
		}
	}
	return items
}

// note is the one line below a name: what most decides about choosing it.
func (p OrganizationPickerPage) note(o OrganizationRow) string {
	known, used, when := "", !o.LastUsed.IsZero(), ""
	if o.InvitedBy != "" {
		known = "known"
	}
	if used {
		when = p.Lang.Ago(o.LastUsed, p.Now)
	}
	switch {
	case o.Locked != "":
		return p.Lang.T("organizations.locked", i18n.Args{"reason": string(o.Locked)})
	case o.Invited:
		return p.Lang.T("organizations.invited", i18n.Args{"by": known, "name": o.InvitedBy})
	case o.Domain != "":
		return p.Lang.T("organizations.join", i18n.Args{"domain": o.Domain})
	case o.Role != "":
		return p.Lang.T("organizations.role", i18n.Args{"role": o.Role, "used": yes(used), "when": when})
	case used:
		return p.Lang.T("organizations.last_used", i18n.Args{"when": when})
	}
	return ""
}

// path and query take a URL apart for a GET form, which drops the query of its
// action: what stood there goes into hidden fields.
func path(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.RawQuery, u.Fragment = "", ""
	return u.String()
}

func query(address string) []ui.Hidden {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	var fields []ui.Hidden
	for name, values := range u.Query() {
		for _, value := range values {
			fields = append(fields, ui.Hidden{Name: name, Value: value})
		}
	}
	sort.Slice(fields, func(i, j int) bool { return fields[i].Name < fields[j].Name })
	return fields
}
