package directory

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/internal/wire"
)

// TokenPrefix is what every token begins with, so that scanners find leaked ones.
const TokenPrefix = "scim_"

// maxTokens bounds those that open one directory at a time; maxShown is how
// many pages list, with those of the past.
const (
	maxTokens = 10
	maxShown  = 100
)

// What callers are told of tokens.
var (
	ErrTooManyTokens = problem.New(problem.Invalid, "too_many_directory_tokens", "A directory has at most 10 tokens that open it. Revoke one first.")
	ErrPast          = problem.New(problem.Invalid, "invalid_expires_at", "expires_at lies in the past.")
)

// Issued is a token that was just made: its value is shown once.
type Issued struct {
	*Token
	Value string
}

// Wire is the token with its value.
func (i *Issued) Wire() wire.DirectoryToken {
	w := i.Token.Wire()
	w.Value = i.Value
	return w
}

// IssueToken makes another token of a directory; without an end it opens it
// until it is revoked.
func IssueToken(tx *db.OrgTx, d id.Directory, expires *time.Time) (*Issued, error) {
	row, err := Hold(tx, d) // whoever counts tokens beside us waits
	if err != nil {
		return nil, err
	}
	return issue(tx, row, expires)
}

func issue(tx *db.OrgTx, d *Directory, expires *time.Time) (*Issued, error) {
	if expires != nil && !expires.After(tx.Now()) {
		return nil, ErrPast
	}
	if err := room(tx, d.ID); err != nil {
		return nil, err
	}
	value := TokenPrefix + seal.Token(seal.TokenBytes)
	t := &Token{ID: id.New[id.DirectoryToken](), DirectoryID: d.ID, TokenHash: seal.Hash(value), LastFour: value[len(value)-4:], MadeBy: called(tx.Actor())}
	if expires != nil {
		at := expires.UTC().Truncate(time.Microsecond)
		t.ExpiresAt = &at
	}
	if err := tokens.Insert(tx, t); err != nil {
		return nil, err
	}
	return &Issued{t, value}, d.record(tx, func(e audit.Directory) audit.Entry { return audit.DirectoryTokenCreated{Directory: e, Token: t.Wire()} })
}

func room(tx *db.OrgTx, d id.Directory) error {
	live, err := tokens.Count(tx, db.Eq("directory_id", d), db.Null("revoked_at"), db.Or(db.Null("expires_at"), db.Gt("expires_at", tx.Now())))
	if err == nil && live >= maxTokens {
		return ErrTooManyTokens
	}
	return err
}

// called is who acts, as people call them.
func called(who actor.Actor) string {
	switch {
	case who.Name != "":
		return who.Name
	case who.ID != "":
		return who.ID
	}
	return string(who.Kind)
}

// Live reports whether the token opens its directory.
func (t *Token) Live(now time.Time) bool {
	return t.RevokedAt == nil && (t.ExpiresAt == nil || now.Before(*t.ExpiresAt))
}

// Tokens are the last that a directory had, newest first: those that open it
// among them, unless a hundred younger ones are spent.
func Tokens(tx db.OwnedScope, d id.Directory) ([]Token, error) {
	return tokens.List(tx, db.Query{Where: []db.Cond{db.Eq("directory_id", d)}, Order: []string{"-id"}, Limit: maxShown})
}

// TokensPage is a page of them.
func TokensPage(tx db.OwnedScope, d id.Directory, page db.Page) ([]Token, db.Paging, error) {
	list := func(q db.Query) ([]Token, error) { return tokens.List(tx, q) }
	return db.ListPage(list, page, "id", func(t Token) string { return string(t.ID) }, db.Eq("directory_id", d))
}

// RevokeToken ends a token: the next request that carries it is refused. Nobody
// leaves by that. Doing it again is no change.
func RevokeToken(tx *db.OrgTx, d id.Directory, token id.DirectoryToken) (*Token, error) {
	row, err := Get(tx, d)
	if err != nil {
		return nil, err
	}
	n, err := tokens.Update(tx, token, db.Set{"revoked_at": tx.Now(), "revoked_by": called(tx.Actor())}, db.Eq("directory_id", d), db.Null("revoked_at"))
	if err != nil {
		return nil, err
	}
	t, err := tokens.First(tx, db.Eq("id", token), db.Eq("directory_id", d))
	if err != nil || n == 0 {
		return t, err
	}
	return t, row.record(tx, func(e audit.Directory) audit.Entry { return audit.DirectoryTokenRevoked{Directory: e, Token: t.Wire()} })
}

// Wire is the token as callers see it.
func (t *Token) Wire() wire.DirectoryToken {
	return wire.DirectoryToken{ID: t.ID, LastFour: t.LastFour, ExpiresAt: wire.MaybeAt(t.ExpiresAt), RevokedAt: wire.MaybeAt(t.RevokedAt),
		LastUsedAt: wire.MaybeAt(t.LastUsedAt), CreatedAt: wire.At(t.CreatedAt)}
}
