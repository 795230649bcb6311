package views

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/scim/schema"
)

// Most is how many views somebody has, and how many are shared in one log.
const Most = 50

// What a name and a query have at most.
const (
	MaxName  = 60 // characters
	maxQuery = 2000
)

// What a view can be refused for.
var (
	ErrName    = problem.ErrInvalid.WithDetails(problem.Detail{Field: "name", Code: "invalid", Message: "Name has 1 to 60 characters, none of them a line break."})
	ErrTaken   = problem.New(problem.Conflict, "view_name_taken", "There is a view of that name already. Choose another name, or replace the filters of that one.")
	ErrTooMany = problem.New(problem.Conflict, "too_many_views", "There are 50 views already. Delete one that is not needed.")
	errQuery   = problem.ErrInvalid.WithMessage("These filters are too long to be kept.")
)

// List is the views that somebody has: their own and the shared ones of this
// log, by name. Without a person, who came by a link, they are the shared ones.
func List(tx db.OwnedScope, me id.User) ([]View, error) {
	list, err := table.List(tx, db.Query{Where: append(log(tx), visible(me)), Limit: 2 * Most})
	slices.SortFunc(list, func(a, b View) int { return strings.Compare(a.Folded, b.Folded) })
	return list, err
}

// Get is one of them. Somebody else's own is not found.
func Get(tx db.OwnedScope, me id.User, key id.AuditView) (*View, error) {
	return table.First(tx, append(log(tx), db.Eq("id", key), visible(me))...)
}

// log is whose views they are: those that organizations keep in their portals
// are not the operators'.
func log(tx db.OwnedScope) []db.Cond {
	if _, all := tx.(*db.AllTx); all {
		return []db.Cond{db.Null("organization_id")}
	}
	return nil
}

func visible(me id.User) db.Cond {
	if me == "" {
		return db.Null("user_id")
	}
	return db.Or(db.Null("user_id"), db.Eq("user_id", me))
}

// New is a view to keep.
type New struct {
	Owner id.User // empty: it is shared
	Name  string
	Query string
}

// Save keeps a view.
func Save(tx db.OwnedScope, n New) (*View, error) {
	name, err := named(n.Name)
	if err != nil {
		return nil, err
	}
	if len(n.Query) > maxQuery {
		return nil, errQuery
	}
	v := &View{ID: id.New[id.AuditView](), Name: name, Folded: schema.Fold(name), Query: n.Query, MadeBy: calls(tx), CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
	if n.Owner != "" {
		v.UserID = &n.Owner
	}
	have, err := table.Count(tx, append(log(tx), db.Eq("user_id", owner(v)))...)
	if err != nil {
		return nil, err
	}
	if have >= Most {
		return nil, ErrTooMany
	}
	if err := insert(tx, v); errors.Is(err, db.ErrDuplicate) {
		return nil, ErrTaken
	} else if err != nil {
		return nil, err
	}
	return v, record(tx, v, audit.LogView{Change: "created"})
}

// Change is what of a view is to be another.
type Change struct{ Name, Query *string }

// Update renames a view of somebody's, or gives it other filters.
func Update(tx db.OwnedScope, me id.User, key id.AuditView, c Change) error {
	v, err := Get(tx, me, key)
	if err != nil {
		return err
	}
	told, set := audit.LogView{Change: "updated"}, db.Set{}
	if c.Name != nil {
		name, err := named(*c.Name)
		if err != nil {
			return err
		}
		if name != v.Name {
			if err := free(tx, v, schema.Fold(name)); err != nil {
				return err
			}
			before := v.Name
			told.PreviousName, v.Name = &before, name
			set["name"], set["folded"] = name, schema.Fold(name)
		}
	}
	if c.Query != nil && *c.Query != v.Query {
		if len(*c.Query) > maxQuery {
			return errQuery
		}
		before := v.Query
		told.PreviousQuery, v.Query = &before, *c.Query
		set["query"] = v.Query
	}
	if len(set) == 0 {
		return nil
	}
	set["updated_at"] = tx.Now()
	n, err := table.Update(tx, v.ID, set)
	switch {
	case errors.Is(err, db.ErrDuplicate):
		return ErrTaken
	case err != nil:
		return err
	case n == 0:
		return db.ErrNotFound
	}
	return record(tx, v, told)
}

// free refuses a name that another view of the same owner has.
func free(tx db.OwnedScope, v *View, folded string) error {
	_, err := table.First(tx, append(log(tx), db.Eq("user_id", owner(v)), db.Eq("folded", folded), db.Not("id", v.ID))...)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err == nil {
		return ErrTaken
	}
	return err
}

// Delete removes a view of somebody's.
func Delete(tx db.OwnedScope, me id.User, key id.AuditView) error {
	v, err := Get(tx, me, key)
	if err != nil {
		return err
	}
	n, err := table.Delete(tx, v.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return db.ErrNotFound
	}
	return record(tx, v, audit.LogView{Change: "deleted"})
}

// owner is a view's as a condition takes it.
func owner(v *View) any {
	if v.UserID == nil {
		return nil
	}
	return *v.UserID
}

// named is a name without what surrounds it, if it can be one.
func named(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > MaxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", ErrName
	}
	return name, nil
}

// calls is what people call whoever does this.
func calls(tx db.OwnedScope) string {
	who := actor.Actor{Kind: actor.KindSystem}
	switch tx := tx.(type) {
	case *db.OrgTx:
		who = tx.Actor()
	case *db.AllTx:
		who = tx.Actor()
	}
	if who.Name != "" {
		return who.Name
	}
	return string(who.Kind)
}

func insert(tx db.OwnedScope, v *View) error {
	switch tx := tx.(type) {
	case *db.OrgTx:
		return table.Insert(tx, v)
	case *db.AllTx:
		return table.InsertDeployment(tx, v)
	}
	return db.ErrNotFound
}

// record writes an entry of what was done where the view belongs.
func record(tx db.OwnedScope, v *View, told audit.LogView) error {
	told.ID, told.Shared = v.ID, v.Shared()
	if told.Shared {
		told.Name, told.Query = &v.Name, &v.Query
	} else {
		told.PreviousName, told.PreviousQuery = nil, nil
	}
	switch tx := tx.(type) {
	case *db.OrgTx:
		return audit.Record(tx, told)
	case *db.AllTx:
		return audit.RecordDeployment(tx.Tx, told)
	}
	return nil
}
