package webhook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// finish writes down what became of a batch, as far as its lease still holds:
// what somebody else took over meanwhile is theirs to tell.
func (w *sender) finish(ctx context.Context, b *batch, sent []outcome) error {
	err := w.in(ctx, b.endpoint.OrganizationID, func(tx db.OwnedScope) error {
		there, err := settle(tx, b, sent)
		if err != nil || !there {
			return err
		}
		if err := w.judge(tx, b.endpoint.ID, sent); err != nil {
			return err
		}
		return logAttempts(tx, b, sent)
	})
	if err != nil {
		return fmt.Errorf("writing down what endpoints answered: %w", err)
	}
	return nil
}

// settle sets the states of the deliveries; false where the endpoint is gone.
// The endpoint's row comes first: it keeps a deletion from coming between.
func settle(tx db.OwnedScope, b *batch, sent []outcome) (bool, error) {
	if n, err := endpoints.Update(tx, b.endpoint.ID, lastOf(sent), alive()...); err != nil || n == 0 {
		return false, err
	}
	delivered := map[int64][]id.Delivery{}
	for i := range sent {
		o, d := &sent[i], &b.deliveries[i]
		if o.delivered() {
			delivered[o.status] = append(delivered[o.status], d.ID)
			continue
		}
		set := db.Set{"last_error": o.failure, "lease": nil, "leased_until": nil, "updated_at": tx.Now(), "last_status": statusOf(o)}
		at, again := next(d, d.Attempts+1, tx.Now(), o.retryAfter)
		if again && !o.gone {
			set["next_at"] = at
		} else {
			set["state"], set["next_at"], set["finished_at"] = Failed, nil, tx.Now()
		}
		if !o.gone {
			set["attempts"] = db.Add("attempts", 1)
		}
		if _, err := deliveries.Update(tx, d.ID, set, db.Eq("lease", b.lease)); err != nil {
			return false, err
		}
	}
	for status, ids := range delivered {
		set := db.Set{"state": Delivered, "attempts": db.Add("attempts", 1), "last_status": status, "last_error": nil,
			"next_at": nil, "lease": nil, "leased_until": nil, "finished_at": tx.Now(), "updated_at": tx.Now()}
		if _, err := deliveries.UpdateWhere(tx, set, db.In("id", ids), db.Eq("lease", b.lease)); err != nil {
			return false, err
		}
	}
	return true, nil
}

func statusOf(o *outcome) *int64 {
	if o.status == 0 {
		return nil
	}
	return &o.status
}

// lastOf is what an endpoint's row says of its last answers.
func lastOf(sent []outcome) db.Set {
	set := db.Set{}
	for i := range sent {
		o := &sent[i]
		switch {
		case o.delivered():
			set["last_delivered_at"] = o.at
		case !o.gone:
			set["last_failed_at"] = o.at
		}
		set["last_status"] = statusOf(o)
	}
	return set
}

// judge lets the answers count for or against the endpoint, and says so where
// that changes something.
func (w *sender) judge(tx db.OwnedScope, endpoint id.Endpoint, sent []outcome) error {
	e, err := Get(tx, endpoint)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	before := *e
	var turns []turn
	for i := range sent {
		if !sent[i].gone {
			turns = append(turns, e.note(sent[i].delivered(), tx.Now()))
		}
	}
	if e.Failures == before.Failures && e.FailingSince == nil && before.FailingSince == nil {
		return nil
	}
	became := lastTurn(&before, e, turns)
	if became == givenUp {
		reason := "It failed for three days."
		e.Status, e.DisabledReason, e.OpenUntil = Disabled, &reason, nil
	}
	tell := became == givenUp || became == failing && (e.ToldAt == nil || tx.Now().Sub(*e.ToldAt) >= tellEvery)
	if tell {
		now := tx.Now()
		e.ToldAt = &now
	}
	_, err = endpoints.Update(tx, e.ID, db.Set{"failures": e.Failures, "failing_since": e.FailingSince, "open_until": e.OpenUntil,
		"status": e.Status, "disabled_reason": e.DisabledReason, "told_at": e.ToldAt})
	if err != nil {
		return err
	}
	return w.announce(tx, e, became, tell)
}

// lastTurn is what a batch made of an endpoint as a whole.
func lastTurn(before, after *Endpoint, turns []turn) turn {
	for _, t := range turns {
		if t == givenUp {
			return givenUp
		}
	}
	switch {
	case before.OpenUntil == nil && after.OpenUntil != nil:
		return failing
	case before.OpenUntil != nil && after.OpenUntil == nil:
		return recovered
	}
	return same
}

func (w *sender) announce(tx db.OwnedScope, e *Endpoint, became turn, tell bool) error {
	change := map[turn]string{failing: "failing", recovered: "recovered", givenUp: "disabled"}[became]
	if change == "" {
		return nil
	}
	if err := e.record(tx, change); err != nil || !tell || w.Tell == nil {
		return err
	}
	waiting, err := Waits(tx, e.ID)
	if err != nil {
		return err
	}
	return w.Tell(tx, Notice{Endpoint: e, Disabled: became == givenUp, Waiting: waiting})
}

// logAttempts writes down what was sent and answered.
func logAttempts(tx db.OwnedScope, b *batch, sent []outcome) error {
	var rows []Attempt
	for i := range sent {
		o, d := &sent[i], &b.deliveries[i]
		if o.gone {
			continue
		}
		a := Attempt{ID: id.New[id.DeliveryAttempt](), DeliveryID: d.ID, Number: d.Attempts + 1, Status: statusOf(o), Milliseconds: int64(o.took / time.Millisecond),
			RequestHeaders: orEmpty(o.request), AnswerHeaders: orEmpty(o.answer), AnswerBody: o.body, CreatedAt: o.at}
		a.OrganizationID = b.endpoint.OrganizationID
		if o.failure != "" {
			a.Error = &o.failure
		}
		rows = append(rows, a)
	}
	switch tx := tx.(type) {
	case *db.OrgTx:
		return attempts.InsertAllLater(tx, rows)
	case *db.AllTx:
		return attempts.InsertAllDeployment(tx, rows)
	}
	return errNoEndpoint
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
