package directory

import (
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/schema"
)

// RequestQuery says which requests to list; an empty member asks for nothing.
type RequestQuery struct {
	db.Page
	Subject   string            // how the userName or displayName begins
	Resource  string            // the id of the person or group
	Person    id.DirectoryUser  // what was about this person: in groups too
	Group     id.DirectoryGroup //
	Outcomes  []string          // any of them
	Operation string            // such as user.deactivated
	Type      string            // User or Group
	Token     id.DirectoryToken // that let it in
}

// NotApplied are the outcomes that somebody has to look after.
var NotApplied = []string{Refused, Held}

// Requests is a page of what the provider asked, newest first.
func Requests(tx db.OwnedScope, d id.Directory, q RequestQuery) ([]Request, db.Paging, error) {
	list := func(q db.Query) ([]Request, error) { return requests.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(r Request) string { return string(r.ID) }, q.conds(tx, d)...)
}

func (q RequestQuery) conds(tx db.OwnedScope, d id.Directory) []db.Cond {
	conds := []db.Cond{db.Eq("directory_id", d)}
	equal := func(column, value string) {
		if value != "" {
			conds = append(conds, db.Eq(column, value))
		}
	}
	equal("resource_id", q.Resource)
	equal("resource_id", string(q.Group))
	equal("operation", q.Operation)
	equal("resource_type", q.Type)
	equal("token_id", string(q.Token))
	if q.Person != "" {
		conds = append(conds, db.AboutPerson(tx, q.Person))
	}
	if q.Subject != "" {
		conds = append(conds, db.Begins(tx, "subject_key", schema.Fold(Clip(q.Subject, maxSubject))))
	}
	switch outcomes := slices.Sorted(slices.Values(q.Outcomes)); {
	case slices.Equal(slices.Compact(outcomes), []string{Held, Refused}): // NotApplied
		conds = append(conds, db.NotApplied())
	case len(outcomes) > 0:
		conds = append(conds, db.In("outcome", outcomes))
	}
	return conds
}

// GetRequest is one request of the directory, or db.ErrNotFound.
func GetRequest(tx db.OwnedScope, d id.Directory, r id.SCIMRequest) (*Request, error) {
	return requests.First(tx, db.Eq("id", r), db.Eq("directory_id", d))
}
