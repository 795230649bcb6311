package provision_test

import (
	"errors"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
)

// What was read of an address with the token may be old by the time somebody is
// added: an account that came meanwhile would be made a second time, or taken
// without being looked at.
func TestAnAccountThatCameMeanwhileIsFoundByASecondTry(t *testing.T) {
	each(t, func(s *scene) {
		r := s.named("jo@"+held, true)
		key, domain := provision.MailboxOf(r)
		if key != "jo@"+held || domain != held {
			t.Fatalf("%q at %q", key, domain)
		}
		var before db.Addressed
		s.must(s.in(func(tx *db.OrgTx) (err error) {
			before, err = db.FindAddressed(tx, key, domain)
			return err
		}))
		if !before.Held || before.Account != nil || before.Name != "Halden Marine" {
			t.Fatalf("%+v", before)
		}
		account := s.person("jo@"+held, true)
		var u *directory.User
		create := func(found *db.Addressed) error {
			return s.push(func(tx *db.OrgTx, d *directory.Directory) (err error) {
				u, err = provision.CreateKnown(tx, d, r, found)
				return err
			})
		}
		if err := create(&before); !errors.Is(err, provision.ErrAgain) {
			t.Fatalf("the first try: %v", err)
		}
		if n := s.count("dsync.user.created"); n != 0 {
			t.Errorf("%d people of a try that failed", n)
		}
		s.must(create(nil))
		if u.UserID == nil || *u.UserID != account.ID {
			t.Errorf("%+v is not %s", u, account.ID)
		}
	})
}

// A resource that names no mailbox is asked about by none.
func TestAResourceWithoutAMailboxNamesNone(t *testing.T) {
	each(t, func(s *scene) {
		for _, body := range []string{`{"userName":"jo"}`, `{"userName":"jo","emails":[{"value":"no mailbox","primary":true}]}`} {
			if key, domain := provision.MailboxOf(s.user("%s", body)); key != "" || domain != "" {
				t.Errorf("%s: %q at %q", body, key, domain)
			}
		}
	})
}
