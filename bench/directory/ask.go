package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// atOnce is how many ask at a time.
const atOnce = 8

// operation is one thing that providers ask; i counts what one worker asks, and
// who is a person whom no other worker touches.
type operation struct {
	name   string
	method string
	status []int
	path   func(f *filled, who, i int) string
	body   func(f *filled, who, i int) string
	want   *regexp.Regexp // what the answer holds: an answer that is wrong is fast too
}

const patchOp = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[%s]}`

var made atomic.Int64

var (
	ok       = []int{http.StatusOK, http.StatusNoContent}
	anything = regexp.MustCompile("")
	named    = regexp.MustCompile(`"userName"`)
	oneFound = regexp.MustCompile(`"totalResults":\s?1[,}]`)
	hundred  = regexp.MustCompile(`"itemsPerPage":\s?100[,}]`)
)

func person(f *filled, who, _ int) string { return "/Users/" + f.people[who] }

func activate(active bool) string {
	return fmt.Sprintf(patchOp, fmt.Sprintf(`{"op":"replace","path":"active","value":%t}`, active))
}

var operations = []operation{
	{"get", http.MethodGet, ok, person, nil, named},
	{"userName eq", http.MethodGet, ok, func(_ *filled, who, _ int) string {
		return "/Users?filter=" + url.QueryEscape(`userName eq "`+address(who)+`"`)
	}, nil, oneFound},
	{"last page", http.MethodGet, ok, func(f *filled, _, _ int) string {
		return fmt.Sprintf("/Users?startIndex=%d&count=100", len(f.people)-99)
	}, nil, hundred},
	{"PATCH active", http.MethodPatch, ok, person, func(f *filled, who, _ int) string {
		f.active[who] = !f.active[who]
		return activate(f.active[who])
	}, anything},
	{"add one member", http.MethodPatch, ok, func(f *filled, _, _ int) string { return "/Groups/" + string(f.group) }, func(f *filled, who, i int) string {
		op := `{"op":"remove","path":"members[value eq \"%s\"]"}` // who is in already is out the next time
		if outside := who >= min(len(f.people)/2, largest); outside == (i/perWorker(f, atOnce)%2 == 0) {
			op = `{"op":"add","path":"members","value":[{"value":"%s"}]}`
		}
		return fmt.Sprintf(patchOp, fmt.Sprintf(op, f.people[who]))
	}, anything},
	{"create", http.MethodPost, []int{http.StatusCreated}, func(*filled, int, int) string { return "/Users" }, func(*filled, int, int) string { return newPerson(made.Add(1), "example.com") }, named},
}

func newPerson(n int64, domain string) string {
	name := fmt.Sprintf("new%d@%s", n, domain)
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"externalId":"new-%d","active":true,"displayName":"New %d",`+
		`"name":{"givenName":"New","familyName":"User"},"emails":[{"value":%q,"type":"work","primary":true}]}`, name, n, n, name)
}

// perWorker is how many people each of those who ask has for themselves.
func perWorker(f *filled, atOnce int) int { return len(f.people) / atOnce }

// timing is what an operation cost.
type timing struct {
	p50, p99 time.Duration
	rate     float64
	count    int
	errors   int64
}

type client struct {
	base   string
	token  string
	atOnce int
	f      *filled
	http   *http.Client

	mu  sync.Mutex
	err error
}

func newClient(base, token string, atOnce int, f *filled) *client {
	return &client{base: base, token: token, atOnce: atOnce, f: f,
		http: &http.Client{Timeout: 60 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}}
}

// ask asks for a time, or for as many as limit still has.
func (c *client) ask(op operation, life time.Duration, limit *atomic.Int64) timing {
	took := make([][]time.Duration, c.atOnce)
	var wg sync.WaitGroup
	var failed atomic.Int64
	began := time.Now()
	each := perWorker(c.f, c.atOnce)
	for w := range c.atOnce {
		wg.Go(func() {
			for i := 0; time.Since(began) < life && (limit == nil || limit.Add(-1) >= 0); i++ {
				// A stride that is no divisor of many sizes: not the warm neighbours of one page.
				who := w*each + i*7919%each
				at := time.Now()
				if err := c.once(op, who, i); err != nil {
					failed.Add(1)
					c.fail(err)
					return
				}
				took[w] = append(took[w], time.Since(at))
			}
		})
	}
	wg.Wait()
	life = time.Since(began)
	all := slices.Concat(took...)
	slices.Sort(all)
	if len(all) == 0 {
		return timing{errors: failed.Load()}
	}
	return timing{p50: all[len(all)/2], p99: all[len(all)*99/100], rate: float64(len(all)) / life.Seconds(), count: len(all), errors: failed.Load()}
}

func (c *client) once(op operation, who, i int) error {
	var body io.Reader
	if op.body != nil {
		body = strings.NewReader(op.body(c.f, who, i))
	}
	return c.send(op.method, op.path(c.f, who, i), body, op.status, op.want)
}

func (c *client) send(method, path string, body io.Reader, status []int, want *regexp.Regexp) error {
	r, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/scim+json")
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if !slices.Contains(status, answer.StatusCode) || !want.Match(text) {
		return fmt.Errorf("%s %s: %d %.300s", method, path, answer.StatusCode, text)
	}
	return nil
}

func (c *client) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
}

func (c *client) firstError() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// inBulk is how many a bulk request of the load has: what the server takes.
const inBulk = 1000

// bulkLoad creates people as a first sync does, one by one, and by Bulk.
func (c *client) bulkLoad(dialect string, n int) {
	var left atomic.Int64
	left.Store(int64(n))
	t := c.ask(operations[len(operations)-1], time.Hour, &left)
	fmt.Printf("directory %s load of %d, one by one, %d at a time: %.0f/s, %d errors\n", dialect, n, atOnce, t.rate, t.errors)
	began := time.Now()
	for range n / inBulk {
		ops := make([]string, inBulk)
		for i := range ops {
			ops[i] = fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"b%d","data":%s}`, i, newPerson(made.Add(1), "example.com"))
		}
		body := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` + strings.Join(ops, ",") + `]}`
		if err := c.send(http.MethodPost, "/Bulk", strings.NewReader(body), ok, regexp.MustCompile(`"201"`)); err != nil {
			c.fail(err)
			return
		}
	}
	fmt.Printf("directory %s load of %d by Bulk of %d, one at a time: %.0f/s\n", dialect, n, inBulk, float64(n)/time.Since(began).Seconds())
}
