package patch

import (
	"encoding/json"
	"fmt"
	"strings"

	"gatehouse/scim/schema"
)

// The model is PATCH written a second time, slowly, over a struct of texts and
// with none of the package's own functions: what both agree on is meant.

// person is a user as the model has them; "" is not assigned.
type person struct {
	userName, title, department string
	active                      bool
	given, family               string
	manager, managerName        string
	emails                      []email
}

type email struct{ value, kind, display, primary string }

func (p person) document() map[string]any {
	doc := map[string]any{"userName": p.userName, "active": p.active}
	put := func(m map[string]any, key, value string) {
		if value != "" {
			m[key] = value
		}
	}
	put(doc, "title", p.title)
	name, manager, extension := map[string]any{}, map[string]any{}, map[string]any{}
	put(name, "givenName", p.given)
	put(name, "familyName", p.family)
	put(manager, "value", p.manager)
	put(manager, "displayName", p.managerName)
	put(extension, "department", p.department)
	if len(name) > 0 {
		doc["name"] = name
	}
	if len(manager) > 0 {
		extension["manager"] = manager
	}
	if len(extension) > 0 {
		doc[schema.EnterpriseURN] = extension
	}
	var emails []any
	for _, e := range p.emails {
		emails = append(emails, e.document())
	}
	if len(emails) > 0 {
		doc["emails"] = emails
	}
	return doc
}

func (e email) document() map[string]any {
	doc := map[string]any{}
	for _, f := range []string{"value", "type", "display"} {
		if v := *e.field(f); v != "" {
			doc[f] = v
		}
	}
	if e.primary != "" {
		doc["primary"] = e.primary == "true"
	}
	return doc
}

func (e *email) field(name string) *string {
	switch name {
	case "value":
		return &e.value
	case "type":
		return &e.kind
	case "display":
		return &e.display
	}
	return &e.primary
}

// step is an operation before it is written as JSON.
type step struct {
	op    string
	path  string // title, name, name.givenName, emails, emails[], emails[].x, manager …
	where []pair // in the brackets, joined by and
	text  string // the value of a text or boolean; "" is not assigned
	name  [2]*string
	list  []email
	bare  bool // remove without a value
}

type pair struct{ name, value string }

func (s step) String() string { return string(s.json()) }

// json writes the step as a provider would.
func (s step) json() []byte {
	o := map[string]any{"op": s.op, "path": s.written()}
	if value, ok := s.value(); ok {
		o["value"] = value
	}
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return b
}

func (s step) written() string {
	path := s.path
	if path == "department" || strings.HasPrefix(path, "manager") {
		path = schema.EnterpriseURN + ":" + path
	}
	var clauses []string
	for _, p := range s.where {
		clauses = append(clauses, fmt.Sprintf("%s eq %q", p.name, p.value))
	}
	return strings.Replace(path, "[]", "["+strings.Join(clauses, " and ")+"]", 1)
}

func (s step) value() (any, bool) {
	switch {
	case s.bare:
		return nil, false
	case s.path == "name":
		m := map[string]any{}
		for i, key := range []string{"givenName", "familyName"} {
			if s.name[i] != nil {
				m[key] = *s.name[i]
			}
		}
		return m, true
	case s.path == "emails":
		list := []any{}
		for _, e := range s.list {
			list = append(list, e.document())
		}
		return list, true
	case s.path == "emails[]":
		return s.list[0].document(), true
	}
	return s.text, true
}

// do does a step to a person; the text is the RFC's word for what is wrong.
func (s step) do(p person) (person, string) {
	text := s.text
	if s.op == "remove" {
		text = ""
	}
	p.emails = append([]email{}, p.emails...)
	switch s.path {
	case "userName":
		if s.op == "remove" {
			return p, "mutability"
		}
		if text == "" {
			return p, "invalidValue"
		}
		p.userName = text
	case "title":
		p.title = text
	case "active":
		if s.op == "remove" {
			return p, "mutability"
		}
		switch strings.ToLower(text) {
		case "true":
			p.active = true
		case "false":
			p.active = false
		default:
			return p, "invalidValue"
		}
	case "department":
		p.department = text
	case "name.givenName":
		p.given = text
	case "name":
		if s.op == "remove" {
			p.given, p.family = "", ""
		} else {
			if s.name[0] != nil {
				p.given = *s.name[0]
			}
			if s.name[1] != nil {
				p.family = *s.name[1]
			}
		}
	case "manager", "manager.value":
		if s.path == "manager" && text == "" || text != p.manager {
			p.managerName = ""
		}
		p.manager = text
	case "manager.displayName":
		p.managerName = text
	default:
		return s.doEmails(p)
	}
	return p, ""
}

func (s step) doEmails(p person) (person, string) {
	sub := strings.TrimPrefix(strings.TrimPrefix(s.path, "emails[]"), "emails")
	sub = strings.TrimPrefix(sub, ".")
	var hits []int
	for i, e := range p.emails {
		if e.fits(s.where) {
			hits = append(hits, i)
		}
	}
	bracketed := strings.HasPrefix(s.path, "emails[]")
	switch {
	case s.path == "emails" && s.op == "replace":
		p.emails = append([]email{}, s.list...)
		return p, twoPrimaries(s.list)
	case s.path == "emails" && s.op == "add":
		if bad := twoPrimaries(s.list); bad != "" {
			return p, bad
		}
		for _, e := range s.list {
			p.emails = put(p.emails, e)
		}
		return p, ""
	case s.op == "remove" && sub == "":
		if s.path == "emails" && !s.bare {
			if bad := twoPrimaries(s.list); bad != "" {
				return p, bad
			}
		}
		var stay []email
		for _, e := range p.emails {
			gone := bracketed && e.fits(s.where) || !bracketed && s.bare
			for _, sent := range s.list {
				gone = gone || !bracketed && !s.bare && e.isMeantBy(sent)
			}
			if !gone {
				stay = append(stay, e)
			}
		}
		p.emails = stay
		return p, ""
	}
	return s.doParts(p, sub, hits)
}

// doParts is what is left: emails[…], emails[…].x and emails.x.
func (s step) doParts(p person, sub string, hits []int) (person, string) {
	text := s.text
	if s.op == "remove" {
		text = ""
	}
	if sub == "primary" && text != "" {
		if text = strings.ToLower(text); text != "true" && text != "false" {
			return p, "invalidValue"
		}
	}
	made := email{}
	for _, w := range s.where {
		if at := made.field(w.name); *at != "" && *at != w.value && len(hits) == 0 && (sub == "" || text != "") && s.op != "remove" {
			return p, "noTarget" // the same name twice
		} else {
			*at = w.value
		}
	}
	if len(hits) == 0 {
		if s.op == "remove" || sub != "" && text == "" {
			return p, ""
		}
		if sub == "" {
			made.merge(s.list[0])
		} else {
			*made.field(sub) = text
		}
		p.emails = put(p.emails, made)
		return p, ""
	}
	primaries := 0
	for _, i := range hits {
		e := &p.emails[i]
		switch {
		case sub != "":
			*e.field(sub) = text
		case s.op == "replace":
			*e = made
			e.merge(s.list[0])
		default:
			e.merge(s.list[0])
		}
		if e.primary == "true" {
			primaries++
		}
	}
	if primaries > 1 {
		return p, "invalidValue"
	}
	if primaries == 1 {
		for i := range p.emails {
			touched := false
			for _, hit := range hits {
				touched = touched || hit == i
			}
			if !touched && p.emails[i].primary == "true" {
				p.emails[i].primary = "false"
			}
		}
	}
	var stay []email
	for _, e := range p.emails {
		if e != (email{}) {
			stay = append(stay, e)
		}
	}
	p.emails = stay
	return p, ""
}

func (e email) fits(where []pair) bool {
	for _, w := range where {
		if !strings.EqualFold(*e.field(w.name), w.value) {
			return false
		}
	}
	return true
}

func (e *email) merge(sent email) {
	for _, f := range []string{"value", "type", "display", "primary"} {
		if v := *sent.field(f); v != "" {
			*e.field(f) = v
		}
	}
}

func (e email) says(sent email) bool {
	for _, f := range []string{"value", "type", "display", "primary"} {
		if v := *sent.field(f); v != "" && *e.field(f) != v {
			return false
		}
	}
	return true
}

func (e email) isMeantBy(sent email) bool {
	if sent.value == "" {
		lower := func(e email) email {
			return email{kind: strings.ToLower(e.kind), display: strings.ToLower(e.display), primary: e.primary}
		}
		return sent != email{} && lower(e).says(lower(sent))
	}
	return strings.EqualFold(e.value, sent.value) && (sent.kind == "" || strings.EqualFold(e.kind, sent.kind))
}

func put(list []email, sent email) []email {
	if sent == (email{}) {
		return list
	}
	at := -1
	for i, e := range list {
		if at < 0 && e.isMeantBy(sent) {
			at = i
		}
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].says(sent) {
			at = i
		}
	}
	if at < 0 {
		list, at = append(list, sent), len(list)
	} else if sent.value != "" {
		list[at].merge(sent)
	}
	if list[at].primary == "true" {
		for i := range list {
			if i != at && list[i].primary == "true" {
				list[i].primary = "false"
			}
		}
	}
	return list
}

func twoPrimaries(list []email) string {
	n := 0
	for _, e := range list {
		if e.primary == "true" {
			n++
		}
	}
	if n > 1 {
		return "invalidValue"
	}
	return ""
}
