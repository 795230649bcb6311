package dashboard

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/web/ui"
)

// directorySettingsPage is how a directory is read.
type directorySettingsPage struct {
	directoryFrame
	name, kind, attributes string
	roles, jit             bool
}

func (h *Handler) directorySettings(v *visit) error {
	return v.showDirectorySettings(http.StatusOK, nil)
}

// showDirectorySettings draws the form with what is stored or, after a
// refusal, with what was typed.
func (v *visit) showDirectorySettings(status int, typed *directorySettingsPage) error {
	var f directoryFrame
	err := v.read(func(tx *db.AllTx) (err error) {
		f, err = v.directoryFrame(tx, tabSettings)
		return err
	})
	if err != nil {
		return err
	}
	p := directorySettingsPage{name: f.Name, kind: f.Type, attributes: attributeLines(f.AttributeMap), roles: f.TrustRoles, jit: f.JIT}
	if typed != nil {
		p, f.wrong = *typed, typed.wrong
	}
	p.directoryFrame = f
	p.frame = f.fail(f.wrong)
	return v.show(status, directorySettingsView(p))
}

// attributeLines are the custom attributes as they are typed: one on a line.
func attributeLines(m map[string]string) string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		lines = append(lines, name+" = "+m[name])
	}
	return strings.Join(lines, "\n")
}

// readAttributes takes the lines apart.
func readAttributes(lines string) (map[string]string, faults) {
	m := map[string]string{}
	for line := range strings.Lines(lines) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, path, ok := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, faults{"attribute_map": "Write one attribute on each line, then = and its path: office = addresses.locality."}
		}
		if _, twice := m[name]; twice {
			return nil, faults{"attribute_map": "The attribute " + name + " stands there twice."}
		}
		m[name] = strings.TrimSpace(path)
	}
	return m, nil
}

func readDirectorySettings(form browser.Params) *directorySettingsPage {
	return &directorySettingsPage{name: strings.TrimSpace(form.Get("name")), kind: form.Get("type"), attributes: form.Get("attribute_map"),
		roles: form.Get("trust_roles") != "", jit: form.Get("jit") != ""}
}

func (h *Handler) saveDirectorySettings(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := readDirectorySettings(form)
	m, wrong := readAttributes(p.attributes)
	if wrong == nil {
		edit := directory.Edit{Name: &p.name, Type: &p.kind, AttributeMap: &m, TrustRoles: &p.roles, JIT: &p.jit}
		err = v.ofDirectory(func(tx *db.OrgTx, d *directory.Directory) error {
			_, err := provision.Change(tx, d.ID, edit)
			return err
		})
		var refused bool
		if wrong, refused = faultsOf(err, "name", "name", "type", "attribute_map"); !refused {
			if err != nil {
				return err
			}
			return v.done(v.directoryPath(""), directorySaved)
		}
	}
	p.wrong = wrong
	return v.showDirectorySettings(http.StatusUnprocessableEntity, p)
}

func directorySettingFacts(p directoryFrame) []ui.Def {
	return []ui.Def{{Term: "Takes effect", Text: either(p.Staged, "Once it is applied", "At once")},
		{Term: "Roles that it sends", Text: either(p.TrustRoles, "Count", "Give no rights")},
		{Term: "Others by single sign-on", Text: either(p.JIT, "May join beside it", "Only its people")},
		{Term: "Custom attributes", Text: figure(int64(len(p.AttributeMap)))}}
}
