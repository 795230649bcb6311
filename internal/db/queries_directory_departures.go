package db

import (
	"time"

	"gatehouse/internal/id"
)

// CountRefreshTokens is how many families of refresh tokens hang on sessions
// and have not ended by themselves.
func CountRefreshTokens(tx *Tx, sessions []id.Session) (n int64, err error) {
	if len(sessions) == 0 {
		return 0, nil
	}
	err = tx.session().Raw("SELECT count(*) FROM refresh_tokens WHERE ended_at IS NULL AND expires_at > ? AND session_id IN ?", tx.now, sessions).Scan(&n).Error
	return n, translate(err)
}

// longestAccessToken bounds what clients may ask for (oauth: a day).
const longestAccessToken = 24 * time.Hour

// committing is how long after now this transaction's end of a session may be
// seen by others: until then its application gets another token.
const committing = time.Second

// LastAccessToken is the last instant at which an access token could still be
// within its lifetime that a person gets before this transaction has committed;
// nil: there is none. It is asked once their sessions have ended. A session may
// have been in another organization since, so all of them count.
func LastAccessToken(tx *Tx, user id.User) (*time.Time, error) {
	var rows []struct {
		EndedAt            *time.Time
		ExpiresAt          time.Time
		AccessTokenSeconds int64
	}
	since := tx.now.Add(-longestAccessToken)
	err := tx.session().Raw(`SELECT s.ended_at, s.expires_at, c.access_token_seconds FROM sessions s JOIN clients c ON c.id = s.client_id
		WHERE s.user_id = ? AND (s.ended_at IS NULL OR s.ended_at > ?) AND s.expires_at > ?`, user, since, since).Scan(&rows).Error
	var last *time.Time
	for _, r := range rows {
		minted := tx.db.now().Add(committing)
		if r.EndedAt != nil && r.EndedAt.Before(tx.now) {
			minted = r.EndedAt.UTC()
		}
		if r.ExpiresAt.Before(minted) {
			minted = r.ExpiresAt.UTC()
		}
		if until := minted.Add(time.Duration(r.AccessTokenSeconds) * time.Second); until.After(tx.now) && (last == nil || until.After(*last)) {
			last = &until
		}
	}
	return last, translate(err)
}
