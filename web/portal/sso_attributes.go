package portal

import (
	"errors"
	"net/http"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/sso"
	"gatehouse/sso/diagnosis"
)

// attributesPage says where each field of a person comes from.
type attributesPage struct {
	stepPage
	rows   []mappedRow
	seen   []string // names that the last answer had
	answer bool     // somebody came
	others []attributeValue
}

// mappedRow is a field, and the attribute that it is read from.
type mappedRow struct {
	field, label, hint string
	typed              string // names that were chosen
	found, value       string
	required, lacks    bool
	likely             string // holds what is missing, by its looks
}

type attributeValue struct{ name, value string }

// fieldWords are the fields as people call them.
var fieldWords = map[string]struct{ label, hint string }{
	"email":       {"Email", "Whose account it is."},
	"first_name":  {"First name", ""},
	"last_name":   {"Last name", ""},
	"groups":      {"Groups", "Only to map roles."},
	"idp_id":      {"Stable ID", "Tells people apart, also when their address changes."},
	"external_id": {"External ID", "Stays when you move to another provider."},
}

func (h *Handler) showAttributes(v *visit, s *sso.Setup) error {
	p, err := v.attributesPage(s.Connection)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, attributesView(p))
}

func (v *visit) attributesPage(c *sso.Connection) (attributesPage, error) {
	p := attributesPage{stepPage: v.stepPage(c, stepAttributes)}
	var last *sso.Attempt
	err := v.read(func(tx *db.OrgTx) (err error) {
		last, err = sso.LastAnswer(tx, c.ID)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return p, err
	}
	p.take(last)
	return p, nil
}

// take fills the rows in from the last answer, nil where nobody has come.
func (p *attributesPage) take(last *sso.Attempt) {
	if last != nil {
		p.answer, p.seen = true, sortedNames(last.Attributes)
	}
	used := map[string]bool{}
	for _, m := range p.connection.Mapped(last) {
		words := fieldWords[m.Field]
		r := mappedRow{field: m.Field, label: words.label, hint: words.hint, typed: strings.Join(m.Names, ", "), found: m.Found, value: m.Value, required: m.Field == "email"}
		if r.lacks = r.required && p.answer && m.Found == ""; r.lacks {
			r.likely = diagnosis.LikelyEmail(p.seen, last.Attributes)
		}
		if r.hint == "" && len(m.Names) == 0 && len(m.Known) > 0 {
			r.hint = "Usually " + m.Known[0] + "."
		}
		used[m.Found] = true
		p.rows = append(p.rows, r)
	}
	for _, name := range p.seen {
		if !used[name] {
			p.others = append(p.others, attributeValue{name, strings.Join(last.Attributes[name], ", ")})
		}
	}
}

// saveAttributes takes the names; a field without one is looked for under
// those that providers are known to use.
func (h *Handler) saveAttributes(v *visit, s *sso.Setup) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	m := s.Connection.AttributeMap
	typed := map[string]string{}
	for field, names := range m.Known() {
		typed[field] = strings.TrimSpace(form.Get(field))
		*names = namesOf(typed[field])
	}
	err = v.update(stepAttributes, sso.Change{AttributeMap: &m})
	if wrong, refused := faultsOf(err, "email", "attribute_map.email", "attribute_map.first_name", "attribute_map.last_name", "attribute_map.groups", "attribute_map.idp_id", "attribute_map.external_id"); refused {
		p, err := v.attributesPage(s.Connection)
		if err != nil {
			return err
		}
		p.problem = faults{}
		for field, words := range wrong {
			p.problem[strings.TrimPrefix(field, "attribute_map.")] = words
		}
		for i := range p.rows {
			p.rows[i].typed = typed[p.rows[i].field]
		}
		p.frame = p.fail(wrong)
		return v.show(http.StatusUnprocessableEntity, attributesView(p))
	}
	if err != nil {
		return err
	}
	if form.Get("then") == "stay" {
		return v.done(pathSSO+"/"+string(s.Connection.ID)+"/setup/"+stepAttributes, connectionSaved)
	}
	return v.onward(v.stepPage(s.Connection, stepAttributes), form.Get("then"))
}

func namesOf(typed string) []string {
	var names []string
	for name := range strings.SplitSeq(typed, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
