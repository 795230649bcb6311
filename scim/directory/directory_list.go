package directory

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// ListQuery says which directories to list.
type ListQuery struct {
	Organization id.Organization
	Type         Type
	Domain       string // whose organization has it
	Search       string // within the name
	State        State
	Held         bool      // whose people's leaving is held
	Anywhere     string    // within the name, or the organization's
	Stopped      time.Time // that no token opens at that time; zero: all
	Needing      time.Time // that need somebody's attention at that time; zero: all
	db.Page
}

// List is a page of the directories that the transaction sees, newest first.
func List(tx db.OwnedScope, q ListQuery) ([]Directory, db.Paging, error) {
	conds, err := q.conditions(tx)
	if err != nil {
		return nil, db.Paging{}, err
	}
	list := func(q db.Query) ([]Directory, error) { return directories.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(d Directory) string { return string(d.ID) }, conds...)
}

// Count is how many directories meet the query.
func Count(tx db.OwnedScope, q ListQuery) (int64, error) {
	conds, err := q.conditions(tx)
	if err != nil {
		return 0, err
	}
	return directories.Count(tx, conds...)
}

func (q ListQuery) conditions(tx db.OwnedScope) ([]db.Cond, error) {
	var conds []db.Cond
	for _, c := range []struct{ column, value string }{{"organization_id", string(q.Organization)}, {"type", q.Type}, {"state", string(q.State)}} {
		if c.value != "" {
			conds = append(conds, db.Eq(c.column, c.value))
		}
	}
	if q.Held {
		conds = append(conds, db.NotNull("held_at"))
	}
	if q.Domain != "" {
		name, err := tenants.NormalizeDomain(q.Domain)
		if err != nil {
			name = "" // what is no domain is nobody's
		}
		conds = append(conds, db.OwnsDomain(tx, name))
	}
	if q.Search != "" {
		text, err := field.Text("search", q.Search, field.MaxName)
		if err != nil {
			return nil, err
		}
		conds = append(conds, db.Contains("name", text))
	}
	if q.Anywhere != "" {
		text, err := field.Text("search", q.Anywhere, field.MaxName)
		if err != nil {
			return nil, err
		}
		conds = append(conds, db.Or(db.Contains("name", text), db.OfOrganizationNamed(tx, text)))
	}
	if !q.Stopped.IsZero() {
		conds = append(conds, db.DirectoryStopped(tx, q.Stopped))
	}
	if !q.Needing.IsZero() {
		conds = append(conds, needsAttention(tx, q.Needing))
	}
	return conds, nil
}
