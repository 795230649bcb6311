package portal

import (
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
)

// LinkLifetime is how long a link waits to be opened (contract: five minutes).
const LinkLifetime = 5 * time.Minute

// renewable is how long whoever got a link by mail can have another mailed to
// the same address.
const renewable = 7 * 24 * time.Hour

// Link opens the portal once.
type Link struct {
	db.Owned
	ID             id.PortalLink
	TokenHash      []byte
	Scopes         []Scope        `gorm:"serializer:json"`
	ConnectionID   *id.Connection // that connection's set-up alone
	ProviderType   *string        // the set-up begins with it
	ReturnURL      *string
	SuccessURL     *string
	MadeBy         string   // as people call who made it
	MakerID        *id.User // the person, where it was one
	MailedTo       *string
	RenewableUntil *time.Time
	Extendable     bool // the visit may be made longer, once
	AskedAt        *time.Time
	UsedAt         *time.Time
	ExpiresAt      time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// TableName is the table that this package owns.
func (Link) TableName() string { return "portal_links" }

var links = db.OwnedTable[Link, id.PortalLink]{}

// What people are told of links.
var (
	// ErrNoLink says that no link has that token.
	ErrNoLink = problem.New(problem.NotFound, "portal_link_not_found", "This link isn't complete, or it is long out of use.")
	// ErrLinkOver says that a link was opened before, or has run out.
	ErrLinkOver = problem.New(problem.Forbidden, "portal_link_over", "This link has been used, or its five minutes are over.")
)

// NewLink is a link to be made.
type NewLink struct {
	Scopes       []Scope
	Connection   *id.Connection
	ProviderType string
	ReturnURL    string // of ParseReturnURL
	SuccessURL   string
	MadeBy       string   // as people call who made it
	Maker        *id.User // the person, where it was one
	MailedTo     string   // who gets it by mail
	Extendable   bool
}

// Generate makes a link. The token is for its address; only its hash is kept.
func Generate(tx *db.OrgTx, n NewLink) (token string, l *Link, err error) {
	l = &Link{Scopes: known(n.Scopes), ConnectionID: n.Connection, ProviderType: some(n.ProviderType), ReturnURL: some(n.ReturnURL),
		SuccessURL: some(n.SuccessURL), MadeBy: n.MadeBy, MakerID: n.Maker, MailedTo: some(n.MailedTo), Extendable: n.Extendable}
	if len(l.Scopes) == 0 {
		return "", nil, ErrNoScope
	}
	if n.MailedTo != "" {
		until := tx.Now().Add(renewable)
		l.RenewableUntil = &until
	}
	token, err = issue(tx, l)
	return token, l, err
}

// issue gives the link its id and token, and keeps it.
func issue(tx *db.OrgTx, l *Link) (token string, err error) {
	if name := field.Clip(l.MadeBy, maxName); name != nil {
		l.MadeBy = *name
	}
	token = seal.Token(seal.TokenBytes)
	l.ID, l.TokenHash, l.ExpiresAt = id.New[id.PortalLink](), seal.Hash(token), tx.Now().Add(LinkLifetime)
	if err := links.Insert(tx, l); err != nil {
		return "", err
	}
	return token, audit.Record(tx, audit.PortalLinkCreated{Link: l.entry()})
}

// maxName bounds the name of who made a link.
const maxName = 200

func (l *Link) entry() audit.PortalLink {
	e := audit.PortalLink{ID: l.ID, Organization: l.OrganizationID, Scopes: words(l.Scopes), Connection: l.ConnectionID, MadeBy: l.MadeBy, MailedTo: l.MailedTo, Expires: l.ExpiresAt}
	return e
}

// OpenAt reports whether the link still opens the portal.
func (l *Link) OpenAt(now time.Time) bool { return l.UsedAt == nil && now.Before(l.ExpiresAt) }

// RenewableAt reports whether another can be mailed to where this one was.
func (l *Link) RenewableAt(now time.Time) bool {
	return l.MailedTo != nil && l.RenewableUntil != nil && now.Before(*l.RenewableUntil)
}

// LocateLink is the link of a token, used or not, or ErrNoLink. Looking uses
// nothing up: mail programs look at links.
func LocateLink(tx *db.AllTx, token string) (*Link, error) {
	l, err := links.First(tx, db.Eq("token_hash", seal.Hash(token)))
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrNoLink
	}
	return l, err
}

// Links are the organization's newest.
func Links(tx db.OwnedScope, org id.Organization, most int) ([]Link, error) {
	return links.List(tx, db.Query{Where: []db.Cond{db.Eq("organization_id", org)}, Order: []string{"-id"}, Limit: most})
}

// GetLink is a link of the transaction's organization.
func GetLink(tx db.OwnedScope, key id.PortalLink) (*Link, error) { return links.Get(tx, key) }

// Open uses a link up and starts the visit that it is for; the secret is for
// the cookie. Of two who open it at once one gets in.
func Open(tx *db.OrgTx, key id.PortalLink) (*Session, string, error) {
	n, err := links.Update(tx, key, db.Set{"used_at": tx.Now()}, db.Null("used_at"), db.Gt("expires_at", tx.Now()))
	if err != nil {
		return nil, "", err
	}
	if n == 0 {
		return nil, "", ErrLinkOver
	}
	l, err := links.Get(tx, key)
	if err != nil {
		return nil, "", err
	}
	s := &Session{LinkID: &l.ID, Name: l.visitor(), Scopes: l.Scopes, ConnectionID: l.ConnectionID, ProviderType: l.ProviderType,
		ReturnURL: l.ReturnURL, SuccessURL: l.SuccessURL, Extendable: l.Extendable}
	secret, err := start(tx, s)
	return s, secret, err
}

// visitor is what the log calls whoever opened the link: nobody has signed in,
// so it is the address that it was mailed to, or the link itself, told apart
// from its maker's others.
func (l *Link) visitor() string {
	if l.MailedTo != nil {
		return *l.MailedTo
	}
	key := string(l.ID)
	return "Portal link of " + l.MadeBy + " (" + key[len(key)-6:] + ")"
}

// Ask notes that somebody found a link used or run out and asks for another:
// once for each link. Where it was mailed and can be renewed, the token is of
// the link to mail to the same address; otherwise its maker is to be told.
func Ask(tx *db.OrgTx, key id.PortalLink) (l *Link, token string, err error) {
	if l, err = links.Get(tx, key); err != nil {
		return nil, "", err
	}
	if l.OpenAt(tx.Now()) {
		return nil, "", ErrStillOpen
	}
	n, err := links.Update(tx, key, db.Set{"asked_at": tx.Now()}, db.Null("asked_at"))
	if err != nil {
		return nil, "", err
	}
	if n == 0 {
		return nil, "", ErrAsked
	}
	if err := audit.Record(tx, audit.PortalLinkRequested{Link: l.entry()}); err != nil || !l.RenewableAt(tx.Now()) {
		return l, "", err
	}
	next := *l
	next.UsedAt, next.AskedAt = nil, nil
	token, err = issue(tx, &next)
	return &next, token, err
}

// What asking for another link can meet.
var (
	ErrStillOpen = problem.New(problem.Conflict, "portal_link_open", "This link still works. Open it.")
	ErrAsked     = problem.New(problem.Conflict, "portal_link_asked", "Another link was asked for already.")
)

// ErrNotShared says that whoever was let in to one connection lets nobody in:
// links of links would never end.
var ErrNotShared = problem.New(problem.Forbidden, "portal_not_shared", "A link to one connection can't be shared on. Ask whoever sent it.")

// Share makes a link to the set-up of one connection and nothing else, for a
// colleague of whoever is in the portal.
func Share(tx *db.OrgTx, s *Session, c id.Connection) (token string, l *Link, err error) {
	if s.ConnectionID != nil || !s.Has(SSO) {
		return "", nil, ErrNotShared
	}
	return Generate(tx, NewLink{Scopes: []Scope{SSO}, Connection: &c, MadeBy: s.Name, Maker: s.UserID, ReturnURL: deref(s.ReturnURL)})
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
