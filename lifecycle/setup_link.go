package lifecycle

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/tenants"
	"gatehouse/users"
)

// setupLifetime is how long a printed link works; every start prints a new one.
const setupLifetime = 24 * time.Hour

// errLinkUsed says that the link made an operator already, ran out, or was
// replaced by that of a later start.
var errLinkUsed = problem.New(problem.Gone, "setup_link_used", "This set-up link no longer works. Start the server again for a new one.")

// setupLink makes the first operator, once. Only its hash is kept.
type setupLink struct {
	db.Global
	TokenHash []byte
	UsedAt    *time.Time
	ExpiresAt time.Time
	CreatedAt time.Time
}

func (setupLink) TableName() string { return "setup_links" }

// The table's key is the token's hash, so it is never asked for by id.
var setupLinks = db.GlobalTable[setupLink, string]{}

// newLink makes a link in the place of those of earlier starts.
func newLink(tx *db.Tx) (string, error) {
	if _, err := setupLinks.DeleteWhere(tx, db.Null("used_at")); err != nil {
		return "", err
	}
	token := seal.Token(seal.TokenBytes)
	return token, setupLinks.Insert(tx, &setupLink{TokenHash: seal.Hash(token), ExpiresAt: tx.Now().Add(setupLifetime)})
}

// peek reports whether a link would work now, without using it.
func peek(tx *db.Tx, token string) error {
	n, err := setupLinks.Count(tx, open(tx, token)...)
	if err == nil && n == 0 {
		return errLinkUsed
	}
	return err
}

func open(tx *db.Tx, token string) []db.Cond {
	return []db.Cond{db.Eq("token_hash", seal.Hash(token)), db.Null("used_at"), db.Gt("expires_at", tx.Now())}
}

// consume uses the link and makes the operator, in one transaction: of two
// posts one wins.
func consume(tx *db.AllTx, token string, n users.New) (*users.User, error) {
	used, err := setupLinks.UpdateWhere(tx, db.Set{"used_at": tx.Now()}, open(tx.Tx, token)...)
	if err != nil {
		return nil, err
	}
	system, found, err := tenants.SystemOrganization(tx)
	if err != nil {
		return nil, err
	}
	missing, err := needsOperator(tx, system, found)
	if err != nil {
		return nil, err
	}
	if used != 1 || !found || !missing {
		return nil, errLinkUsed
	}
	return newOperator(tx.Tx, id.Organization(system), n)
}
