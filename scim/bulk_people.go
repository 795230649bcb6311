package scim

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"

	"gatehouse/internal/db"
	"gatehouse/scim/provision"
	"gatehouse/scim/schema"
)

// A first sync by Bulk is a thousand operations that each add somebody. Those
// that have nothing to do with one another are done at once, as many as a
// directory may ask at a time anyhow: each is still a transaction of its own to
// whoever reads the answer, and Postgres commits them together
// (db.InOrgTogether). On SQLite, which has one writer, they follow one another.

// newPeople are operations from a place on that add people, each with what is
// looked up with the token; fewer than two are done as any other one is.
func (b *batch) newPeople(from int) []*ahead {
	if b.failOnErrors > 0 || b.c.h.DB.Dialect == db.SQLite {
		return nil
	}
	var people []*ahead
	known := map[string]bool{} // of two who have something in common the first one comes first
	for _, op := range b.ops[from:min(from+atOnce, len(b.ops))] {
		a := op.newPerson()
		if a == nil {
			break
		}
		name, address := "name "+schema.Fold(a.made.UserName()), "address "+a.key
		if known[name] || known[address] {
			break
		}
		known[name], known[address] = true, true
		people = append(people, a)
	}
	return people
}

// newPerson is somebody whom the operation adds, and who refers to nobody; nil
// where it does something else.
func (op *operation) newPerson() *ahead {
	data, ok := op.data.(map[string]any)
	if !ok || op.state != waiting || op.method != http.MethodPost || refers(data) {
		return nil
	}
	if t, _, err := op.target(); err != nil || t != schema.User {
		return nil
	}
	made, err := schema.User.New(data)
	if err != nil {
		return nil
	}
	a := &ahead{by: db.ByAddress, doc: data, made: made}
	if a.key, a.domain = provision.MailboxOf(made); a.key == "" {
		return nil
	}
	return a
}

// refers reports whether a text anywhere in v may name another operation.
func refers(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, reference)
	case map[string]any:
		for _, element := range v {
			if refers(element) {
				return true
			}
		}
	case []any:
		for _, element := range v {
			if refers(element) {
				return true
			}
		}
	}
	return false
}

// addPeople does the operations from a place on, all at once.
func (b *batch) addPeople(from int, people []*ahead) {
	ops := b.ops[from : from+len(people)]
	var all sync.WaitGroup
	for i, op := range ops {
		op.state = running
		c := *b.c
		c.ahead = people[i]
		all.Go(func() { c.addPerson(op) })
	}
	all.Wait()
	for _, op := range ops {
		if op.state == broken {
			b.failed++
		}
	}
}

func (c *call) addPerson(op *operation) {
	a := c.ask(op.method, clean(op.path), "bulk.operation", "")
	result, err := c.addCareful(a, op)
	status := 0
	if err == nil {
		status = result.status
	}
	a.conclude(status, err)
	op.conclude(result, err)
}

// addCareful is perform; what would panic in a request, which that survives,
// must not end the server here.
func (c *call) addCareful(a *asked, op *operation) (result *answer, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			c.h.Log.ErrorContext(c.ctx(), "an operation of a Bulk failed", "error", err, "request_id", c.who.RequestID)
		}
	}()
	if err := c.look(c.ahead); err != nil {
		return nil, err
	}
	return c.perform(a, op)
}
