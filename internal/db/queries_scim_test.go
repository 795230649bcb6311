package db_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

type scimDirectory struct {
	db.Owned
	ID            id.Directory
	Type          string
	Name          string
	State         string
	Staged        bool
	AttributeMap  string
	TrustRoles    bool
	JIT           bool `gorm:"column:jit"`
	WindowSeconds int64
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

func (scimDirectory) TableName() string { return "directories" }

type scimToken struct {
	db.Owned
	ID          id.DirectoryToken
	DirectoryID id.Directory
	TokenHash   []byte
	LastFour    string
	MadeBy      string
	ExpiresAt   *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

func (scimToken) TableName() string { return "directory_tokens" }

var (
	scimDirectories = db.OwnedTable[scimDirectory, id.Directory]{}
	scimTokens      = db.OwnedTable[scimToken, id.DirectoryToken]{}
)

// aDirectory is one of the organization, with a token.
func aDirectory(t *testing.T, d *db.DB, org id.Organization, hash []byte, ends *time.Time) id.Directory {
	t.Helper()
	at := id.New[id.Directory]()
	err := d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
		if err := scimDirectories.Insert(tx, &scimDirectory{ID: at, Type: "okta scim v2.0", Name: "Halden Okta", State: "active", AttributeMap: "{}"}); err != nil {
			return err
		}
		return scimTokens.InsertLater(tx, &scimToken{ID: id.New[id.DirectoryToken](), DirectoryID: at, TokenHash: hash, ExpiresAt: ends})
	})
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// A token that opened another directory than its own would show one customer's
// people to another.
func TestATokenOpensItsOwnDirectory(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b, _, _ := fixture(t, d)
		ends := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
		ours, theirs := aDirectory(t, d, a, []byte("hash a"), &ends), aDirectory(t, d, b, []byte("hash b"), nil)
		for hash, want := range map[string]struct {
			org       id.Organization
			directory id.Directory
		}{"hash a": {a, ours}, "hash b": {b, theirs}} {
			found, err := d.LocateSCIMToken(t.Context(), []byte(hash))
			if err != nil || found.OrganizationID != want.org || found.DirectoryID != want.directory || string(found.Hash) != hash || found.Directory.State != "active" {
				t.Errorf("%s: %+v, %v", hash, found, err)
			}
			if err == nil && hash == "hash a" && (found.ExpiresAt == nil || !found.ExpiresAt.Equal(ends)) {
				t.Errorf("ends %v, want %v", found.ExpiresAt, ends)
			}
		}
		if _, err := d.LocateSCIMToken(t.Context(), []byte("hash c")); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("an unknown hash: %v", err)
		}
	})
}

// Many requests at once share round trips: each must hear of its own token and
// person alone, and one that asks for what no database holds must not spoil the
// others'.
func TestRequestsAtOnceFindTheirOwnPeople(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b, _, _ := fixture(t, d)
		ours, theirs := aDirectory(t, d, a, []byte("hash a"), nil), aDirectory(t, d, b, []byte("hash b"), nil)
		anna, bert := aPerson(t, d, a, ours, "anna"), aPerson(t, d, b, theirs, "bert")
		var all sync.WaitGroup
		for range 30 {
			for _, ask := range []struct {
				hash, key string
				by        db.SCIMKey
				want      id.DirectoryUser
			}{{"hash a", "anna", db.ByUserName, anna}, {"hash b", "bert", db.ByUserName, bert}, {"hash a", string(anna), db.ByID, anna},
				{"hash a", string(bert), db.ByID, ""}, {"hash b", "anna", db.ByUserName, ""}, {"hash a", "an\x00na", db.ByUserName, ""}, {"hash a", "\xff", db.ByUserName, ""}} {
				all.Go(func() {
					token, user, err := d.LocateSCIMUser(t.Context(), []byte(ask.hash), ask.by, ask.key, true)
					switch {
					case err != nil || string(token.Hash) != ask.hash:
						t.Errorf("%+v: %+v, %v", ask, token, err)
					case ask.want == "" && user != nil, ask.want != "" && (user == nil || user.ID != ask.want):
						t.Errorf("%+v: %+v", ask, user)
					}
				})
			}
			all.Go(func() {
				if _, _, err := d.LocateSCIMUser(t.Context(), []byte("hash c"), db.ByUserName, "anna", true); !errors.Is(err, db.ErrNotFound) {
					t.Errorf("an unknown token: %v", err)
				}
			})
			all.Go(func() {
				if token, err := d.LocateSCIMToken(t.Context(), []byte("hash b")); err != nil || token.DirectoryID != theirs {
					t.Errorf("%+v, %v", token, err)
				}
			})
		}
		all.Wait()
	})
}

type scimPerson struct {
	db.Owned
	ID                    id.DirectoryUser
	DirectoryID           id.Directory
	UserName, UserNameKey string
	Active                bool
	Resource              string
	Version               int64
	Kept                  bool
	CreatedAt, UpdatedAt  time.Time
}

func (scimPerson) TableName() string { return "directory_users" }

var scimPeople = db.OwnedTable[scimPerson, id.DirectoryUser]{}

func aPerson(t *testing.T, d *db.DB, org id.Organization, in id.Directory, name string) id.DirectoryUser {
	t.Helper()
	key := id.New[id.DirectoryUser]()
	err := d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
		return scimPeople.Insert(tx, &scimPerson{ID: key, DirectoryID: in, UserName: name, UserNameKey: name, Active: true, Resource: "{}", Version: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	return key
}
