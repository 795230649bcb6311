package api

import (
	"net/http"
	"strings"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
)

// change answers from a write transaction. Where a POST carries an
// Idempotency-Key, its answer commits with its effect, and a repeat gets it
// again without another.
func (c *call) change(fn func(reach) (answer, error)) error {
	repeat, err := c.repeatable()
	if err != nil {
		return err
	}
	var out apikeys.Answer
	err = c.writing(func(tx reach) (err error) {
		if before, err := repeat.before(tx); err != nil || before != nil {
			return keep(&out, before, err)
		}
		a, err := fn(tx)
		if err != nil {
			return err
		}
		if out, err = a.encode(); err != nil {
			return err
		}
		return repeat.after(tx.Tx, out)
	})
	if err != nil {
		// A twin that ran beside this one may have had the effect first, and
		// been the reason for the failure: then its answer is this one's too.
		before, failed := c.twin(repeat)
		if failed != nil || before == nil {
			return err
		}
		out = *before
	}
	return c.send(out)
}

func keep(out, before *apikeys.Answer, err error) error {
	if err == nil {
		*out = *before
	}
	return err
}

// repeatable is a request that may come again; nil where no key says so.
type repeatable struct {
	apikeys.Idempotency
	request apikeys.Request
}

func (c *call) repeatable() (*repeatable, error) {
	key := c.Request().Header.Get("Idempotency-Key")
	if c.Request().Method != http.MethodPost || strings.TrimSpace(key) == "" {
		return nil, nil
	}
	seal, err := c.h.DB.DeploymentKey(c.ctx())
	if err != nil {
		return nil, err
	}
	return &repeatable{
		Idempotency: apikeys.Idempotency{Key: seal},
		request:     apikeys.Request{APIKey: c.key.ID, Path: c.Request().URL.EscapedPath(), Key: key, Body: c.body},
	}, nil
}

func (r *repeatable) before(tx db.AnyScope) (*apikeys.Answer, error) {
	if r == nil {
		return nil, nil
	}
	return r.Begin(tx, r.request)
}

func (r *repeatable) after(tx *db.Tx, a apikeys.Answer) error {
	if r == nil {
		return nil
	}
	return r.Finish(tx, r.request, a)
}

func (c *call) twin(r *repeatable) (before *apikeys.Answer, err error) {
	if r == nil {
		return nil, nil
	}
	err = c.h.DB.Read(c.ctx(), func(tx *db.Tx) (err error) {
		before, err = r.before(tx)
		return err
	})
	return before, err
}

// answered is what comes before slow work outside of a transaction: visible
// refuses what the key does not see, and a repeat gets its answer. It reports
// whether the request is answered.
func (c *call) answered(visible func(reach) error) (bool, error) {
	if err := c.reading(visible); err != nil {
		return false, err
	}
	repeat, err := c.repeatable()
	if err != nil {
		return false, err
	}
	before, err := c.twin(repeat)
	if err != nil || before == nil {
		return false, err
	}
	return true, c.send(*before)
}
