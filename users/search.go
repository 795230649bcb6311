package users

import (
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// maxWords bounds how many words of a search are looked for.
const maxWords = 5

// Search is a page of the people whose address or name holds every word of
// text, or who have it as their id or external id. It reads through the whole
// table, for the deployment's own pages.
func Search(tx *db.AllTx, text string, page db.Page) ([]User, db.Paging, error) {
	var conds []db.Cond
	words := strings.Fields(text)
	if len(words) > maxWords {
		words = words[:maxWords]
	}
	for _, w := range words {
		either := []db.Cond{db.Contains("email", w), db.Contains("name", w), db.Contains("first_name", w), db.Contains("last_name", w)}
		if len(words) == 1 {
			either = append(either, db.Eq("id", w), db.Eq("external_id", w))
		}
		conds = append(conds, db.Or(either...))
	}
	list := func(q db.Query) ([]User, error) { return users.List(tx, q) }
	return db.ListPage(list, page, "id", func(u User) string { return string(u.ID) }, conds...)
}

// CountMembersIn is how many active members an organization has.
func CountMembersIn(tx *db.AllTx, org id.Organization) (int64, error) {
	return memberships.Count(tx, db.Eq("organization_id", org), db.Eq("status", Active))
}

// CountMembersWithout is how many active members an organization has who have
// none of these second steps.
func CountMembersWithout(tx *db.AllTx, org id.Organization, factors []string, keys bool) (int64, error) {
	return memberships.Count(tx, db.Eq("organization_id", org), db.Eq("status", Active), db.WithoutFactor("user_id", factors, keys))
}

// CountWithoutPasskey is how many people have no passkey.
func CountWithoutPasskey(tx *db.AllTx) (int64, error) {
	return users.Count(tx, db.WithoutFactor("id", nil, true))
}
