package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
)

// reach is how far a transaction sees.
type reach int

const (
	reachGlobal     reach = iota // rows that belong to no organization
	reachOrg                     // and those of one organization
	reachDeployment              // reads every organization's
	reachLocate                  // reads every organization's, to find whose a thing is
)

// scope is what a transaction may touch.
type scope struct {
	reach reach
	org   id.Organization
}

// Tx is a transaction that sees global rows: users, sessions, clients and
// whatever else belongs to no single organization.
type Tx struct {
	ctx   context.Context
	db    *DB
	conn  txConn
	gorm  *gorm.DB
	now   time.Time
	who   actor.Actor
	scope scope
	state *txState
	loose bool // made by Read: no transaction around it, so no scope to enter
}

// txState is what the views of one transaction share.
type txState struct {
	begin    string   // on Postgres, what begins the transaction; "" once it was sent
	set      scope    // what row security admits at the moment
	made     []string // owners whose data keys this transaction made
	later    []later  // statements that travel with the commit
	together bool     // with those of others (InOrgTogether)
}

// OrgTx is a transaction in one organization: it sees that organization's rows
// and global ones; another organization's do not exist for it.
type OrgTx struct{ *Tx }

// AllTx reads across organizations: the deployment's lists, sweeps and
// look-ups. It writes an organization's rows only through In.
type AllTx struct{ *Tx }

// AnyScope is any transaction. OwnedScope is one that may read organizations' rows.
type (
	AnyScope interface {
		base() *Tx
		Now() time.Time
	}
	OwnedScope interface {
		AnyScope
		ownedRows()
	}
)

func (tx *Tx) base() *Tx  { return tx }
func (*OrgTx) ownedRows() {}
func (*AllTx) ownedRows() {}

// Context is the request's.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Now is one instant for the whole transaction, UTC, to the microsecond.
func (tx *Tx) Now() time.Time { return tx.now }

// Actor is who is doing this.
func (tx *Tx) Actor() actor.Actor { return tx.who }

// As makes what follows in the transaction the act of who, from the same
// request: a sign-in is the person's own once the password has matched.
func (tx *Tx) As(who actor.Actor) { tx.who = who }

// Organization is whose rows tx sees.
func (tx *OrgTx) Organization() id.Organization { return tx.scope.org }

// In runs fn in the organization org, inside the same transaction.
func (tx *Tx) In(org id.Organization, fn func(*OrgTx) error) error {
	return tx.within(scope{reach: reachOrg, org: org}, func(inner *Tx) error { return fn(&OrgTx{inner}) })
}

// Locate runs fn with a view across organizations, to find whose something is.
// Only functions named Locate… and lists of a person's own memberships call it;
// internal/arch lists them.
func (tx *Tx) Locate(fn func(*AllTx) error) error {
	return tx.within(scope{reach: reachLocate}, func(inner *Tx) error { return fn(&AllTx{inner}) })
}

// AsDeployment runs fn as InDeployment does, inside the same transaction: what
// belongs to the deployment itself is changed by a person who signs in.
// internal/arch lists who calls it.
func (tx *Tx) AsDeployment(fn func(*AllTx) error) error {
	return tx.within(scope{reach: reachDeployment}, func(inner *Tx) error { return fn(&AllTx{inner}) })
}

func (tx *Tx) within(s scope, fn func(*Tx) error) error {
	if tx.scope == s {
		return fn(tx)
	}
	if tx.loose {
		return errLoose
	}
	inner := *tx
	inner.scope = s
	err := fn(&inner)
	tx.who = inner.who
	return err
}

// session is a fresh GORM session on the transaction's connection: a reused
// *gorm.DB carries state from its last call. What row security admits follows
// here, when it is needed: most steps of a transaction stay in one scope.
func (tx *Tx) session() *gorm.DB {
	g := tx.gorm.Session(&gorm.Session{NewDB: true, Context: tx.ctx, NowFunc: tx.Now})
	g.Statement.ConnPool = tx.conn
	err := tx.start()
	if err == nil && tx.scope.reach != reachGlobal {
		err = tx.db.enter(tx)
	}
	_ = g.AddError(err)
	return g
}
