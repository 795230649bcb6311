package archive

import (
	"encoding/json"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

var exports = db.MaybeTable[Export, id.AuditExport]{}

// What an export can be refused for.
var (
	ErrFormat  = problem.New(problem.Invalid, "invalid_format", "An export is csv or ndjson.")
	ErrRange   = problem.New(problem.Invalid, "invalid_range", "The range ends before it begins.")
	ErrTooMany = problem.New(problem.TooMany, "too_many_exports", "As many exports as can be are on their way. Wait for one to finish, or cancel one.")
)

// maxUnfinished bounds the exports that one organization has under way.
const maxUnfinished = 20

// Order asks for an export.
type Order struct {
	Format Format // CSV where empty
	Filter Filter
	Notify string // the address that is told when it is ready; empty: nobody
}

// Create asks for an export of the transaction's organization.
func Create(tx *db.OrgTx, o Order) (*Export, error) {
	row, err := o.row(tx, tx.Actor())
	if err != nil {
		return nil, err
	}
	if err := exports.Insert(tx, row); err != nil {
		return nil, err
	}
	return row, audit.Record(tx, audit.LogExportCreated{LogExport: row.facts()})
}

// CreateForAll asks for an export over every organization and the deployment.
func CreateForAll(tx *db.AllTx, o Order) (*Export, error) {
	row, err := o.row(tx, tx.Actor())
	if err != nil {
		return nil, err
	}
	if err := exports.InsertDeployment(tx, row); err != nil {
		return nil, err
	}
	return row, audit.RecordDeployment(tx.Tx, audit.LogExportCreated{LogExport: row.facts()})
}

func (o Order) row(tx db.OwnedScope, who actor.Actor) (*Export, error) {
	if o.Format == "" {
		o.Format = CSV
	}
	if o.Format != CSV && o.Format != NDJSON {
		return nil, ErrFormat
	}
	if f := o.Filter; !f.Since.IsZero() && !f.Before.IsZero() && !f.Since.Before(f.Before) {
		return nil, ErrRange
	}
	unfinished := []db.Cond{db.In("state", []State{Pending, Running})}
	if _, all := tx.(*db.AllTx); all { // organizations must not use up what the operators have
		unfinished = append(unfinished, db.Null("organization_id"))
	}
	n, err := exports.Count(tx, unfinished...)
	if err != nil {
		return nil, err
	}
	if n >= maxUnfinished {
		return nil, ErrTooMany
	}
	now := tx.Now()
	row := &Export{ID: id.New[id.AuditExport](), Format: o.Format, Filter: o.Filter, State: Pending, MadeBy: calls(who), CreatedAt: now, UpdatedAt: now}
	if o.Notify != "" {
		row.Notify = &o.Notify
	}
	return row, nil
}

// calls is what people call an actor.
func calls(who actor.Actor) string {
	if who.Name != "" {
		return who.Name
	}
	return string(who.Kind)
}

// facts is what the log says of an export.
func (e *Export) facts() audit.LogExport {
	filter, _ := json.Marshal(e.Filter) // strings and times always can be
	return audit.LogExport{ID: e.ID, OrganizationID: e.OrganizationID, Format: string(e.Format), Filter: filter, State: string(e.State), Entries: e.Entries, Checksum: e.Checksum}
}

// Get is an export that the transaction sees, or db.ErrNotFound.
func Get(tx db.OwnedScope, export id.AuditExport) (*Export, error) { return exports.Get(tx, export) }

// List is one page of the exports that the transaction sees.
func List(tx db.OwnedScope, page db.Page, conds ...db.Cond) ([]Export, db.Paging, error) {
	list := func(q db.Query) ([]Export, error) { return exports.List(tx, q) }
	return db.ListPage(list, page, "id", func(e Export) string { return string(e.ID) }, conds...)
}

// Cancel ends an export that is under way; a finished one stays as it is. In
// an *db.AllTx it enters the organization that the export belongs to.
func Cancel(tx db.OwnedScope, export id.AuditExport) error {
	e, err := exports.Get(tx, export)
	if err != nil || e.Finished() {
		return err
	}
	return within(tx, e, func(tx db.OwnedScope) error {
		n, err := exports.Update(tx, e.ID, db.Set{"state": Cancelled, "lease": nil, "leased_until": nil, "updated_at": tx.Now()}, db.In("state", []State{Pending, Running}))
		if err != nil || n == 0 {
			return err
		}
		e.State = Cancelled
		return audit.RecordFor(plain(tx), e.OrganizationID, audit.LogExportFinished{LogExport: e.facts()})
	})
}

// within runs fn where the export may be written: in its organization, or in
// the deployment.
func within(tx db.OwnedScope, e *Export, fn func(db.OwnedScope) error) error {
	if all, ok := tx.(*db.AllTx); ok && e.OrganizationID != nil {
		return all.In(*e.OrganizationID, func(tx *db.OrgTx) error { return fn(tx) })
	}
	return fn(tx)
}

func plain(tx db.OwnedScope) *db.Tx {
	if org, ok := tx.(*db.OrgTx); ok {
		return org.Tx
	}
	return tx.(*db.AllTx).Tx
}
