package oauth

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/mailbox"
	"gatehouse/sessions"
	"gatehouse/users"
)

// A sign-in that waits for its next step is a row of grants with the surface
// pending, found by its token. Each step that proves something uses the token
// up and gives another: a token that somebody saw before the second step never
// becomes one after it. A wrong code, or an organization that cannot be
// entered, leaves it as it is.

// keep stores how far the person came, and gives the token to go on with.
func (a *arrival) keep(tx *db.Tx) error {
	token := seal.Token(seal.TokenBytes)
	g := &grant{ID: id.New[id.Grant](), ClientID: a.client.ID, Surface: surfacePending, UserID: a.user.ID, OrganizationID: a.organization,
		SessionID: a.session, CodeHash: seal.Hash(token), AuthMethod: string(a.method), AuthenticatedAt: a.at, SecondMethod: a.second,
		SecondAt: a.secondAt, Via: a.via, InvitationID: a.invitation, ProofID: a.proof, ExpiresAt: tx.Now().Add(pendingLifetime)}
	if err := grants.Insert(tx, g); err != nil {
		return err
	}
	a.row, a.token = g.ID, token
	return nil
}

// takeUp is the sign-in that waits under the request's token. The token is not
// used up by that.
func (t *tokenRequest) takeUp(tx *db.Tx, c *caller) (*arrival, error) {
	g, err := grants.First(tx, db.Eq("code_hash", seal.Hash(t.PendingToken)), db.Eq("surface", surfacePending), db.Eq("client_id", c.ID))
	if errors.Is(err, db.ErrNotFound) || err == nil && (g.UsedAt != nil || !tx.Now().Before(g.ExpiresAt)) {
		return nil, errPendingToken
	}
	if err != nil {
		return nil, err
	}
	u, err := users.Get(tx, g.UserID)
	if err != nil {
		return nil, orElse(err, db.ErrNotFound, errPendingToken)
	}
	if err := g.stillProven(tx); err != nil {
		return nil, err
	}
	if u.BannedNow(tx.Now()) {
		return nil, users.ErrBanned
	}
	a := t.arrives(c, u, sessions.Method(g.AuthMethod), g.AuthenticatedAt, g.InvitationID)
	a.second, a.secondAt, a.organization, a.session = g.SecondMethod, g.SecondAt, g.OrganizationID, g.SessionID
	a.via, a.proof, a.row, a.token = g.Via, g.ProofID, g.ID, t.PendingToken
	tx.As(tx.Actor().As(u.ID, u.Email))
	return a, nil
}

// stillProven wants the password that proved the person to be theirs still:
// whoever knew the old one may be why it was changed, and nobody to have said
// since that it was not they. For a session that moves
// the session itself answers.
func (g *grant) stillProven(tx *db.Tx) error {
	if g.SessionID != nil {
		_, err := sessions.Live(tx, *g.SessionID)
		return orElse(err, sessions.ErrEnded, errPendingToken)
	}
	stands, err := mailbox.Stands(tx, g.UserID, g.AuthenticatedAt)
	if err == nil && stands && sessions.Method(g.AuthMethod) == sessions.Password {
		stands, err = users.PasswordStands(tx, g.UserID, g.AuthenticatedAt)
	}
	if err == nil && !stands {
		return errPendingToken
	}
	return err
}

// spend uses the token up. One conditional update decides between two that
// come at once; the other's work is rolled back.
func (a *arrival) spend(tx *db.Tx, session *id.Session) error {
	set := db.Set{"used_at": tx.Now()}
	if session != nil {
		set["session_id"] = *session
	}
	n, err := grants.Update(tx, a.row, set, db.Null("used_at"), db.Null("ended_at"), db.Gt("expires_at", tx.Now()))
	if err == nil && n == 0 {
		return errPendingToken
	}
	a.token = ""
	return err
}

// orElse is instead where err is what, and err otherwise.
func orElse(err, what, instead error) error {
	if errors.Is(err, what) {
		return instead
	}
	return err
}
