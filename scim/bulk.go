package scim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"gatehouse/internal/problem"
	"gatehouse/scim/schema"
)

const bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"

// bulk is POST /Bulk (RFC 7644 §3.7): each operation is a transaction and a
// record of its own, as if it had come alone.
func bulk(c *call) error {
	doc, err := c.document(bulkLimit)
	if err != nil {
		return err
	}
	b, err := c.readBulk(doc)
	if err != nil {
		return err
	}
	if len(b.ops) > 0 {
		c.asked = nil // each operation is recorded
	} else {
		c.asked.reason = "A Bulk without operations."
	}
	for i := 0; i < len(b.ops) && !b.stopped(); {
		if people := b.newPeople(i); len(people) > 1 {
			b.addPeople(i, people)
			i += len(people)
			continue
		}
		b.run(i)
		i++
	}
	return c.json(http.StatusOK, map[string]any{"schemas": []string{bulkResponseURN}, "Operations": b.results()})
}

// batch is a Bulk that is under way.
type batch struct {
	c            *call
	ops          []*operation
	by           map[string]int // bulkId → operation
	failOnErrors int            // 0: go on whatever fails
	failed       int
}

// operation is one of them.
type operation struct {
	method  string
	path    string
	bulkID  string
	version string
	data    any

	state  state
	id     string // of what it made
	result map[string]any
}

type state int

const (
	waiting state = iota
	running       // what it refers to is done first
	done
	broken
)

// readBulk reads a BulkRequest, or refuses all of it.
func (c *call) readBulk(doc map[string]any) (*batch, error) {
	b := &batch{c: c, by: map[string]int{}}
	list, ok := value(doc, "Operations").([]any)
	if !ok {
		return nil, schema.ErrSyntax.WithMessage("A Bulk has a list of Operations.")
	}
	if len(list) > schema.MaxBulkOperations {
		return nil, schema.ErrTooLarge.WithMessage("A Bulk has at most " + strconv.Itoa(schema.MaxBulkOperations) + " operations. Send it in parts.")
	}
	if limit := value(doc, "failOnErrors"); limit != nil {
		n, ok := limit.(json.Number)
		if b.failOnErrors, _ = strconv.Atoi(string(n)); !ok || b.failOnErrors < 1 {
			return nil, schema.ErrValue.WithMessage("failOnErrors is a whole number above 0.")
		}
	}
	for i, one := range list {
		fields, ok := one.(map[string]any)
		if !ok {
			return nil, schema.ErrSyntax.WithMessage(fmt.Sprintf("Operation %d of the Bulk is not an object.", i+1))
		}
		op := &operation{data: value(fields, "data")}
		for name, to := range map[string]*string{"method": &op.method, "path": &op.path, "bulkId": &op.bulkID, "version": &op.version} {
			if *to, ok = value(fields, name).(string); !ok && value(fields, name) != nil {
				return nil, schema.ErrSyntax.WithMessage(fmt.Sprintf("%s of operation %d of the Bulk is not a text.", name, i+1))
			}
		}
		if _, twice := b.by[op.bulkID]; twice && op.bulkID != "" {
			return nil, schema.ErrValue.WithMessage("Two operations of the Bulk have the bulkId " + schema.Quote(op.bulkID) + ".")
		}
		b.by[op.bulkID] = i
		op.method = strings.ToUpper(op.method)
		b.ops = append(b.ops, op)
	}
	return b, nil
}

// value is a member of an object, whatever the case of its name.
func value(object map[string]any, name string) any {
	if v, ok := object[name]; ok {
		return v
	}
	for key, v := range object {
		if strings.EqualFold(key, name) {
			return v
		}
	}
	return nil
}

// stopped reports whether as many have failed as the provider bears, or the
// request's time is over: then what is left is not begun.
func (b *batch) stopped() bool {
	return b.failOnErrors > 0 && b.failed >= b.failOnErrors || b.c.ctx().Err() != nil
}

// results are what became of those that were begun, in the order in which they
// were sent.
func (b *batch) results() []map[string]any {
	list := []map[string]any{}
	for _, op := range b.ops {
		if op.result != nil {
			list = append(list, op.result)
		}
	}
	return list
}

// run does one operation, after those that it refers to: a group may stand
// before its members.
func (b *batch) run(i int) {
	op := b.ops[i]
	if op.state != waiting {
		return
	}
	op.state = running
	a := b.c.ask(op.method, clean(op.path), "bulk.operation", "")
	result, err := b.perform(a, op)
	status := 0
	if err == nil {
		status = result.status
	}
	a.conclude(status, err)
	op.conclude(result, err)
	if err != nil {
		b.failed++
	}
}

func (b *batch) perform(a *asked, op *operation) (*answer, error) {
	if err := b.resolve(op); err != nil {
		return nil, err
	}
	if b.stopped() {
		return nil, problem.ErrUnavailable.WithMessage("The Bulk was stopped before this operation.")
	}
	if err := b.c.again(); err != nil { // the token may have been revoked between two operations
		return nil, err
	}
	a.path = clean(op.path)
	return b.c.perform(a, op)
}

// conclude is the operation's part of the BulkResponse (RFC 7644 §3.7.3).
func (op *operation) conclude(result *answer, err error) {
	op.result = map[string]any{"method": op.method}
	if op.bulkID != "" {
		op.result["bulkId"] = op.bulkID
	}
	if err != nil {
		p := problem.Of(err)
		op.state = broken
		op.result["status"], op.result["response"] = strconv.Itoa(p.Status()), p.SCIMBody()
		return
	}
	op.state = done
	op.result["status"] = strconv.Itoa(result.status)
	if result.location != "" {
		op.result["location"] = result.location
	}
	if result.version > 0 {
		op.result["version"] = etag(result.version)
	}
	_, op.id = lastSegment(result.location)
}

// perform does what an operation says, as its own request would.
func (c *call) perform(a *asked, op *operation) (*answer, error) {
	t, key, err := op.target()
	if err != nil {
		return nil, err
	}
	a.of, a.id = t.Name, key
	a.does = strings.ToLower(t.Name) + map[string]string{http.MethodPost: ".created", http.MethodPut: ".updated", http.MethodPatch: ".updated", http.MethodDelete: ".deleted"}[op.method]
	data, isObject := op.data.(map[string]any)
	if op.method != http.MethodDelete && !isObject {
		return nil, schema.ErrSyntax.WithMessage("The operation has no data, or it is not an object.")
	}
	if isObject {
		a.doc = data
	}
	w := conditions{match: op.version}
	people := t == schema.User
	switch op.method {
	case http.MethodPost:
		if people {
			return c.createUser(a, data)
		}
		return c.createGroup(a, data)
	case http.MethodPut:
		if people {
			return c.replaceUser(a, key, data, w)
		}
		return c.replaceGroup(a, key, data, w)
	case http.MethodPatch:
		if people {
			return c.patchUser(a, key, data, w)
		}
		return c.patchGroup(a, key, data, w)
	}
	if people {
		return c.deleteUser(a, key, w)
	}
	return c.deleteGroup(a, key, w)
}

// target is what an operation is about: /Users, /Groups, or one of them.
func (op *operation) target() (t *schema.Type, key string, err error) {
	rest := strings.TrimSuffix(strings.TrimPrefix(op.path, "/"), "/")
	plural, key, one := strings.Cut(rest, "/")
	for _, known := range []*schema.Type{schema.User, schema.Group} {
		if known.Plural == plural {
			t = known
		}
	}
	switch op.method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return nil, "", schema.ErrSyntax.WithMessage("The method of an operation is POST, PUT, PATCH or DELETE.")
	}
	switch {
	case t == nil || strings.Contains(key, "/"):
		return nil, "", errNothing.WithMessage("The path of an operation is /Users, /Groups, or one of them with an id.")
	case op.method == http.MethodPost && one:
		return nil, "", problem.ErrNotAllowed.WithMessage("A resource is made by POST on /" + plural + ", without an id.")
	case op.method == http.MethodPost && op.bulkID == "":
		return nil, "", schema.ErrValue.WithMessage("An operation with POST has a bulkId.")
	case op.method != http.MethodPost && !one:
		return nil, "", errNothing.WithMessage("The path of the operation names no resource.")
	}
	return t, key, nil
}

func lastSegment(path string) (before, last string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}

// clean is a path as it is recorded.
func clean(path string) string {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	path, query, ok := strings.Cut(path, "?")
	if ok {
		path += "?" + redactQuery(query)
	}
	return path
}
