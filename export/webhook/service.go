package webhook

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/netguard"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
)

// Service makes endpoints and sends to them.
type Service struct {
	DB    *db.DB
	Guard *netguard.Guard // decides which addresses may be sent to
	HTTP  *http.Client    // Guard's
	Tell  func(tx db.OwnedScope, n Notice) error
	Log   *slog.Logger

	once sync.Once
	wake chan struct{} // there are deliveries
}

// Notice is what those who manage an endpoint hear of it.
type Notice struct {
	Endpoint *Endpoint
	Disabled bool // it failed for days; else it begins to fail
	Waiting  int64
}

// Why an endpoint or a delivery is not as somebody wants it.
var (
	ErrDuplicate  = problem.New(problem.Conflict, "duplicate_endpoint", "There is an endpoint with that address already.")
	ErrDisabled   = problem.New(problem.Conflict, "endpoint_disabled", "That endpoint is disabled. Enable it first.")
	ErrTooMany    = problem.New(problem.Conflict, "too_many_endpoints", "There are 100 endpoints already. Delete one that is not needed.")
	ErrTooMuch    = problem.New(problem.Invalid, "too_many_events", "That is more than can be sent again at once. Choose a shorter range or fewer events.")
	ErrBacklog    = problem.New(problem.Conflict, "too_many_waiting", "Too many deliveries wait for that endpoint already. Send again once they are through.")
	errNoEndpoint = errors.New("webhook: no such endpoint any more")
)

// within runs fn where the rows of org (nil: the deployment's own) can be
// written: in its organization, from wherever the transaction looks.
func within(tx db.OwnedScope, org *id.Organization, fn func(db.OwnedScope) error) error {
	if all, ok := tx.(*db.AllTx); ok && org != nil {
		return all.In(*org, func(tx *db.OrgTx) error { return fn(tx) })
	}
	return fn(tx)
}

// record writes an entry where the endpoint belongs.
func record(tx db.OwnedScope, e audit.Entry) error {
	switch tx := tx.(type) {
	case *db.OrgTx:
		return audit.Record(tx, e)
	case *db.AllTx:
		return audit.RecordDeployment(tx.Tx, e)
	}
	return errNoEndpoint
}

// insert adds a row where the transaction stands.
func insert[T db.MaybeOwnedRow, K id.Kind](h db.MaybeTable[T, K], tx db.OwnedScope, row *T) error {
	if tx, ok := tx.(*db.OrgTx); ok {
		return h.Insert(tx, row)
	}
	return h.InsertDeployment(tx, row)
}

func sealer(tx db.OwnedScope) *db.Tx {
	switch tx := tx.(type) {
	case *db.OrgTx:
		return tx.Tx
	case *db.AllTx:
		return tx.Tx
	}
	return nil
}

func (s *Service) log() *slog.Logger {
	if s.Log == nil {
		return slog.Default()
	}
	return s.Log
}

// insertAll adds deliveries where the transaction stands, in one statement.
func insertAll(tx db.OwnedScope, rows []Delivery) error {
	switch tx := tx.(type) {
	case *db.OrgTx:
		return deliveries.InsertAll(tx, rows)
	case *db.AllTx:
		return deliveries.InsertAllDeployment(tx, rows)
	}
	return errNoEndpoint
}

// hiddenFrom are entries that an endpoint does not hear of: what happens in
// the operators' own organization, which is there for no application.
func hiddenFrom(tx db.AnyScope) (func(*audit.Event) bool, error) {
	system, made, err := tenants.SystemOrganization(tx)
	if err != nil {
		return nil, err
	}
	return func(e *audit.Event) bool {
		return made && e.OrganizationID != nil && *e.OrganizationID == system
	}, nil
}

// withoutQuery is an address as the log tells it.
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	return address
}

// woken says that there is something to send, before the next look.
func (s *Service) woken() chan struct{} {
	s.once.Do(func() { s.wake = make(chan struct{}, 1) })
	return s.wake
}

func (s *Service) signal() {
	select {
	case s.woken() <- struct{}{}:
	default:
	}
}
