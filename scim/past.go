package scim

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"gatehouse/internal/id"
	"gatehouse/scim/directory"
)

// pastEvery is how often it is recorded that a token which opens nothing any
// more is still sent; maxPast bounds the memory of that.
const (
	pastEvery = time.Minute
	maxPast   = 1 << 12
)

// pasts are the tokens of the past that were seen, and when that was recorded.
type pasts struct {
	mu   sync.Mutex
	seen map[id.DirectoryToken]time.Time
}

// first reports whether a token was not seen within the last minute.
func (p *pasts) first(t id.DirectoryToken, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last, ok := p.seen[t]; ok && now.Sub(last) < pastEvery {
		return false
	}
	if p.seen == nil || len(p.seen) >= maxPast {
		p.seen = map[id.DirectoryToken]time.Time{}
	}
	p.seen[t] = now
	return true
}

// past records that the provider still sends a token that was revoked or has
// expired: its admin looks for why nothing comes any more. Whoever else holds
// such a token learns nothing, and writes a line a minute.
func (c *call) past(at endpoint, err error) {
	now := c.h.DB.Clock()
	if c.token == nil || !errors.Is(err, errToken) || !c.h.pasts.first(c.token.ID, now) {
		return
	}
	a := c.ask(c.Request().Method, c.below(), at.does, at.of)
	code, ended := "token_expired", "expired"
	when := c.token.ExpiresAt
	if c.token.RevokedAt != nil {
		code, ended, when = "token_revoked", "was revoked", c.token.RevokedAt
	}
	a.outcome = directory.Refused
	a.reason = "The provider sent a token that " + ended + " on " + when.UTC().Format("2 January 2006 at 15:04 UTC") + ". Make another one and enter it at the provider."
	if where := a.mend(code); where != "" {
		a.reason += " " + where
	}
	c.h.Recorder.put(c.ctx(), entry{org: c.token.OrganizationID, directory: c.token.DirectoryID, token: c.token.ID, row: a.row(http.StatusUnauthorized, code)})
}
