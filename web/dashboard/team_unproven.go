package dashboard

import (
	"errors"
	"net/http"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/search"
	"gatehouse/internal/db"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// errUnproven says that nobody has proven the address to be theirs, and that
// the reader has not said that the account is the person's.
var errUnproven = errors.New("the address is not proven")

// fieldAccount is the account that the question was about.
const fieldAccount = "account"

// unproven is what can be compared with the person.
type unproven struct {
	frame
	u                *users.User
	given            role
	madeFrom, seenIn string
	seen             *time.Time
}

// askUnproven shows whose account it would be.
func (v *visit) askUnproven(p newOperatorPage, u *users.User, given role) error {
	p.frame = v.frame("Add operator", "/admin/team")
	facts := unproven{frame: p.frame, u: u, given: given}
	if err := v.read(func(tx *db.AllTx) error { return facts.load(tx) }); err != nil {
		return err
	}
	post := ui.Post{Label: "Add operator", Action: "/admin/team/new", Busy: "Adding…",
		Fields: []ui.Hidden{{Name: "email", Value: u.Email}, {Name: "role", Value: string(given)}, {Name: fieldAccount, Value: string(u.ID)}}}
	p.dialog = unprovenQuestion(question{path: "/admin/team/new"}, facts, ui.ConfirmProps{Title: "Is this the person's account?", Safe: true, Post: post,
		Text: "Nobody has proven this address: the account is whoever's who signed up with it first. Ask the person when and where they signed up before you add it."})
	return v.show(http.StatusOK, newOperatorView(p))
}

// load reads from the log where the account was made and last signed in.
func (p *unproven) load(tx *db.AllTx) error {
	made, _, err := search.Find(tx, search.Query{Types: []string{audit.UserCreated{}.Type()}, Targets: []string{string(p.u.ID)}}, db.Page{Limit: 1})
	if err != nil {
		return err
	}
	if len(made) > 0 {
		p.madeFrom = text(made[0].IPAddress)
	}
	p.seen = p.u.LastSignInAt
	seen, _, err := search.Find(tx, search.Query{Types: []string{audit.BrowserSessionStarted{}.Type(), audit.SessionCreated{}.Type()}, Actors: []string{string(p.u.ID)}}, db.Page{Limit: 1})
	if err == nil && len(seen) > 0 {
		p.seen, p.seenIn = &seen[0].OccurredAt, text(seen[0].IPAddress)
	}
	return err
}

func (p *unproven) facts() []ui.Def {
	return []ui.Def{{Term: "Email", Text: p.u.Email}, {Term: "Address", Text: "Not proven"}, {Term: "Name", Text: p.u.DisplayName()},
		{Term: "Signed up", Body: agoFrom(p.frame, &p.u.CreatedAt, p.madeFrom)},
		{Term: "Last sign-in", Body: agoFrom(p.frame, p.seen, p.seenIn)}, {Term: "Role", Text: p.given.name()}}
}
