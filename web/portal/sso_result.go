package portal

import (
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/diagnosis"
	"gatehouse/sso/guide"
	"gatehouse/sso/trail"
	"gatehouse/web/ui"
)

// resultView is what became of an attempt, in words. It holds plain values, so
// that the gallery can make one.
type resultView struct {
	path               string // of the connection
	id                 string
	test               bool // of an admin; else a sign-in
	waiting, passed    bool
	title, by          string
	d                  diagnosis.Diagnosis
	provider           string
	openID             bool
	expected, received diagnosis.Parts
	compare            bool
	copy               *ui.CopyBoxProps
	likely             string // attribute that holds the address, by its looks
	names              []string
	checks             []ui.Task
	person             []ui.Def
	reference          string
	document           string
	raw                bool // the document is shown
	now, at            time.Time
}

// resultOf puts an attempt into words.
func (h *Handler) resultOf(v *visit, s *sso.Setup, a *sso.Attempt) *resultView {
	g := guide.For(string(s.Connection.Type), string(s.Connection.Protocol))
	w := g.Words(h.Name)
	r := &resultView{path: pathSSO + "/" + string(s.Connection.ID), id: string(a.ID), test: a.Kind == sso.KindTest, provider: g.Provider, now: v.now, at: a.CreatedAt,
		waiting: a.Outcome == sso.Started, passed: a.Outcome == sso.Succeeded, reference: a.Reference, document: deref(a.Document)}
	r.by = "Sign-in at " + exactly(a.CreatedAt, v.now)
	if r.test {
		r.by = "Test by " + deref(a.Actor) + " at " + exactly(a.CreatedAt, v.now)
	}
	r.checks = checksOf(a)
	switch {
	case r.passed:
		r.title = "It works: " + w.Fill("{provider} signed in ") + personOf(a)
		r.person = personDefs(s.Connection, a)
		return r
	case r.waiting:
		r.explain(h, s.Connection, a, g, noAnswer(s.Connection))
		return r
	}
	r.explain(h, s.Connection, a, g, deref(a.Code))
	if strings.HasPrefix(r.d.Code, "ATTR-") {
		r.names = sortedNames(a.Attributes)
		r.likely = diagnosis.LikelyEmail(r.names, a.Attributes)
	}
	return r
}

// noAnswer is what an attempt means that never came back: an OpenID provider
// that does not know the redirect address keeps people on a page of its own.
func noAnswer(c *sso.Connection) string {
	if c.Protocol == sso.OIDC {
		return "oidc_no_answer"
	}
	return "sso_no_answer"
}

func (r *resultView) explain(h *Handler, c *sso.Connection, a *sso.Attempt, g guide.Guide, code string) {
	r.d = diagnosis.Of(diagnosis.Facts{Code: code, Guide: g, App: h.Name, Expected: deref(a.Expected), Received: deref(a.Received)})
	r.title, r.compare, r.openID = r.d.Title, r.d.Compare, c.Protocol == sso.OIDC
	r.expected, r.received = diagnosis.Parts{Before: deref(a.Expected)}, diagnosis.Parts{Before: deref(a.Received)}
	if r.d.Alike {
		r.expected, r.received = diagnosis.Compare(deref(a.Expected), deref(a.Received))
	}
	if value := h.values(c.ID)[r.d.Copy]; value != "" {
		name := r.d.Field
		if r.d.Copy == guide.StartURL || r.d.Copy == guide.MetadataURL {
			name = "Address"
		}
		r.copy = copying("fix-value", value, name)
	}
}

func personOf(a *sso.Attempt) string {
	for _, name := range []*string{a.Email, a.Subject} {
		if name != nil && *name != "" {
			return *name
		}
	}
	return "somebody"
}

// personDefs is what came of the person.
func personDefs(c *sso.Connection, a *sso.Attempt) []ui.Def {
	var defs []ui.Def
	for _, m := range c.Mapped(a) {
		if m.Found != "" {
			defs = append(defs, ui.Def{Term: fieldWords[m.Field].label, Text: m.Value})
		}
	}
	return defs
}

// checksOf are the checks in the order in which they were made, and the one
// that nobody came to.
func checksOf(a *sso.Attempt) []ui.Task {
	var list []ui.Task
	looked, failed := map[string]bool{}, ""
	for _, s := range a.Steps {
		if looked[s.Check] && s.Outcome == trail.Passed && s.Detail == "" {
			continue // state and nonce both say whose answer it is
		}
		looked[s.Check] = true
		words, known := diagnosis.CheckWords[s.Check]
		if !known {
			words.Holds, words.Fails = s.Check, s.Check
		}
		switch s.Outcome {
		case trail.Passed:
			list = append(list, ui.Task{Tone: ui.OK, State: "Passed:", Title: words.Holds, Note: s.Detail, Plain: true})
		case trail.Warned:
			list = append(list, ui.Task{Tone: ui.Warn, State: "Look at this:", Title: words.Holds, Note: s.Detail, Plain: true})
		case trail.Failed:
			failed = words.Fails
			d := diagnosis.Of(diagnosis.Facts{Code: deref(a.Code)})
			list = append(list, ui.Task{Tone: ui.Bad, State: "Failed:", Title: words.Fails, Note: d.Code})
		case trail.Skipped:
			list = append(list, ui.Task{State: "Not looked at:", Title: words.Holds, Note: s.Detail, Plain: true})
		}
	}
	if failed != "" && !looked[trail.Attributes] {
		list = append(list, ui.Task{State: "Not reached:", Title: diagnosis.CheckWords[trail.Attributes].Holds, Note: "looked at once that is right", Plain: true})
	}
	return list
}

// fixPage is where here it is mended, and what the button says.
func (r *resultView) fixPage() ui.Link {
	switch r.d.Page {
	case diagnosis.Metadata:
		link := ui.Link{Label: "Open the metadata step", Href: r.path + "/setup/" + stepMetadata}
		if r.openID {
			link.Label = "Enter issuer and client"
		}
		return link
	case diagnosis.Mapping:
		return ui.Link{Label: "Map attributes", Href: r.path + "/setup/" + stepAttributes}
	case diagnosis.Access:
		return ui.Link{Label: "Choose who can use it", Href: r.path + "/setup/" + stepAccess}
	case diagnosis.Move:
		return ui.Link{Label: "Open the connection", Href: r.path + "#move-title"}
	case diagnosis.Certificates:
		compare := ""
		if r.id != "" {
			compare = "?attempt=" + r.id
		}
		return ui.Link{Label: "Open certificates", Href: r.path + "/certificates" + compare}
	case diagnosis.Settings:
		return ui.Link{Label: "Open settings", Href: r.path + "#settings-title"}
	case diagnosis.Domains:
		return ui.Link{Label: "Open domains", Href: "/portal/domains"}
	}
	return ui.Link{}
}
