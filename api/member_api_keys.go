package api

import (
	"errors"
	"net/http"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/users"
)

func (h *Handler) memberKeyRoutes() []route {
	return []route{
		{Method: http.MethodPost, Path: "/user_management/users/:id/api_keys", Tag: "API keys", Summary: "Make a key of a member for your own API: permissions are words of yours. It opens nothing here, and ends with the membership. The value is in this answer only.",
			Body: memberKeyBody{}, Needs: []string{"organization_id"}, Status: 201, Answer: wire.NewAPIKey{}, Foreign: foreign{fill: theirUser, body: `{"name":"CI","organization_id":"{organization}"}`, want: http.StatusNotFound}, run: createMemberKey},
		{Method: http.MethodGet, Path: "/user_management/users/:id/api_keys", Tag: "API keys", Summary: "List a person's keys that count, without their values.", Paged: true, Status: 200, Answer: wire.APIKey{},
			Query: []param{{Name: "organization_id", About: "Of their membership in that organization."}}, Foreign: absent(theirUser), run: listMemberKeys},
		{Method: http.MethodPost, Path: "/api_keys/validations", Tag: "API keys", Summary: "Say what a member's key is that your API was called with: null if it is unknown, revoked or expired, or its member is none any more.",
			Body: validationBody{}, Status: 200, Answer: wire.APIKeyValidation{}, Foreign: foreign{body: `{"value":"mk_nobodys"}`, want: http.StatusOK}, run: validateMemberKey},
	}
}

type memberKeyBody struct {
	Name           string   `json:"name" api:"required"`
	OrganizationID string   `json:"organization_id"`
	Permissions    []string `json:"permissions"`
	ExpiresAt      string   `json:"expires_at" api:"date-time"`
}

func createMemberKey(c *call) error {
	user, err := idOf[id.User](c, "id")
	if err != nil {
		return err
	}
	var in memberKeyBody
	if err := c.decode(&in); err != nil {
		return err
	}
	org, err := required[id.Organization]("organization_id", in.OrganizationID)
	if err != nil {
		return err
	}
	n := apikeys.New{Name: in.Name, Permissions: in.Permissions}
	if in.ExpiresAt != "" {
		at, err := parseTime("expires_at", in.ExpiresAt)
		if err != nil {
			return err
		}
		n.ExpiresAt = &at
	}
	return c.change(func(tx reach) (a answer, err error) {
		err = tx.enter(org, func(own *db.OrgTx) error {
			if _, err := users.HoldActiveMember(own, user); err != nil {
				return err
			}
			k, value, err := apikeys.CreateForMember(own, user, n)
			if err != nil {
				return err
			}
			a = made(wire.NewAPIKey{APIKey: k.Wire(), Value: value})
			return nil
		})
		return a, err
	})
}

func listMemberKeys(c *call) error {
	user, err := idOf[id.User](c, "id")
	if err != nil {
		return err
	}
	page, err := c.page()
	if err != nil {
		return err
	}
	var org id.Organization
	if err := named(c, "organization_id", &org); err != nil {
		return err
	}
	return c.read(func(tx reach) (a answer, err error) {
		if _, err := tx.user(user); err != nil {
			return answer{}, err
		}
		show := func(rows db.OwnedScope) error {
			mine, paging, err := apikeys.MemberKeys(rows, user, page)
			a = list(each(mine, func(k apikeys.MemberKey) wire.APIKey { return k.Wire() }), paging)
			return err
		}
		if org == "" {
			return a, show(tx.rows)
		}
		err = tx.enter(org, func(own *db.OrgTx) error { return show(own) })
		return a, err
	})
}

type validationBody struct {
	Value string `json:"value" api:"required"`
}

// validateMemberKey answers by what is so now: an Idempotency-Key, which the
// SDKs send with every POST, must not bring yesterday's answer back.
func validateMemberKey(c *call) error {
	var in validationBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.Value == "" {
		return missing("value")
	}
	var key *apikeys.MemberKey
	if err := c.reading(func(tx reach) (err error) {
		key, err = tx.memberKey(in.Value)
		return err
	}); err != nil {
		return err
	}
	var answered wire.APIKeyValidation
	if key != nil {
		shown := key.Wire()
		answered.APIKey = &shown
		c.h.Uses.NoteMember(key)
	}
	return c.say(found(answered))
}

// memberKey is the key with that value whose member is an active one of an
// organization that the caller sees; nil where there is none.
func (r reach) memberKey(value string) (*apikeys.MemberKey, error) {
	k, err := apikeys.FindMemberKey(r.rows, value)
	if err != nil {
		return nil, gone(err)
	}
	err = r.enter(k.OrganizationID, func(own *db.OrgTx) error {
		m, err := users.MembershipOf(own, k.UserID)
		if err != nil {
			return err
		}
		u, err := users.Get(own, k.UserID)
		if err == nil && (m.Status != users.Active || u.BannedNow(own.Now())) {
			err = db.ErrNotFound
		}
		return err
	})
	if err != nil {
		return nil, gone(err)
	}
	return k, nil
}

// gone is no error where something is not there.
func gone(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}
