package people

import (
	"encoding/json"
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/sso/saml"
)

// Session is one that a provider may want to end.
type Session struct {
	db.Owned
	ID               id.SSOSession
	ConnectionID     id.Connection
	IdentityID       id.Profile
	BrowserSessionID id.BrowserSession
	SubjectHash      []byte
	IndexHash        []byte
	Sealed           []byte // NameID as it came, SessionIndex; ID token
	ExpiresAt        time.Time
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

// TableName is the table that this package owns.
func (Session) TableName() string { return "sso_sessions" }

var sessionRows = db.OwnedTable[Session, id.SSOSession]{}

// named is by which names a provider knows a session.
type named struct {
	saml.Logout
	IDToken string `json:"id_token,omitempty"`
}

// Remember keeps what single logout needs of a sign-in by a connection, in
// which somebody came in by that identity: by which names its provider knows
// the session, as they came.
func Remember(tx *db.OrgTx, came id.Profile, b *sessions.Browser, p sso.Profile) error {
	i, err := identities.Get(tx, came)
	if errors.Is(err, db.ErrNotFound) {
		return nil // the connection is gone
	}
	if err != nil {
		return err
	}
	c := i.ConnectionID
	n := named{IDToken: p.IDToken}
	n.NameID, n.NameIDFormat, n.NameQualifier, n.SPNameQualifier = p.NameID, p.NameIDFormat, p.NameIDScope[0], p.NameIDScope[1]
	if n.NameID == "" {
		n.NameID = p.Subject
	}
	if p.SessionIndex != "" {
		n.SessionIndexes = []string{p.SessionIndex}
	}
	row := &Session{ID: id.New[id.SSOSession](), ConnectionID: c, IdentityID: i.ID, BrowserSessionID: b.ID, ExpiresAt: b.ExpiresAt}
	if row.SubjectHash, err = hashed(tx, c, n.NameID); err != nil {
		return err
	}
	if p.SessionIndex != "" {
		if row.IndexHash, err = hashed(tx, c, p.SessionIndex); err != nil {
			return err
		}
	}
	plain, err := json.Marshal(n)
	if err != nil {
		return err
	}
	if row.Sealed, err = tx.Seal(row.cell(), plain); err != nil {
		return err
	}
	return sessionRows.Insert(tx, row)
}

func (s *Session) cell() db.Cell {
	return db.Cell{Table: "sso_sessions", Column: "sealed", Row: string(s.ID)}
}

func (s *Session) named(tx *db.OrgTx) (n named, err error) {
	plain, err := tx.Open(s.cell(), s.Sealed)
	if err == nil {
		err = json.Unmarshal(plain, &n)
	}
	return n, err
}

// hashed is how a provider's name is found again. Names are few, so only this
// deployment can compute it.
func hashed(tx *db.OrgTx, c id.Connection, name string) ([]byte, error) {
	return tx.Derive("sso session", string(c), name)
}

// End ends the browser sessions that a provider names, with all below them,
// and says how many there were. Without an index those that hang on no
// browser end too. Names of another connection's people mean nobody here.
func End(tx *db.OrgTx, c id.Connection, l saml.Logout) (int, error) {
	rows, err := wanted(tx, c, l)
	if err != nil {
		return 0, err
	}
	people := map[id.Profile]bool{}
	for i := range rows {
		if err := rows[i].end(tx); err != nil {
			return 0, err
		}
		people[rows[i].IdentityID] = true
	}
	if len(l.SessionIndexes) > 0 {
		return len(rows), nil
	}
	return len(rows), endDevices(tx, c, l.NameID, people)
}

// wanted are the sessions that the names mean.
func wanted(tx *db.OrgTx, c id.Connection, l saml.Logout) ([]Session, error) {
	conds := []db.Cond{db.Eq("connection_id", c)}
	if l.NameID != "" {
		subject, err := hashed(tx, c, l.NameID)
		if err != nil {
			return nil, err
		}
		conds = append(conds, db.Eq("subject_hash", subject))
	}
	if len(l.SessionIndexes) > 0 {
		hashes := make([][]byte, len(l.SessionIndexes))
		for i, index := range l.SessionIndexes {
			var err error
			if hashes[i], err = hashed(tx, c, index); err != nil {
				return nil, err
			}
		}
		conds = append(conds, db.In("index_hash", hashes))
	}
	if len(conds) == 1 {
		return nil, nil // nobody is named
	}
	all, err := sessionRows.List(tx, db.Query{Where: conds})
	var out []Session
	for i := range all {
		n, err := all[i].named(tx)
		if err != nil {
			return nil, err
		}
		if n.same(l) {
			out = append(out, all[i])
		}
	}
	return out, err
}

// same reports whether a name that was given is the one that is kept: where
// both say more than the name itself, they say the same (SAML Core §3.7.3).
func (n named) same(l saml.Logout) bool {
	agree := func(a, b string) bool { return a == "" || b == "" || a == b }
	return agree(n.NameID, l.NameID) && agree(unspecified(n.NameIDFormat), unspecified(l.NameIDFormat)) &&
		agree(n.NameQualifier, l.NameQualifier) && agree(n.SPNameQualifier, l.SPNameQualifier)
}

// unspecified is no format (SAML Core §8.3.1).
func unspecified(format string) string {
	if format == saml.FormatUnspecified {
		return ""
	}
	return format
}

func (s *Session) end(tx *db.OrgTx) error {
	if err := sessions.EndBrowser(tx.Tx, s.BrowserSessionID, sessions.SingleLogout); err != nil {
		return err
	}
	_, err := sessionRows.Delete(tx, s.ID)
	return err
}

// endDevices ends what the subject's people signed in to by the connection
// without a browser that stays.
func endDevices(tx *db.OrgTx, c id.Connection, subject string, known map[id.Profile]bool) error {
	mine, err := identities.List(tx, db.Query{Where: []db.Cond{db.Eq("connection_id", c), db.Eq("subject", subject)}})
	if err != nil {
		return err
	}
	for p := range known {
		i, err := identities.Get(tx, p)
		if err != nil {
			return err
		}
		mine = append(mine, *i)
	}
	for _, i := range mine {
		if err := sessions.EndForConnection(tx.Tx, i.UserID, c, sessions.SingleLogout); err != nil {
			return err
		}
	}
	return nil
}

// Leaving is what a provider is told when a session that began by it ends.
type Leaving struct {
	Connection id.Connection
	saml.Logout
	IDToken string
}

// Leave is what the provider of a browser session is told, once; nil where the
// session did not begin by a connection.
func Leave(tx *db.OrgTx, b id.BrowserSession) (*Leaving, error) {
	row, err := sessionRows.First(tx, db.Eq("browser_session_id", b))
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return row.leave(tx)
}

func (s *Session) leave(tx *db.OrgTx) (*Leaving, error) {
	n, err := s.named(tx)
	if err != nil {
		return nil, err
	}
	gone, err := sessionRows.Delete(tx, s.ID)
	if err != nil || gone == 0 {
		return nil, err
	}
	return &Leaving{Connection: s.ConnectionID, Logout: n.Logout, IDToken: n.IDToken}, nil
}

// LeaveAll ends every session of a profile, and is what its provider is told
// of the latest; nil where it knows of none.
func LeaveAll(tx *db.OrgTx, i *Identity) (*Leaving, error) {
	rows, err := sessionRows.List(tx, db.Query{Where: []db.Cond{db.Eq("identity_id", i.ID)}, Order: []string{"-id"}})
	if err != nil {
		return nil, err
	}
	var told *Leaving
	for n := range rows {
		if n == 0 {
			if told, err = rows[n].leave(tx); err != nil {
				return nil, err
			}
		}
		if err := rows[n].end(tx); err != nil {
			return nil, err
		}
	}
	return told, sessions.EndForConnection(tx.Tx, i.UserID, i.ConnectionID, sessions.SignedOut)
}
