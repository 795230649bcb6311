package directory_test

import (
	"errors"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/seal"
	"gatehouse/scim/directory"
)

// Rotation needs two tokens at a time; a directory whose tokens pile up opens
// for whoever kept an old one.
func TestTokensAreFewAndEnd(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		forward := clock(d)
		org := organization(t, d)
		row, _ := newDirectory(t, d, org, directory.New{})
		issue := func(expires *time.Time) (made *directory.Issued, err error) {
			err = d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) (err error) {
				made, err = directory.IssueToken(tx, row.ID, expires)
				return err
			})
			return made, err
		}
		if _, err := issue(p(d.Now())); !errors.Is(err, directory.ErrPast) {
			t.Errorf("one that has ended: %v", err)
		}
		brief, err := issue(p(d.Now().Add(time.Hour)))
		must(t, err)
		for range 8 {
			_, err := issue(nil)
			must(t, err)
		}
		if _, err := issue(nil); !errors.Is(err, directory.ErrTooManyTokens) {
			t.Errorf("the eleventh: %v", err)
		}
		forward(time.Hour)
		if brief.Live(d.Now()) {
			t.Error("a token lives beyond its end")
		}
		last, err := issue(nil)
		must(t, err)
		for range 2 {
			inOrg(t, d, org, func(tx *db.OrgTx) error {
				gone, err := directory.RevokeToken(tx, row.ID, last.ID)
				if err == nil && (gone.Live(d.Now()) || *gone.RevokedBy != "test" || gone.RevokedAt.After(d.Now())) {
					t.Errorf("%+v", gone)
				}
				return err
			})
			forward(time.Minute)
		}
		types, _ := logged(t, d, org)
		if n := count(types, "dsync.token.revoked"); n != 1 {
			t.Errorf("a repeated revocation was recorded: %d", n)
		}
	})
}

// Two admins who make a token at once must not both be the tenth.
func TestTokensAreCountedOneAfterAnother(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		row, _ := newDirectory(t, d, org, directory.New{})
		results := make(chan error, 20)
		for range 20 {
			go func() {
				results <- d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error { _, err := directory.IssueToken(tx, row.ID, nil); return err })
			}()
		}
		made := 1
		for range 20 {
			if err := <-results; err == nil {
				made++
			} else if !errors.Is(err, directory.ErrTooManyTokens) {
				t.Error(err)
			}
		}
		if made != 10 {
			t.Errorf("%d tokens open one directory", made)
		}
	})
}

// A stolen database must not open anybody's directory.
func TestATokensValueIsNotKept(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		row, issued := newDirectory(t, d, org, directory.New{})
		must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
			all, err := directory.Tokens(tx, row.ID)
			if len(all) != 1 || !seal.Equal(all[0].TokenHash, seal.Hash(issued.Value)) || all[0].Wire().Value != "" {
				t.Errorf("%+v", all)
			}
			return err
		}))
		if _, last := logged(t, d, org); len(last) == 0 || containsText(last, issued.Value) {
			t.Errorf("the log has it: %s", last)
		}
	})
}
