package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/lifecycle"
	"gatehouse/sessions"
	"gatehouse/users"
)

// userBody is what POST and PUT read.
type userBody struct {
	Email                Maybe[string] `json:"email"`
	Password             Maybe[string] `json:"password"`
	PasswordHash         Maybe[string] `json:"password_hash"`
	PasswordHashType     Maybe[string] `json:"password_hash_type"`
	PasswordSaltPosition Maybe[string] `json:"password_salt_position"`
	FirstName            Maybe[string] `json:"first_name"`
	LastName             Maybe[string] `json:"last_name"`
	Name                 Maybe[string] `json:"name"`
	EmailVerified        Maybe[bool]   `json:"email_verified"`
	Locale               Maybe[string] `json:"locale"`
	ExternalID           Maybe[string] `json:"external_id"`
	Metadata             metadata      `json:"metadata"`
}

func (h *Handler) userRoutes() []route {
	one := wire.User{}
	return []route{
		{Method: http.MethodPost, Path: "/user_management/users", Tag: "Users", Summary: "Make an account, with a password, with the hash of one from elsewhere, or with neither.",
			Body: userBody{}, Needs: []string{"email"}, Status: 201, Answer: one, Deployment: true, Foreign: refused(`{"email":"new@example.com"}`), run: createUser},
		{Method: http.MethodGet, Path: "/user_management/users", Tag: "Users", Summary: "List people. An organization's key lists its members.", Paged: true, Status: 200, Answer: one,
			Query:   []param{{Name: "email", About: "The one with that address."}, {Name: "organization_id", About: "Members of that organization."}, {Name: "organization", About: "As organization_id; older SDKs."}},
			Foreign: absentQuery("organization_id={organization}"), run: listUsers},
		{Method: http.MethodGet, Path: "/user_management/users/:id", Tag: "Users", Summary: "Get a person.",
			Status: 200, Answer: one, Foreign: absent(theirUser), run: getUser},
		{Method: http.MethodGet, Path: "/user_management/users/external_id/:external_id", Tag: "Users", Summary: "Get a person by your own id for them.",
			Status: 200, Answer: one, Foreign: absent("{user_external_id}"), run: getUserByExternalID},
		{Method: http.MethodPut, Path: "/user_management/users/:id", Tag: "Users", Summary: "Change an account: members that are not sent stay. A new password ends the person's sessions.",
			Body: userBody{}, Status: 200, Answer: one, Foreign: absent(theirUser), run: updateUser},
		{Method: http.MethodDelete, Path: "/user_management/users/:id", Tag: "Users", Summary: "Delete an account, with its memberships and sessions.",
			Status: 200, Foreign: absent(theirUser), run: deleteUser},
	}
}

// user is somebody whom the key sees: an organization's key its members,
// whatever their status.
func (r reach) user(user id.User) (*users.User, error) {
	if own, ok := r.own(); ok {
		if _, err := users.MembershipOf(own, user); err != nil {
			return nil, err
		}
	}
	return users.Get(r.Tx, user)
}

func createUser(c *call) error {
	var in userBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if value(in.Email.Value) == "" {
		return missing("email")
	}
	if _, err := users.ParseEmail(*in.Email.Value); err != nil {
		return err // before anything is hashed
	}
	hash, err := c.passwordHash(in, nil)
	if err != nil {
		return err
	}
	n := users.New{Email: *in.Email.Value, EmailVerified: value(in.EmailVerified.Value), FirstName: in.FirstName.Value,
		LastName: in.LastName.Value, Name: in.Name.Value, Locale: in.Locale.Value, PasswordHash: hash,
		ExternalID: in.ExternalID.Value, Metadata: in.Metadata.plain()}
	return c.change(func(tx reach) (answer, error) {
		u, err := users.Create(tx.Tx, n)
		if err != nil {
			return answer{}, err
		}
		return made(u.Wire()), nil
	})
}

func listUsers(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	q := users.Query{Email: c.query.Get("email"), Page: page}
	named := c.query.Get("organization_id")
	if named == "" {
		named = c.query.Get("organization")
	}
	return c.read(func(tx reach) (answer, error) {
		if named != "" {
			org, err := parse[id.Organization](named)
			if err == nil {
				_, err = tx.organization(org)
			}
			if err != nil {
				return answer{}, err
			}
			q.Organization = org
		}
		rows, paging, err := users.List(tx.rows, q)
		return list(each(rows, func(u users.User) wire.User { return u.Wire() }), paging), err
	})
}

func getUser(c *call) error {
	user, err := idOf[id.User](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		u, err := tx.user(user)
		if err != nil {
			return answer{}, err
		}
		return found(u.Wire()), nil
	})
}

func getUserByExternalID(c *call) error {
	external, err := c.segment("external_id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		u, err := users.GetByExternalID(tx, external)
		if err == nil {
			u, err = tx.user(u.ID)
		}
		if err != nil {
			return answer{}, err
		}
		return found(u.Wire()), nil
	})
}

func updateUser(c *call) error {
	user, err := idOf[id.User](c, "id")
	if err != nil {
		return err
	}
	var in userBody
	if err := c.decode(&in); err != nil {
		return err
	}
	var before *users.User
	err = c.reading(func(tx reach) (err error) {
		if before, err = tx.user(user); err == nil {
			_, err = tx.deployment()
		}
		return err
	})
	if err != nil {
		return err
	}
	hash, err := c.passwordHash(in, before)
	if err != nil {
		return err
	}
	change := users.Change{Email: in.Email.Value, EmailVerified: in.EmailVerified.Value, FirstName: in.FirstName.change(),
		LastName: in.LastName.change(), Name: in.Name.change(), Locale: in.Locale.change(), ExternalID: in.ExternalID.change(),
		ClearMetadata: in.Metadata.clear(), Metadata: in.Metadata.values}
	return c.change(func(tx reach) (answer, error) {
		if hash != "" || in.Email.Value != nil {
			if err := tx.ordinary(user); err != nil {
				return answer{}, err
			}
		}
		u, err := users.Update(tx.Tx, user, change)
		if err == nil && hash != "" {
			err = newPassword(tx.Tx, user, hash)
		}
		if err != nil {
			return answer{}, err
		}
		return found(u.Wire()), nil
	})
}

// newPassword replaces a person's password. Who is signed in by the old one,
// and may be the reason for the change, is not any more.
func newPassword(tx *db.Tx, user id.User, hash string) error {
	if err := users.SetPassword(tx, user, hash, users.SetByAPI); err != nil {
		return err
	}
	return sessions.EndForUser(tx, user, sessions.PasswordChanged)
}

func deleteUser(c *call) error {
	user, err := idOf[id.User](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		if _, err := tx.user(user); err != nil {
			return answer{}, err
		}
		all, err := tx.deployment()
		if err != nil {
			return answer{}, err
		}
		if err := tx.ordinary(user); err != nil {
			return answer{}, err
		}
		return empty(http.StatusOK), lifecycle.DeleteUser(all.Tx, user)
	})
}
