package directory

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// endsWithin are the conditions of a token whose end is to be told of: it opens
// its directory, ends within so many days, and nobody was told this near to it.
func endsWithin(now time.Time, days int64) []db.Cond {
	return []db.Cond{db.Null("revoked_at"), db.Gt("expires_at", now), db.Lte("expires_at", now.AddDate(0, 0, int(days))),
		db.Or(db.Null("notice"), db.Gt("notice", days))}
}

// LocateEndingTokens are tokens of any organization whose end is to be told of.
func LocateEndingTokens(tx *db.AllTx, days int64, limit int) ([]Token, error) {
	return tokens.List(tx, db.Query{Where: endsWithin(tx.Now(), days), Order: []string{"expires_at", "id"}, Limit: limit})
}

// NoteTokenEnds notes that those who look after the directory are told so many
// days before the token's end. It reports whether it is for the caller to do:
// a token that was revoked meanwhile, or told of, is not.
func NoteTokenEnds(tx *db.OrgTx, token id.DirectoryToken, days int64) (bool, error) {
	n, err := tokens.Update(tx, token, db.Set{"notice": days}.Quiet(), endsWithin(tx.Now(), days)...)
	return n > 0, err
}
