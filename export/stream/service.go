package stream

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"gatehouse/audit"
	"gatehouse/export/sink"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// Service knows the kinds of destinations and how they are reached.
type Service struct {
	Kinds  []sink.Kind // what people choose from
	Others []sink.Kind // what has endpoints of its own, such as Shared Signals
	Dial   sink.Dial
}

// kind is one of all that can be sent to.
func (v *Service) kind(name string) (sink.Kind, bool) {
	if k, known := sink.Find(v.Kinds, name); known {
		return k, true
	}
	return sink.Find(v.Others, name)
}

// What setting up a stream can be refused for.
var (
	ErrKind      = problem.New(problem.Invalid, "invalid_type", "There is no such kind of destination.")
	ErrElsewhere = problem.New(problem.Conflict, "managed_by_receiver", "That stream is set up by its receiver, at the endpoints of Shared Signals.")
	ErrMany      = problem.New(problem.Conflict, "too_many_log_streams", "There are as many log streams as there can be. Delete one first.")
)

// maxStreams bounds the streams of one organization, and the deployment's own.
const maxStreams = 20

// New is a stream that is to be.
type New struct {
	Name          string
	Type          string
	Configuration map[string]string // secrets among them
	Filter        Filter
	Paused        bool
	From          *Point // nil: what happens from now on
	Other         bool   // of a kind among the service's Others
}

// Create makes a stream of the transaction's organization or, in an *db.AllTx,
// of the deployment, which carries the entries of every organization.
func (v *Service) Create(tx db.OwnedScope, n New) (*Stream, error) {
	choices := v.Kinds
	if n.Other {
		choices = v.Others
	}
	kind, known := sink.Find(choices, n.Type)
	if !known {
		return nil, ErrKind
	}
	name, err := field.Required("name", n.Name, field.MaxName)
	if err != nil {
		return nil, err
	}
	s := &Stream{ID: id.New[id.Stream](), Name: name, Type: kind.Name, State: Active}
	if n.Paused {
		s.State = Paused
	}
	if s.Filter, err = n.Filter.checked(); err != nil {
		return nil, err
	}
	values, err := kind.Complete(n.Configuration, true)
	if err != nil {
		return nil, err
	}
	if err := v.try(tx, s, kind, values); err != nil {
		return nil, err
	}
	if err := s.put(tx, kind, values); err != nil {
		return nil, err
	}
	if s.StartPosition, err = n.From.before(tx); err != nil {
		return nil, err
	}
	s.Position = s.StartPosition
	if err := insert(tx, s); err != nil {
		return nil, err
	}
	return s, record(tx, audit.LogStream{LogStreamEvent: s.event(), Change: "created"})
}

// try opens a sink and closes it: what can never work is said at once.
func (v *Service) try(tx db.OwnedScope, s *Stream, kind sink.Kind, values map[string]string) error {
	settings := sink.Settings{Values: values, Stream: string(s.ID), Organization: organization(tx)}
	opened, err := kind.Open(settings, v.Dial)
	if err != nil {
		if problem.As(err) == nil {
			err = sink.ErrSettings.WithMessage(sink.FailureOf(err).Message)
		}
		return err
	}
	return opened.Close()
}

// put takes values into the row, secrets sealed.
func (s *Stream) put(tx db.OwnedScope, kind sink.Kind, values map[string]string) (err error) {
	open, secret := map[string]string{}, map[string]string{}
	for name, value := range values {
		if kind.Secret(name) {
			secret[name] = value
		} else {
			open[name] = value
		}
	}
	if s.Configuration, err = json.Marshal(open); err != nil {
		return err
	}
	s.SealedCredentials = nil
	if len(secret) == 0 {
		return nil
	}
	plain, err := json.Marshal(secret)
	if err != nil {
		return err
	}
	s.SealedCredentials, err = base(tx).Seal(s.cell(), plain)
	return err
}

// values are the stream's settings and its secrets. tx is in its organization.
func (s *Stream) values(tx db.OwnedScope) (map[string]string, error) {
	values := s.Settings()
	if len(s.SealedCredentials) == 0 {
		return values, nil
	}
	plain, err := base(tx).Open(s.cell(), s.SealedCredentials)
	if err != nil {
		return nil, err
	}
	secret := map[string]string{}
	err = json.Unmarshal(plain, &secret)
	maps.Copy(values, secret)
	return values, err
}

// Edit is what changes of a stream; what is nil stays.
type Edit struct {
	Name          *string
	Configuration map[string]*string // values that are not named stay; nil clears one
	Filter        *Filter
	Other         bool // by the endpoints of its own kind
}

// Change changes a stream. Where an address changes, secrets that are not sent
// with it are gone: whoever may change the address must not be sent the token
// that somebody else put in. It is then in error until they are given.
func (v *Service) Change(tx db.OwnedScope, key id.Stream, e Edit) (*Stream, error) {
	s, err := streams.Get(tx, key)
	if err != nil {
		return nil, err
	}
	if _, other := sink.Find(v.Others, s.Type); other && !e.Other {
		return nil, ErrElsewhere
	}
	set, said := db.Set{}, audit.LogStream{Change: "updated"}
	if e.Name != nil {
		if s.Name, err = field.Required("name", *e.Name, field.MaxName); err != nil {
			return nil, err
		}
		set["name"], said.Changed = s.Name, append(said.Changed, "name")
	}
	if e.Filter != nil {
		if s.Filter, err = e.Filter.checked(); err != nil {
			return nil, err
		}
		set["filter"], said.Changed = db.JSON(s.Filter), append(said.Changed, "filter")
		s.recount(set)
	}
	if len(e.Configuration) > 0 {
		if said.CredentialsCleared, err = v.configure(tx, s, e.Configuration); err != nil {
			return nil, err
		}
		said.Changed = append(said.Changed, "configuration")
		set["configuration"], set["sealed_credentials"] = string(s.Configuration), s.SealedCredentials
		set["next_at"] = nil // what is new is tried at once
	}
	if len(set) == 0 {
		return s, nil
	}
	if n, err := streams.Update(tx, key, set); err != nil || n != 1 {
		return nil, gone(err)
	}
	said.LogStreamEvent = s.event()
	if err := record(tx, said); err != nil {
		return nil, err
	}
	return streams.Get(tx, key)
}

// configure takes new values into s, and reports whether secrets were cleared.
func (v *Service) configure(tx db.OwnedScope, s *Stream, changes map[string]*string) (cleared bool, err error) {
	kind, known := v.kind(s.Type)
	if !known {
		return false, ErrKind
	}
	before, err := s.values(tx)
	if err != nil {
		return false, err
	}
	after := maps.Clone(before)
	for name, value := range changes {
		delete(after, name)
		if value != nil {
			after[name] = *value
		}
	}
	if moved(kind, before, after) {
		for name := range before {
			if _, sent := changes[name]; kind.Secret(name) && !sent {
				delete(after, name)
				cleared = true
			}
		}
	}
	if after, err = kind.Complete(after, !cleared); err != nil {
		return false, err
	}
	if err := v.try(tx, s, kind, after); err != nil {
		return false, err
	}
	return cleared, s.put(tx, kind, after)
}

// moved reports whether the data goes elsewhere.
func moved(kind sink.Kind, before, after map[string]string) bool {
	return slices.ContainsFunc(kind.Fields, func(f sink.Field) bool {
		value := func(values map[string]string) string {
			if text := strings.TrimSpace(values[f.Name]); text != "" {
				return text
			}
			return f.Default
		}
		return f.Address && value(before) != value(after)
	})
}

// Delete ends a stream. What it has not delivered it never will.
func Delete(tx db.OwnedScope, key id.Stream) error {
	s, err := streams.Get(tx, key)
	if err != nil {
		return err
	}
	if n, err := streams.Delete(tx, key); err != nil || n != 1 {
		return gone(err)
	}
	return record(tx, audit.LogStream{LogStreamEvent: s.event(), Change: "deleted"})
}
