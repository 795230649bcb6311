package dashboard

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/web/ui"
)

type activityPage struct {
	directoryFrame
	asked activityQuery
	rows  []directory.Request
	pager ui.PagerProps
}

// activityQuery is what the address says.
type activityQuery struct{ text, outcome, of, person string }

// notApplied are the outcomes that somebody has to look after.
const notApplied = "not-applied"

var activityOutcomes = []ui.Option{{Label: "Every result"}, {Value: notApplied, Label: "Not applied"}, {Value: directory.Refused, Label: "Refused"}, {Value: directory.Held, Label: "Held"},
	{Value: directory.Applied, Label: "Applied"}, {Value: directory.Unchanged, Label: "Nothing new"}, {Value: directory.Read, Label: "Read"}}

var activitySubjects = []ui.Option{{Label: "People and groups"}, {Value: "User", Label: "People"}, {Value: "Group", Label: "Groups"}}

func (q activityQuery) values() url.Values {
	return url.Values{"q": {q.text}, "outcome": {q.outcome}, "of": {q.of}, "person": {q.person}}
}

func (q activityQuery) filtered() bool { return q.text+q.outcome+q.of+q.person != "" }

// list is the query as the domain takes it. What is nobody's id finds nothing.
func (q activityQuery) list(page db.Page) directory.RequestQuery {
	out := directory.RequestQuery{Subject: q.text, Type: q.of, Person: id.DirectoryUser(q.person), Page: page}
	switch q.outcome {
	case "":
	case notApplied:
		out.Outcomes = directory.NotApplied
	default:
		out.Outcomes = []string{q.outcome}
	}
	return out
}

func (h *Handler) directoryActivity(v *visit) error {
	p := activityPage{asked: activityQuery{v.query("q"), v.query("outcome"), v.query("of"), v.query("person")}}
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.directoryFrame, err = v.directoryFrame(tx, tabActivity); err != nil {
			return err
		}
		var paging db.Paging
		p.rows, paging, err = directory.Requests(tx, p.Directory.ID, p.asked.list(v.page()))
		p.pager = pager(p.path+"/activity", p.asked.values(), paging, count(int64(len(p.rows)), "request", "requests")+" here, kept for 30 days")
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, activityView(p))
}

// chips are the filters that the form has no field for.
func (p activityPage) chips() []ui.ChipProps {
	if p.asked.person == "" {
		return nil
	}
	without := p.asked
	without.person = ""
	return []ui.ChipProps{{Field: "Person", Value: p.asked.person, Remove: ui.Link{Label: "Remove filter Person", Href: with(p.path+"/activity", without.values(), "", "")}}}
}

type requestPage struct {
	directoryFrame
	*directory.Request
	token string // its last four; empty: it is forgotten
}

func (h *Handler) directoryRequest(v *visit) error {
	key, err := param[id.SCIMRequest](v, "request")
	if err != nil {
		return err
	}
	var p requestPage
	err = v.read(func(tx *db.AllTx) (err error) {
		if p.directoryFrame, err = v.directoryFrame(tx, tabActivity); err != nil {
			return err
		}
		if p.Request, err = directory.GetRequest(tx, p.Directory.ID, key); err != nil {
			return err
		}
		return p.load(tx)
	})
	if err != nil {
		return err
	}
	p.below(v, directory.OperationName(p.Operation))
	return v.show(http.StatusOK, requestView(p))
}

// load finds which token opened the directory.
func (p *requestPage) load(tx *db.AllTx) error {
	if p.TokenID == nil {
		return nil
	}
	tokens, err := directory.Tokens(tx, p.Directory.ID)
	for _, t := range tokens {
		if t.ID == *p.TokenID {
			p.token = t.LastFour
		}
	}
	return err
}

// requestStatus is what became of a request.
func requestStatus(outcome string) ui.StatusProps {
	switch outcome {
	case directory.Applied:
		return ui.StatusProps{Label: "Applied", Tone: ui.OK}
	case directory.Unchanged:
		return ui.StatusProps{Label: "Nothing new", Icon: "check"}
	case directory.Read:
		return ui.StatusProps{Label: "Read", Icon: "eye"}
	case directory.Held:
		return ui.StatusProps{Label: "Held", Tone: ui.Warn, Icon: "pause"}
	}
	return ui.StatusProps{Label: "Refused", Tone: ui.Bad}
}

func (p requestPage) facts() []ui.Def {
	r := p.Request
	facts := []ui.Def{{Term: "Asked", Body: code(r.Method + " " + r.Path)}, {Term: "Answered", Text: answer(r)}, {Term: "Came", Body: exactly(r.CreatedAt)}, {Term: "Took", Text: took(time.Duration(r.TookUS) * time.Microsecond)}}
	if p.token != "" {
		facts = append(facts, ui.Def{Term: "Token", Body: code("…" + p.token)})
	}
	for _, f := range []struct {
		term  string
		value *string
	}{{"From", r.IPAddress}, {"Program", r.UserAgent}} {
		if f.value != nil {
			facts = append(facts, ui.Def{Term: f.term, Body: said(*f.value)})
		}
	}
	return append(facts, ui.Def{Term: "Request ID", Body: code(r.RequestID)})
}

func answer(r *directory.Request) string {
	words := strconv.FormatInt(r.Status, 10)
	if name := http.StatusText(int(r.Status)); name != "" {
		words += " " + name
	}
	if r.Code != nil {
		words += ", " + *r.Code
	}
	return words
}

// took is a duration with three digits at most.
func took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "less than 1 ms"
	case d < time.Second:
		return itoa(int(d.Milliseconds())) + " ms"
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Hour:
		return itoa(int(d.Minutes())) + " min"
	}
	return count(int64(d.Hours()), "hour", "hours")
}

// personOf is the id of the person whom a request was about, or "".
func personOf(r *directory.Request) string {
	if r.PersonID != nil {
		return string(*r.PersonID)
	}
	if r.ResourceType == "User" {
		return text(r.ResourceID)
	}
	return ""
}

// indented is JSON as people read it; what is none, such as a body that was
// cut, is shown as it is.
func indented(body string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(body), "", "  ") != nil {
		return body
	}
	return out.String()
}
