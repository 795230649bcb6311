package apikeys_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// People belong to a package of a higher floor, so the tests make the rows here.
type account struct {
	db.Global
	ID                        id.User
	Email, EmailKey, Metadata string
	CreatedAt, UpdatedAt      time.Time
}

func (account) TableName() string { return "users" }

var accounts = db.GlobalTable[account, id.User]{}

func newUser(t *testing.T, d *db.DB, email string) id.User {
	t.Helper()
	u := id.New[id.User]()
	must(t, d.Tx(t.Context(), who, func(tx *db.Tx) error {
		return accounts.Insert(tx, &account{ID: u, Email: email, EmailKey: email, Metadata: "{}"})
	}))
	return u
}

func memberKey(t *testing.T, d *db.DB, org id.Organization, user id.User, n apikeys.New) (k *apikeys.MemberKey, value string) {
	t.Helper()
	n.Name = "CI"
	must(t, d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) (err error) { k, value, err = apikeys.CreateForMember(tx, user, n); return err }))
	return k, value
}

// Whose membership ends must lose every key of that organization, and none of
// another: the count stands in the proof of offboarding.
func TestMemberKeysEndInOneOrganizationAlone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now().UTC()
		d.Now = func() time.Time { return now }
		org, elsewhere := newOrganization(t, d), newOrganization(t, d)
		kari, ola := newUser(t, d, "kari@halden.example"), newUser(t, d, "ola@halden.example")
		soon := now.Add(time.Minute)
		_, value := memberKey(t, d, org, kari, apikeys.New{})
		memberKey(t, d, org, kari, apikeys.New{})
		memberKey(t, d, org, kari, apikeys.New{ExpiresAt: &soon})
		_, hers := memberKey(t, d, elsewhere, kari, apikeys.New{})
		_, his := memberKey(t, d, org, ola, apikeys.New{})
		now = now.Add(time.Hour)
		for _, want := range []int64{2, 0} {
			must(t, d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
				n, err := apikeys.EndMemberKeys(tx, kari)
				if n != want {
					t.Errorf("%d ended, want %d", n, want)
				}
				return err
			}))
		}
		must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			for v, there := range map[string]bool{value: false, hers: true, his: true, "mk_" + strings.Repeat("x", 300): false, "": false} {
				if _, err := apikeys.FindMemberKey(tx, v); errors.Is(err, db.ErrNotFound) == there || err != nil && !errors.Is(err, db.ErrNotFound) {
					t.Errorf("%.6s: %v", v, err)
				}
			}
			return nil
		}))
		must(t, d.ReadOrg(t.Context(), elsewhere, func(tx *db.OrgTx) error {
			if _, err := apikeys.FindMemberKey(tx, his); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("another organization's key: %v", err)
			}
			var live []apikeys.MemberKey
			err := db.AtOnce(tx, apikeys.LiveReads(tx, &live, kari))
			if len(live) != 1 {
				t.Errorf("%d live", len(live))
			}
			return err
		}))
	})
}

// Keys without end would fill the table, and the answer of whoever lists them.
func TestAMembersKeysAreFew(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, kari := newOrganization(t, d), newUser(t, d, "kari@halden.example")
		last, _ := memberKey(t, d, org, kari, apikeys.New{})
		for range 49 {
			last, _ = memberKey(t, d, org, kari, apikeys.New{})
		}
		another := func() error {
			return d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
				_, _, err := apikeys.CreateForMember(tx, kari, apikeys.New{Name: "CI"})
				return err
			})
		}
		if err := another(); !errors.Is(err, apikeys.ErrTooManyKeys) {
			t.Errorf("the 51st: %v", err)
		}
		must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) error { return apikeys.RevokeAny(tx, last.ID) }))
		must(t, another())
		if err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) error { return apikeys.RevokeAny(tx, last.ID) }); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("revoked twice: %v", err)
		}
	})
}

// The use of a key is seen by whoever asks whether it can be revoked, and
// written at most once a minute.
func TestTheUseOfAMembersKeyIsNoted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now().UTC()
		d.Now = func() time.Time { return now }
		org, kari := newOrganization(t, d), newUser(t, d, "kari@halden.example")
		_, value := memberKey(t, d, org, kari, apikeys.New{})
		used := func() (at *time.Time) {
			must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
				k, err := apikeys.FindMemberKey(tx, value)
				if err != nil {
					return err
				}
				at = k.LastUsedAt
				return nil
			}))
			return at
		}
		find := func() (k *apikeys.MemberKey) {
			must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) { k, err = apikeys.FindMemberKey(tx, value); return err }))
			return k
		}
		first, uses := now.Truncate(time.Microsecond), &apikeys.Uses{DB: d}
		uses.NoteMember(find())
		must(t, uses.Save(t.Context()))
		now = now.Add(30 * time.Second)
		uses.NoteMember(find())
		must(t, uses.Save(t.Context()))
		if at := used(); at == nil || !at.Equal(first) {
			t.Errorf("%v, want %v", at, first)
		}
		now = now.Add(time.Minute)
		uses.NoteMember(find())
		must(t, uses.Save(t.Context()))
		if at := used(); at == nil || !at.After(first) {
			t.Errorf("%v", at)
		}
	})
}
