package apikeys

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/internal/wire"
)

// MemberKey is a member's key for the application's own API, without its value.
// The application asks what it is (FindMemberKey); it opens nothing here.
type MemberKey struct {
	db.Owned
	ID          id.APIKey
	UserID      id.User
	Name        string
	KeyHash     []byte
	LastFour    string
	Permissions []string `gorm:"serializer:json"`
	ExpiresAt   *time.Time
	EndedAt     *time.Time
	EndReason   *string // revoked, membership_ended, claimed, disowned
	LastUsedAt  *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// TableName is the table that this package owns.
func (MemberKey) TableName() string { return "member_api_keys" }

var memberKeys = db.OwnedTable[MemberKey, id.APIKey]{}

// memberPrefix keeps members' keys apart from those of the management API,
// which nobody may mistake them for.
const memberPrefix = "mk_"

// Why a member's key ended.
const (
	Revoked         = "revoked"
	MembershipEnded = "membership_ended"
	Claimed         = "claimed"  // the account's owner came, and it was somebody else's
	Disowned        = "disowned" // the person says that a stranger was in their account
)

// The bounds of a member's keys.
const (
	maxMemberKeys  = 50 // live ones
	maxPermissions = 100
)

// What callers are told of members' keys.
var (
	ErrTooManyKeys       = problem.New(problem.Invalid, "too_many_api_keys", "A member has at most 50 keys. Revoke one first.")
	ErrInvalidPermission = problem.New(problem.Invalid, "invalid_permissions", "permissions are at most 100 words of the application's own, each of 1 to 100 letters, digits and the characters . : _ - / *.")
)

var permission = regexp.MustCompile(`^[A-Za-z0-9.:_\-/*]{1,100}$`)

// live is the condition that a key counts.
func live(now time.Time) []db.Cond {
	return []db.Cond{db.Null("ended_at"), db.Or(db.Null("expires_at"), db.Gt("expires_at", now))}
}

// CreateForMember makes a key of somebody who the caller knows is an active
// member of the transaction's organization. The value is not kept: show it once.
func CreateForMember(tx *db.OrgTx, user id.User, n New) (*MemberKey, string, error) {
	value := memberPrefix + seal.Token(seal.TokenBytes)
	k, err := n.memberRow(tx.Now(), value)
	if err != nil {
		return nil, "", err
	}
	has, err := memberKeys.Count(tx, append(live(tx.Now()), db.Eq("user_id", user))...)
	if err != nil {
		return nil, "", err
	}
	if has >= maxMemberKeys {
		return nil, "", ErrTooManyKeys
	}
	k.UserID = user
	if err := memberKeys.Insert(tx, k); err != nil {
		return nil, "", err
	}
	return k, value, audit.Record(tx, audit.APIKeyCreated{Key: k.Wire()})
}

func (n New) memberRow(now time.Time, value string) (*MemberKey, error) {
	name, err := field.Required("name", n.Name, field.MaxName)
	if err != nil {
		return nil, err
	}
	if n.ExpiresAt != nil && !n.ExpiresAt.After(now) {
		return nil, ErrPast
	}
	words := slices.Compact(slices.Sorted(slices.Values(n.Permissions)))
	if len(words) > maxPermissions || slices.ContainsFunc(words, func(w string) bool { return !permission.MatchString(w) }) {
		return nil, ErrInvalidPermission
	}
	if words == nil {
		words = []string{}
	}
	return &MemberKey{ID: id.New[id.APIKey](), Name: name, KeyHash: seal.Hash(value), LastFour: value[len(value)-4:], Permissions: words, ExpiresAt: utc(n.ExpiresAt)}, nil
}

// FindMemberKey is the live key with that value that the transaction sees, or
// db.ErrNotFound. Whether its member still is one is for the caller to ask.
func FindMemberKey(tx db.OwnedScope, value string) (*MemberKey, error) {
	if len(value) > maxValue {
		return nil, db.ErrNotFound
	}
	k, err := memberKeys.First(tx, append(live(tx.Now()), db.Eq("key_hash", seal.Hash(value)))...)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("looking up a member's key: %w", err)
	}
	return k, err
}

// MemberKeys is a page of a person's live keys that the transaction sees:
// in every organization, or in its own.
func MemberKeys(tx db.OwnedScope, user id.User, page db.Page) ([]MemberKey, db.Paging, error) {
	list := func(q db.Query) ([]MemberKey, error) { return memberKeys.List(tx, q) }
	return db.ListPage(list, page, "id", func(k MemberKey) string { return string(k.ID) }, append(live(tx.Now()), db.Eq("user_id", user))...)
}

// LiveReads finds one live key of a person in the transaction's organization, if
// there is any.
func LiveReads(tx *db.OrgTx, rows *[]MemberKey, user id.User) db.Part {
	return memberKeys.Reads(tx, rows, db.Query{Where: append(live(tx.Now()), db.Eq("user_id", user)), Limit: 1})
}

// RevokeMemberKey ends one key, or is db.ErrNotFound.
func RevokeMemberKey(tx *db.OrgTx, key id.APIKey) error {
	ended, err := end(tx, Revoked, db.Eq("id", key))
	if err == nil && ended == 0 {
		return db.ErrNotFound
	}
	return err
}

// EndMemberKeys ends the live keys of a person in the transaction's
// organization, because their membership ended. They stay ended when it comes
// back. It says how many there were.
func EndMemberKeys(tx *db.OrgTx, user id.User) (int64, error) {
	return end(tx, MembershipEnded, db.Eq("user_id", user))
}

// EndKeysSince ends the live keys of a person that were made at that moment or
// later, in every organization: somebody else had them made. The zero time ends
// all.
func EndKeysSince(tx *db.Tx, user id.User, since time.Time, reason string) error {
	orgs, err := locateKeyed(tx, user)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		err := tx.In(org, func(tx *db.OrgTx) error {
			_, err := end(tx, reason, db.Eq("user_id", user), db.Gte("created_at", since))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// locateKeyed are the organizations in which a person has live keys.
func locateKeyed(tx *db.Tx, user id.User) (orgs []id.Organization, err error) {
	err = tx.Locate(func(tx *db.AllTx) error {
		mine, err := memberKeys.List(tx, db.Query{Where: append(live(tx.Now()), db.Eq("user_id", user))})
		for _, k := range mine {
			if !slices.Contains(orgs, k.OrganizationID) {
				orgs = append(orgs, k.OrganizationID)
			}
		}
		return err
	})
	return orgs, err
}

func end(tx *db.OrgTx, reason string, which ...db.Cond) (int64, error) {
	conds := append(live(tx.Now()), which...)
	going, err := memberKeys.List(tx, db.Query{Where: conds})
	if err != nil || len(going) == 0 {
		return 0, err
	}
	var ended int64
	for i := range going {
		n, err := memberKeys.Update(tx, going[i].ID, db.Set{"ended_at": tx.Now(), "end_reason": reason}, db.Null("ended_at"))
		if err != nil {
			return ended, err
		}
		if n == 0 {
			continue // somebody else ended it just now, and said so
		}
		ended++
		if err := audit.Record(tx, audit.APIKeyRevoked{Key: going[i].Wire()}); err != nil {
			return ended, err
		}
	}
	return ended, nil
}

// Wire is the key as the management API shows it, without its value.
func (k *MemberKey) Wire() wire.APIKey {
	org := k.OrganizationID
	return wire.APIKey{
		ID: k.ID, Owner: &wire.APIKeyOwner{Type: "user", ID: string(k.UserID), OrganizationID: &org}, Name: k.Name,
		ObfuscatedValue: memberPrefix + "..." + k.LastFour, Permissions: wire.Array[string](k.Permissions),
		LastUsedAt: wire.MaybeAt(k.LastUsedAt), ExpiresAt: wire.MaybeAt(k.ExpiresAt),
		CreatedAt: wire.At(k.CreatedAt), UpdatedAt: wire.At(k.UpdatedAt),
	}
}
