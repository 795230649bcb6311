package ingest

import (
	"strconv"
	"time"
	"unicode/utf8"

	"gatehouse/internal/problem"
)

// Request is what POST /audit_logs/events was sent.
type Request struct {
	Organization string
	Events       []Event
	Many         bool // it was sent as "events"
}

// MaxEvents is how many one request may hold.
const MaxEvents = 1000

// What the request as a whole can be refused for.
var (
	ErrTooMany = problem.New(problem.Invalid, "too_many_events", "A request holds at most 1,000 events.")
	ErrNone    = problem.New(problem.Invalid, "event_required", "Give an event, or events: an array of at least one.")
	ErrBoth    = problem.New(problem.Invalid, "invalid_event", "Give event or events, not both.")
)

// decoder reads a request. A value of the wrong type is a fault and skipped; a
// body that is no JSON ends it.
type decoder struct {
	scanner
	faults
}

// Decode reads a request and looks at all that can be told without a
// database. Members that nobody knows are ignored: newer clients send some.
func Decode(body []byte) (*Request, error) {
	d := &decoder{scanner: scanner{body: body}}
	r := &Request{}
	one := false
	err := d.object(func(name string) error {
		switch name {
		case "organization_id":
			return d.text(&r.Organization, "/organization_id", maxID)
		case "event":
			one = true
			return d.single(r)
		case "events":
			r.Many = true
			return d.several(r)
		}
		return d.skip()
	})
	if err == errOtherType {
		err = errSyntax
	}
	if err == nil {
		err = d.end()
	}
	switch {
	case err != nil:
		return nil, err
	case one && r.Many:
		return nil, ErrBoth
	case d.err() != nil:
		return nil, d.err()
	case len(r.Events) == 0:
		return nil, ErrNone
	}
	return r, nil
}

func (d *decoder) single(r *Request) error {
	if d.null() {
		return nil
	}
	r.Events = append(r.Events, Event{})
	return d.event(&r.Events[len(r.Events)-1])
}

func (d *decoder) several(r *Request) error {
	d.many = true
	err := d.array(func(i int) error {
		if i == MaxEvents {
			return ErrTooMany
		}
		d.index = i
		r.Events = append(r.Events, Event{})
		return d.event(&r.Events[i])
	})
	return d.want(err, "", "events is an array.")
}

// want turns a value of the wrong type into a fault, and skips it.
func (d *decoder) want(err error, path, sentence string) error {
	if err != errOtherType {
		return err
	}
	d.add(path, "invalid_type", sentence)
	return d.skip()
}

func (d *decoder) event(e *Event) error {
	begin := d.at
	err := d.object(func(name string) error {
		switch name {
		case "action":
			return d.text(&e.Action, "/action", maxAction)
		case "occurred_at":
			return d.time(&e.OccurredAt, "/occurred_at")
		case "version":
			return d.version(&e.Version)
		case "actor":
			return d.party(&e.Actor, "/actor")
		case "targets":
			return d.targets(&e.Targets)
		case "context":
			return d.context(e)
		case "metadata":
			return d.metadata(&e.Metadata, "/metadata")
		}
		return d.skip()
	})
	if err := d.want(err, "", "An event is an object."); err != nil {
		return err
	}
	if d.at-begin > maxEvent {
		d.add("", "event_too_large", "An event has at most 256 KB.")
	}
	d.check(e)
	return nil
}

func (d *decoder) context(e *Event) error {
	if d.null() {
		return nil
	}
	err := d.object(func(name string) error {
		switch name {
		case "location":
			return d.text(&e.Location, "/context/location", maxLocation)
		case "user_agent":
			return d.text(&e.UserAgent, "/context/user_agent", maxUserAgent)
		}
		return d.skip()
	})
	return d.want(err, "/context", "context is an object.")
}

func (d *decoder) targets(into *[]Party) error {
	if d.null() {
		return nil
	}
	err := d.array(func(i int) error {
		if i == maxTargets {
			d.add("/targets", "too_many_targets", "An event has at most 100 targets.")
		}
		if i >= maxTargets {
			return d.skip()
		}
		*into = append(*into, Party{})
		return d.party(&(*into)[i], item("/targets", i))
	})
	return d.want(err, "/targets", "targets is an array.")
}

func (d *decoder) party(p *Party, path string) error {
	err := d.object(func(name string) error {
		switch name {
		case "id":
			return d.text(&p.ID, path+"/id", maxID)
		case "type":
			return d.text(&p.Type, path+"/type", maxType)
		case "name":
			return d.text(&p.Name, path+"/name", maxName)
		case "metadata":
			return d.metadata(&p.Metadata, path+"/metadata")
		}
		return d.skip()
	})
	return d.want(err, path, "It is an object with id and type.")
}

func (d *decoder) text(into *string, path string, most int) error {
	if d.null() {
		return nil
	}
	text, err := d.string()
	if err != nil {
		return d.want(err, path, "It is a string.")
	}
	if len(text) > most && utf8.RuneCountInString(text) > most {
		d.add(path, "too_long", "It has at most "+strconv.Itoa(most)+" characters.")
	}
	*into = text
	return nil
}

func (d *decoder) time(into *time.Time, path string) error {
	text, err := d.string()
	if err != nil {
		return d.want(err, path, "It is a time such as 2026-01-15T12:00:00.000Z.")
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 1970 || at.Year() > 9998 {
		d.add(path, "invalid_time", "It is a time such as 2026-01-15T12:00:00.000Z.")
		return nil
	}
	*into = at.UTC().Truncate(time.Microsecond)
	return nil
}

func (d *decoder) version(into *int64) error {
	if d.null() {
		return nil
	}
	n, err := d.integer()
	if err != nil {
		return d.want(err, "/version", "It is a whole number.")
	}
	if n < 1 {
		d.add("/version", "invalid_version", "Versions are counted from 1.")
	}
	*into = n
	return nil
}
