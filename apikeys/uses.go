package apikeys

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Uses notes when keys were last used. Each server gathers what it saw and
// writes it every few seconds in one transaction: a request that waited for a
// transaction of its own to note that would cost twice as much. A server that is
// killed forgets those seconds.
type Uses struct {
	DB *db.DB

	mu    sync.Mutex
	keys  map[used]bool
	since time.Time // the first use among them
}

// used is a key. The deployment's has no organization.
type used struct {
	organization id.Organization
	kind         string
	key          id.APIKey
}

// Whose tables they are in.
const (
	ofAPI    = "api"
	ofMember = "member"
)

const (
	// touchEvery is how stale last_used_at may be.
	touchEvery = time.Minute
	saveEvery  = 5 * time.Second
	// lastSave is how long the end of a process waits for the database.
	lastSave = 5 * time.Second
	// saveKeys are written by one statement.
	saveKeys = 1000
)

// Note notes the use of a key as it was read just now.
func (u *Uses) Note(k *Key) {
	var org id.Organization
	if k.OrganizationID != nil {
		org = *k.OrganizationID
	}
	u.note(used{org, ofAPI, k.ID}, k.LastUsedAt)
}

// NoteMember is Note for a member's key.
func (u *Uses) NoteMember(k *MemberKey) { u.note(used{k.OrganizationID, ofMember, k.ID}, k.LastUsedAt) }

func (u *Uses) note(k used, last *time.Time) {
	now := u.DB.Clock()
	if last != nil && now.Sub(*last) < touchEvery {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.keys == nil {
		u.keys, u.since = map[used]bool{}, now
	}
	u.keys[k] = true
}

// Run writes what was noted until ctx ends, and then the rest.
func (u *Uses) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastSave)
			defer cancel()
			return u.Save(last)
		case <-time.After(saveEvery):
			if err := u.Save(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// Save writes what was noted. What could not be written is kept for the next
// time.
func (u *Uses) Save(ctx context.Context) error {
	u.mu.Lock()
	keys, since := u.keys, u.since
	u.keys = nil
	u.mu.Unlock()
	if len(keys) == 0 {
		return nil
	}
	err := u.DB.InDeployment(ctx, actor.System("api keys"), func(tx *db.AllTx) error { return touchAll(tx, keys, since) })
	if err != nil {
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.keys == nil {
			u.keys = map[used]bool{}
		}
		maps.Copy(u.keys, keys)
		u.since = since
		return fmt.Errorf("noting the use of API keys: %w", err)
	}
	return nil
}

// touchAll goes by organization and key in one order in every process: two that
// change the same rows in different orders would wait for each other.
func touchAll(tx *db.AllTx, keys map[used]bool, at time.Time) error {
	list := slices.SortedFunc(maps.Keys(keys), func(a, b used) int {
		return cmp.Or(cmp.Compare(a.organization, b.organization), cmp.Compare(a.kind, b.kind), cmp.Compare(a.key, b.key))
	})
	for len(list) > 0 {
		n := 1
		for n < min(len(list), saveKeys) && list[n].organization == list[0].organization && list[n].kind == list[0].kind {
			n++
		}
		if err := touch(tx, list[:n], at); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// touch is for keys of one organization and kind.
func touch(tx *db.AllTx, list []used, at time.Time) error {
	ids := make([]id.APIKey, len(list))
	for i := range list {
		ids[i] = list[i].key
	}
	set := db.Set{"last_used_at": at}.Quiet()
	where := []db.Cond{db.In("id", ids), db.Or(db.Null("last_used_at"), db.Lt("last_used_at", at))}
	if list[0].organization == "" {
		_, err := keys.UpdateWhere(tx, set, where...)
		return err
	}
	return tx.In(list[0].organization, func(tx *db.OrgTx) (err error) {
		if list[0].kind == ofMember {
			_, err = memberKeys.UpdateWhere(tx, set, where...)
		} else {
			_, err = keys.UpdateWhere(tx, set, where...)
		}
		return err
	})
}
