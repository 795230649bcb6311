package provision

import (
	"context"
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
	"gatehouse/tenants"
	"gatehouse/users"
)

// rolesOf is the role that groups give to each of these people: the highest of
// all groups in which they are, in whichever of the organization's directories
// they are active, never of what one request changed. Who gets none has no
// entry.
func rolesOf(tx *db.OrgTx, people []id.User) (map[id.User]string, error) {
	given, err1 := db.ListGroupRoles(tx, people)
	trusted, err2 := trustedRoles(tx, people)
	if err := errors.Join(err1, err2); err != nil || len(given)+len(trusted) == 0 {
		return nil, err
	}
	all, err := ranksOf(tx)
	if err != nil {
		return nil, err
	}
	roles := map[id.User]string{}
	for _, g := range given {
		all.raiseGiven(roles, g.UserID, *g.RoleSlug)
	}
	all.raiseTrusted(roles, trusted)
	return roles, nil
}

// ranks are the organization's roles by their slugs.
type ranks map[string]tenants.Role

func ranksOf(tx *db.OrgTx) (ranks, error) {
	all, err := tenants.Roles(tx)
	by := ranks{}
	for _, r := range all {
		by[r.Slug] = r
	}
	return by, err
}

// raise gives somebody a role, if theirs is not higher already. Of two of one
// rank it is the same one each time.
func (r ranks) raise(roles map[id.User]string, user id.User, slug string) {
	now, has := roles[user]
	if !has || r[slug].Rank > r[now].Rank || r[slug].Rank == r[now].Rank && slug < now {
		roles[user] = slug
	}
}

// raiseGiven is raise for what a group gives. Owners are made by people alone,
// and a role that is gone gives nothing.
func (r ranks) raiseGiven(roles map[id.User]string, user id.User, slug string) {
	if _, there := r[slug]; there && slug != tenants.OwnerRole {
		r.raise(roles, user, slug)
	}
}

// raiseTrusted is raise for what providers themselves send: roles below an
// admin's, and no others.
func (r ranks) raiseTrusted(roles map[id.User]string, trusted map[id.User][]string) {
	for user, slugs := range trusted {
		for _, slug := range slugs {
			if role, there := r[slug]; there && role.Rank < r[tenants.AdminRole].Rank {
				r.raise(roles, user, slug)
			}
		}
	}
}

// trustedRoles are the roles that providers themselves send for people, of
// directories that have switched that on.
func trustedRoles(tx *db.OrgTx, accounts []id.User) (map[id.User][]string, error) {
	trusting, err := directory.Trusting(tx)
	if err != nil || len(trusting) == 0 {
		return nil, err
	}
	people, err := directory.ActiveIn(tx, trusting, accounts)
	roles := map[id.User][]string{}
	for _, u := range people {
		for _, list := range trusted(u.Resource) {
			roles[*u.UserID] = append(roles[*u.UserID], slugsOf(list)...)
		}
	}
	return roles, err
}

// trusted is what of a resource can give roles.
func trusted(r schema.Resource) []any { return []any{r["roles"], r["entitlements"]} }

func slugsOf(list any) (slugs []string) {
	elements, _ := list.([]any)
	for _, e := range elements {
		if m, ok := e.(map[string]any); ok {
			e = m["value"]
		}
		if slug, ok := e.(string); ok {
			slugs = append(slugs, slug)
		}
	}
	return slugs
}

// regrade brings the roles of accounts up to date.
func regrade(tx *db.OrgTx, accounts ...id.User) error {
	return users.SetDirectoryRoles(tx, accounts, func(some []id.User) (map[id.User]string, error) { return rolesOf(tx, some) })
}

// regradeMembers brings the roles up to date of people whose groups changed.
// Whoever is being changed by another request at this moment is looked at by a
// job right after both: waiting for them here, with a group held, could be
// waiting in a circle.
func regradeMembers(tx *db.OrgTx, people []id.DirectoryUser) error {
	if len(people) == 0 {
		return nil
	}
	free, err := directory.ShareUsers(tx, people)
	if err != nil {
		return err
	}
	if len(free) < len(people) {
		if err := regradeLater(tx, people, free); err != nil {
			return err
		}
	}
	return regrade(tx, accountsOf(free)...)
}

func accountsOf(people []directory.User) []id.User {
	accounts := make([]id.User, 0, len(people))
	for _, u := range people {
		if u.UserID != nil && u.Active {
			accounts = append(accounts, *u.UserID)
		}
	}
	return accounts
}

// regradeArgs asks for the roles of people to be brought up to date. It may run
// twice: what they are is computed from what is stored.
type regradeArgs struct {
	Organization id.Organization    `json:"organization"`
	People       []id.DirectoryUser `json:"people"`
}

// Kind names the job.
func (regradeArgs) Kind() string { return "directory_regrade" }

// regradeAtOnce is how many people one job looks at.
const regradeAtOnce = 500

func regradeLater(tx *db.OrgTx, people []id.DirectoryUser, but []directory.User) error {
	done := make(map[id.DirectoryUser]bool, len(but))
	for _, u := range but {
		done[u.ID] = true
	}
	var left []id.DirectoryUser
	for _, u := range people {
		if !done[u] {
			left = append(left, u)
		}
	}
	for len(left) > 0 {
		some := left[:min(len(left), regradeAtOnce)]
		left = left[len(some):]
		if err := jobs.Enqueue(tx.Tx, regradeArgs{tx.Organization(), some}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) regrade(ctx context.Context, a regradeArgs) error {
	return s.DB.InOrg(ctx, a.Organization, keeper, func(tx *db.OrgTx) error {
		people, err := directory.HoldUsers(tx, a.People)
		if err != nil {
			return err
		}
		return regrade(tx, accountsOf(people)...)
	})
}
