package portal

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	scimguide "gatehouse/scim/guide"
	"gatehouse/sso/guide"
	"gatehouse/web/ui"
)

// What the list of requests can be narrowed to.
const (
	showProblems = "problems" // not applied
	showChanges  = "changes"
)

// activityPage are the requests of the provider, the youngest first.
type activityPage struct {
	directoryFrame
	rows         []requestRow
	search, show string
	person       string // the name of whom it is about; empty: of anybody
	personID     string
	pager        ui.PagerProps
}

// requestRow is one of them, in words.
type requestRow struct {
	href, operation, subject, subjectHref, outcome, reason string
	at                                                     time.Time
	badge                                                  ui.StatusProps
}

func (r requestRow) title() string {
	if r.subject == "" {
		return r.operation
	}
	return r.operation + ", " + r.subject
}

func (h *Handler) directoryActivity(v *visit) error {
	p := activityPage{search: strings.TrimSpace(v.QueryParam("q")), show: v.QueryParam("show"), personID: v.QueryParam("person")}
	err := v.read(func(tx *db.OrgTx) (err error) {
		if p.directoryFrame, err = v.openDirectory(tx, "Sync activity"); err != nil {
			return err
		}
		q := directory.RequestQuery{Subject: p.search, Outcomes: outcomesOf(p.show), Page: v.pageOf()}
		if p.personID != "" {
			if q.Person, err = id.Parse[id.DirectoryUser](p.personID); err != nil {
				return db.ErrNotFound
			}
			u, err := directory.GetUser(tx, p.directory.ID, q.Person)
			if err != nil {
				return err
			}
			p.person = u.UserName
		}
		list, paging, err := directory.Requests(tx, p.directory.ID, q)
		if err != nil {
			return err
		}
		for i := range list {
			p.rows = append(p.rows, p.row(&list[i]))
		}
		p.pager = pager(p.path+tabActivity, p.keep(), paging, "Kept for 30 days")
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, activityView(p))
}

func (p activityPage) keep() url.Values {
	return url.Values{"q": {p.search}, "show": {p.show}, "person": {p.personID}}
}

func outcomesOf(show string) []string {
	switch show {
	case showProblems:
		return directory.NotApplied
	case showChanges:
		return []string{directory.Applied}
	}
	return nil
}

// row puts a request into words.
func (f directoryFrame) row(r *directory.Request) requestRow {
	row := requestRow{href: f.path + tabActivity + "/" + string(r.ID), operation: directory.OperationName(r.Operation), subject: subjectOf(r), outcome: r.Outcome, reason: r.Reason, at: r.CreatedAt, badge: outcomeStatus(r.Outcome)}
	if r.ResourceType == "User" && r.ResourceID != nil && r.Operation != "user.deleted" {
		row.subjectHref = f.path + tabPeople + "/" + *r.ResourceID
	}
	return row
}

// outcomeStatus is what became of a request, in a word.
func outcomeStatus(outcome string) ui.StatusProps {
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
	return ui.StatusProps{Label: "Not applied", Tone: ui.Bad}
}

// requestPage is one request with all that was recorded of it.
type requestPage struct {
	directoryFrame
	row     requestRow
	request *directory.Request
	token   string       // its last four
	again   *guide.Place // how what was refused is sent once more
}

func (h *Handler) directoryRequest(v *visit) error {
	key, err := param[id.SCIMRequest](v, "request")
	if err != nil {
		return err
	}
	var p requestPage
	err = v.read(func(tx *db.OrgTx) (err error) {
		if p.directoryFrame, err = v.openDirectory(tx, "Request"); err != nil {
			return err
		}
		if p.request, err = directory.GetRequest(tx, p.directory.ID, key); err != nil || p.request.TokenID == nil {
			return err
		}
		t, err := tokenOf(tx, p.directory.ID, *p.request.TokenID)
		if err == nil {
			p.token = t.LastFour
		}
		return ignoreMissing(err)
	})
	if err != nil {
		return err
	}
	p.explain()
	p.title = p.row.title()
	return v.show(http.StatusOK, requestView(p))
}

// explain puts the request into words. Where a refusal is mended stands in its
// reason; how it is sent once more is said besides.
func (p *requestPage) explain() {
	p.row = p.directoryFrame.row(p.request)
	if p.request.Outcome == directory.Refused {
		again := p.guide.At(scimguide.Again)
		p.again = &again
	}
}

func (p requestPage) facts() []ui.Def {
	r := p.request
	defs := []ui.Def{{Term: "Came", Body: exact(r.CreatedAt)}, {Term: "Asked", Text: r.Method + " " + r.Path, Mono: true}, {Term: "Answered", Text: answerWords(r)}}
	if p.token != "" {
		defs = append(defs, ui.Def{Term: "Token", Text: directory.TokenPrefix + "…" + p.token, Mono: true})
	}
	defs = append(defs, ui.Def{Term: "Took", Text: took(time.Duration(r.TookUS) * time.Microsecond)})
	for _, d := range []struct {
		term  string
		value *string
	}{{"From", r.IPAddress}, {"Program", r.UserAgent}} {
		if d.value != nil {
			defs = append(defs, ui.Def{Term: d.term, Text: *d.value, Mono: true})
		}
	}
	return append(defs, ui.Def{Term: "Request ID", Text: r.RequestID, Mono: true})
}
