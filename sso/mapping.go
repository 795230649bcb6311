package sso

import (
	"slices"
	"strings"
	"unicode"

	"gatehouse/sso/saml"
	"gatehouse/sso/trail"
)

// attributes are what a provider says of a person, by the names that it uses.
// byName counts before friendly: a FriendlyName is for people to read, and
// nothing keeps two attributes from having the same (SAML Core §2.7.3.1).
type attributes struct{ byName, friendly map[string][]string }

// values are those of the first of the names that the provider uses.
func (a attributes) values(names []string) (values []string, said bool) {
	for _, from := range []map[string][]string{a.byName, a.friendly} {
		for _, name := range names {
			if values, said := from[name]; said {
				return values, true
			}
		}
	}
	return nil, false
}

// first is the first value of the first of the names that has one.
func (a attributes) first(names []string) string {
	for _, from := range []map[string][]string{a.byName, a.friendly} {
		for _, name := range names {
			for _, v := range from[name] {
				if v = tidy(v); v != "" {
					return v
				}
			}
		}
	}
	return ""
}

// address is the first value that has the form of a mail address: some
// consoles fill an empty one with "N/A".
func (a attributes) address(names []string) string {
	for _, from := range []map[string][]string{a.byName, a.friendly} {
		for _, name := range names {
			for _, v := range from[name] {
				if v = strings.TrimSpace(v); isAddress(v) {
					return v
				}
			}
		}
	}
	return ""
}

// groups are the values of the names for groups. Some consoles write them all
// into one value with semicolons. A comma separates nothing: a distinguished
// name is full of them, and half of "Sales, EMEA" may be another group with
// more rights.
func (a attributes) groups(names []string) []string {
	values, _ := a.values(names)
	if len(values) == 1 && strings.Contains(values[0], ";") {
		values = strings.Split(values[0], ";")
	}
	var out []string
	had := map[string]bool{}
	for _, g := range values {
		if g = tidy(g); g != "" && !had[g] {
			had[g] = true
			out = append(out, g)
		}
	}
	return out
}

// custom are the further members of a profile that the admin asked for.
func (a attributes) custom(wanted map[string][]string) map[string]any {
	out := map[string]any{}
	for member, names := range wanted {
		switch values, _ := a.values(names); len(values) {
		case 0:
		case 1:
			out[member] = tidy(values[0])
		default:
			out[member] = slices.Clone(values)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// fill puts what all protocols tell alike into the profile.
func (a attributes) fill(p *Profile, m AttributeMap, known names) {
	p.Email = a.address(or(m.Email, known.email))
	p.FirstName = a.first(or(m.FirstName, known.firstName))
	p.LastName = a.first(or(m.LastName, known.lastName))
	p.Name = a.first(known.display)
	p.Groups = a.groups(or(m.Groups, known.groups))
	p.Custom = a.custom(m.Custom)
	if len(m.ExternalID) > 0 {
		p.ExternalID = a.first(m.ExternalID)
	}
	p.Raw = a.byName
}

// FromSAML is the profile that an assertion tells of. attributes are for the
// record.
func (m AttributeMap) fromSAML(c *Connection, a *saml.Assertion) (*Profile, *trail.Refusal) {
	all := attributes{map[string][]string{}, map[string][]string{}}
	for _, x := range a.Attributes {
		name := x.Name
		if name == "" {
			name = x.FriendlyName
		}
		all.byName[name] = append(all.byName[name], x.Values...)
		if x.FriendlyName != "" {
			all.friendly[x.FriendlyName] = append(all.friendly[x.FriendlyName], x.Values...)
		}
	}
	p := &Profile{ConnectionID: c.ID, NameID: a.NameID, NameIDFormat: a.NameIDFormat, NameIDScope: [2]string{a.NameQualifier, a.SPNameQualifier},
		SessionIndex: a.SessionIndex, EndsAt: a.SessionNotOnOrAfter}
	all.fill(p, m, samlNames)
	_, overage := all.byName[samlGroupsLink]
	if p.GroupsKnown = !overage; overage {
		p.Groups = nil
	}
	if p.Email == "" && isAddress(a.NameID) && (a.NameIDFormat == saml.FormatEmail || isUnspecified(a.NameIDFormat)) {
		p.Email = a.NameID
	}
	var r *trail.Refusal
	p.Subject, r = samlSubject(m, all, a)
	return p, r
}

// samlSubject is what tells people apart: what the admin chose; else a
// persistent NameID; else an attribute that never changes; else the NameID. A
// transient one is another at each sign-in and tells nobody apart.
func samlSubject(m AttributeMap, all attributes, a *saml.Assertion) (string, *trail.Refusal) {
	if len(m.IDPID) > 0 {
		return subject(all, m.IDPID)
	}
	if a.NameIDFormat == saml.FormatPersistent {
		return checkSubject(a.NameID, "NameID")
	}
	if _, there := all.values(samlNames.stable); there {
		return subject(all, samlNames.stable)
	}
	if a.NameIDFormat == saml.FormatTransient {
		return "", trail.Refuse(ErrTransient, trail.Subject, saml.FormatPersistent, a.NameIDFormat)
	}
	return checkSubject(a.NameID, "NameID")
}

func subject(all attributes, names []string) (string, *trail.Refusal) {
	values, _ := all.values(names)
	if len(values) != 1 || strings.TrimSpace(values[0]) == "" {
		return "", trail.Refuse(ErrNoSubject, trail.Subject, strings.Join(names, " or "), strings.Join(all.names(), ", "))
	}
	return checkSubject(strings.TrimSpace(values[0]), names[0])
}

// maxIDPID is more than any provider's subject has (SAML Core §8.3.7: 256).
const maxIDPID = 512

// checkSubject refuses a subject that would be another's after it was cleaned.
func checkSubject(s, from string) (string, *trail.Refusal) {
	if s == "" || len(s) > maxIDPID || strings.ContainsFunc(s, unicode.IsControl) {
		return "", trail.Refuse(ErrNoSubject, trail.Subject, from, s)
	}
	return s, nil
}

// names are those that the provider used, for the admin.
func (a attributes) names() []string {
	var out []string
	for name := range a.byName {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func isUnspecified(format string) bool {
	return format == "" || strings.HasSuffix(format, ":nameid-format:unspecified")
}

// isAddress is whether a text has the form of a mail address; whether it is
// anybody's is asked elsewhere.
func isAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(domain, ".") && !strings.Contains(domain, "@") && len(s) <= maxSubject &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
}

// tidy is a text from outside that both databases can store and pages can show.
func tidy(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}

func or(chosen, known []string) []string {
	if len(chosen) > 0 {
		return chosen
	}
	return known
}
