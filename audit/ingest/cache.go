package ingest

import (
	"context"
	"sync"

	"gatehouse/audit"
	"gatehouse/internal/db"
)

// known remembers schemas. A version never changes, so it is remembered for
// good; which one is the newest is a guess that the statement that writes
// looks at again (db.AuditWrite): a server that has not heard of a new schema
// finds out by that, and holds the entries against it.
type known struct {
	mu      sync.RWMutex
	actions map[string]*described
}

// described is what is remembered of an action.
type described struct {
	newest   int64 // 0: it has no schema
	versions map[int64]*Schema
}

// maxKnown bounds what is remembered.
const maxKnown = 10_000

func (k *known) get(action string) *described {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.actions[action]
}

// learn reads an action's schemas.
func (k *known) learn(ctx context.Context, d *db.DB, action string) (*described, error) {
	out := &described{versions: map[int64]*Schema{}}
	err := d.Read(ctx, func(tx *db.Tx) error {
		rows, err := schemas.List(tx, db.Query{Where: []db.Cond{db.Eq("action", action)}})
		if err != nil {
			return err
		}
		return out.fill(rows)
	})
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.actions == nil || len(k.actions) >= maxKnown {
		k.actions = map[string]*described{}
	}
	k.actions[action] = out
	return out, nil
}

func (a *described) fill(rows []audit.Schema) error {
	for _, row := range rows {
		s, err := parseSchema(row.Schema)
		if err != nil {
			return err
		}
		a.versions[row.Version] = s
		a.newest = max(a.newest, row.Version)
	}
	return nil
}

// forget makes the next one read again.
func (k *known) forget(actions []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, action := range actions {
		delete(k.actions, action)
	}
}
