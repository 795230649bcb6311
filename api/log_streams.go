package api

import (
	"net/http"

	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

const streamTag = "Log streams"

func (h *Handler) logStreamRoutes() []route {
	one := wire.LogStream{}
	return []route{
		{Method: http.MethodGet, Path: "/log_streams/types", Tag: streamTag, Summary: "List the kinds of destinations, each with the members of its configuration.",
			Status: 200, Answer: wire.List[logStreamType]{}, Foreign: hidden(), run: listLogStreamTypes},
		{Method: http.MethodPost, Path: "/log_streams", Tag: streamTag, Summary: "Send the audit log to a destination: every entry at least once, in order. With organization_id, or by an organization's key, that organization's entries alone. Secrets of the configuration are sealed and never shown.",
			Body: logStreamBody{}, Needs: []string{"type", "name"}, Status: 201, Answer: one,
			Foreign: absentBody(`{"organization_id":"{organization}","type":"http","name":"SIEM","configuration":{"url":"https://siem.example.com/in"}}`), run: createLogStream},
		{Method: http.MethodGet, Path: "/log_streams", Tag: streamTag, Summary: "List log streams.", Paged: true, Status: 200, Answer: one,
			Query:   []param{{Name: "organization_id", About: "Of that organization."}, {Name: "state", About: "active, paused or error."}},
			Foreign: absentQuery("organization_id={organization}"), run: listLogStreams},
		{Method: http.MethodGet, Path: "/log_streams/:id", Tag: streamTag, Summary: "Get a log stream.", Status: 200, Answer: one, Foreign: absent(theirStream), run: getLogStream},
		{Method: http.MethodPatch, Path: "/log_streams/:id", Tag: streamTag, Summary: "Change a log stream: members that are not sent stay, also those of the configuration. Where its address changes, secrets that are not sent with it are cleared.",
			Body: logStreamChangeBody{}, Status: 200, Answer: one, Foreign: absent(theirStream), run: updateLogStream},
		{Method: http.MethodDelete, Path: "/log_streams/:id", Tag: streamTag, Summary: "Delete a log stream. What it has not delivered it never will.",
			Status: 204, Foreign: absent(theirStream), run: deleteLogStream},
		{Method: http.MethodGet, Path: "/log_streams/:id/status", Tag: streamTag, Summary: "Say how far a log stream is, and whether anything is missing. Numbers are the organization's sequence; of a stream of every organization, positions.",
			Status: 200, Answer: wire.LogStreamStatus{}, Foreign: absent(theirStream), run: logStreamStatus},
		{Method: http.MethodPost, Path: "/log_streams/:id/replay", Tag: streamTag, Summary: "Send the entries from a number or a time on again.",
			Body: logStreamReplayBody{}, Status: 200, Answer: wire.LogStreamStatus{}, Foreign: foreign{fill: theirStream, body: `{"from_sequence":1}`, want: http.StatusNotFound}, run: replayLogStream},
		{Method: http.MethodPost, Path: "/log_streams/:id/test", Tag: streamTag, Summary: "Send a test entry to a log stream's destination, and say what it answered. It has the object log_stream_test, is no entry of the log, counts nowhere and moves nothing. At most ten a minute.",
			Status: 200, Answer: wire.LogStreamTest{}, Foreign: absent(theirStream), run: testLogStream},
	}
}

// logStreamType is a kind of destination on the wire.
type logStreamType struct {
	Object        string                      `json:"object"`
	Type          string                      `json:"type"`
	Name          string                      `json:"name"`
	Configuration wire.Array[logStreamMember] `json:"configuration"`
}

type logStreamMember struct {
	Name     string             `json:"name"`
	Label    string             `json:"label"`
	About    string             `json:"about"`
	Secret   bool               `json:"secret"`
	Required bool               `json:"required"`
	Options  wire.Array[string] `json:"options"`
	Default  string             `json:"default"`
}

func listLogStreamTypes(c *call) error {
	return c.say(list(each(c.h.Streams.Kinds, func(k sink.Kind) logStreamType {
		return logStreamType{Object: "log_stream_type", Type: k.Name, Name: k.Title, Configuration: each(k.Fields, func(f sink.Field) logStreamMember {
			return logStreamMember{Name: f.Name, Label: f.Label, About: f.Help, Secret: f.Secret, Required: f.Required, Options: f.Options, Default: f.Default}
		})}
	}), db.Paging{}))
}

// logStreamBody is what POST reads.
type logStreamBody struct {
	OrganizationID string               `json:"organization_id"`
	Type           string               `json:"type"`
	Name           string               `json:"name"`
	Configuration  map[string]string    `json:"configuration"`
	Filter         wire.LogStreamFilter `json:"filter"`
	State          string               `json:"state"`
	FromSequence   int64                `json:"from_sequence"`
	FromTime       string               `json:"from_time" api:"date-time"`
}

// logStreamChangeBody is what PATCH reads.
type logStreamChangeBody struct {
	Name          Maybe[string]               `json:"name"`
	Configuration map[string]*string          `json:"configuration"`
	Filter        Maybe[wire.LogStreamFilter] `json:"filter"`
	State         Maybe[string]               `json:"state"`
}

// logStreamReplayBody is what a replay reads: one of its members.
type logStreamReplayBody struct {
	FromSequence int64  `json:"from_sequence"`
	FromPosition int64  `json:"from_position"`
	FromTime     string `json:"from_time" api:"date-time"`
}

func (b logStreamReplayBody) point() (stream.Point, error) {
	p := stream.Point{Sequence: b.FromSequence, Position: b.FromPosition}
	if b.FromTime != "" {
		at, err := parseTime("from_time", b.FromTime)
		if err != nil {
			return p, err
		}
		p.Time = at
	}
	if p == (stream.Point{}) || b.FromSequence < 0 || b.FromPosition < 0 {
		return p, stream.ErrPoint
	}
	return p, nil
}

func (b logStreamBody) stream() (stream.New, error) {
	n := stream.New{Name: b.Name, Type: b.Type, Configuration: b.Configuration, Filter: stream.Filter{Types: b.Filter.Actions}, Paused: b.State == string(stream.Paused)}
	if b.State != "" && b.State != string(stream.Active) && !n.Paused {
		return n, invalid("state", "state is active or paused.")
	}
	if b.FromSequence != 0 || b.FromTime != "" {
		from, err := logStreamReplayBody{FromSequence: b.FromSequence, FromTime: b.FromTime}.point()
		n.From = &from
		return n, err
	}
	return n, nil
}

func createLogStream(c *call) error {
	var in logStreamBody
	if err := c.decode(&in); err != nil {
		return err
	}
	n, err := in.stream()
	if err != nil {
		return err
	}
	var org id.Organization
	if in.OrganizationID != "" {
		if org, err = parse[id.Organization](in.OrganizationID); err != nil {
			return err
		}
	}
	return c.change(func(tx reach) (a answer, err error) {
		create := func(rows db.OwnedScope) error {
			s, err := c.h.Streams.Create(rows, n)
			if err == nil {
				a = made(s.Wire())
			}
			return err
		}
		if org == "" {
			return a, create(tx.rows)
		}
		err = tx.enter(org, func(own *db.OrgTx) error { return create(own) })
		return a, err
	})
}

func listLogStreams(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	q := stream.Query{Page: page, State: stream.State(c.query.Get("state"))}
	if q.State != "" && q.State != stream.Active && q.State != stream.Paused && q.State != stream.Broken {
		return invalid("state", "state is active, paused or error.")
	}
	if err := named(c, "organization_id", &q.Organization); err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		if q.Organization != "" {
			if _, err := tx.organization(q.Organization); err != nil {
				return answer{}, err
			}
		}
		rows, paging, err := stream.List(tx.rows, q)
		return list(each(rows, func(s stream.Stream) wire.LogStream { return s.Wire() }), paging), err
	})
}

// inStream answers what do makes of the stream in the path, where it can be
// changed: in its organization, or among the deployment's own.
func inStream(c *call, run func(func(reach) (answer, error)) error, do func(db.OwnedScope, *stream.Stream) (answer, error)) error {
	key, err := idOf[id.Stream](c, "id")
	if err != nil {
		return err
	}
	return run(func(tx reach) (a answer, err error) {
		answered := func(rows db.OwnedScope, s *stream.Stream) error {
			a, err = do(rows, s)
			return err
		}
		if own, is := tx.own(); is {
			s, err := stream.Get(own, key)
			if err != nil {
				return a, err
			}
			return a, answered(own, s)
		}
		all, err := tx.deployment()
		if err != nil {
			return a, err
		}
		return a, stream.Within(all, key, answered)
	})
}

func getLogStream(c *call) error {
	return inStream(c, c.read, func(_ db.OwnedScope, s *stream.Stream) (answer, error) { return found(s.Wire()), nil })
}

func updateLogStream(c *call) error {
	var in logStreamChangeBody
	if err := c.decode(&in); err != nil {
		return err
	}
	e := stream.Edit{Name: in.Name.Value, Configuration: in.Configuration}
	if in.Filter.Sent {
		e.Filter = &stream.Filter{Types: value(in.Filter.Value).Actions}
	}
	turn := map[string]func(db.OwnedScope, id.Stream) (*stream.Stream, error){string(stream.Active): stream.Resume, string(stream.Paused): stream.Pause}[value(in.State.Value)]
	if in.State.Sent && turn == nil {
		return invalid("state", "state is active or paused.")
	}
	return inStream(c, c.change, func(tx db.OwnedScope, s *stream.Stream) (answer, error) {
		s, err := c.h.Streams.Change(tx, s.ID, e)
		if err == nil && turn != nil {
			s, err = turn(tx, s.ID)
		}
		if err != nil {
			return answer{}, err
		}
		return found(s.Wire()), nil
	})
}

func deleteLogStream(c *call) error {
	return inStream(c, c.change, func(tx db.OwnedScope, s *stream.Stream) (answer, error) {
		return empty(http.StatusNoContent), stream.Delete(tx, s.ID)
	})
}

func logStreamStatus(c *call) error {
	return inStream(c, c.read, statusAnswer)
}

func statusAnswer(tx db.OwnedScope, s *stream.Stream) (answer, error) {
	st, err := stream.StatusOf(tx, s)
	return found(st.Wire()), err
}

func replayLogStream(c *call) error {
	var in logStreamReplayBody
	if err := c.decode(&in); err != nil {
		return err
	}
	from, err := in.point()
	if err != nil {
		return err
	}
	return inStream(c, c.change, func(tx db.OwnedScope, s *stream.Stream) (answer, error) {
		s, err := stream.Replay(tx, s.ID, from)
		if err != nil {
			return answer{}, err
		}
		return statusAnswer(tx, s)
	})
}

// testLogStream sends in no transaction: the destination takes the time that
// it takes.
func testLogStream(c *call) error {
	var trial *stream.Trial
	prepare := func(tx db.OwnedScope, s *stream.Stream) (_ answer, err error) {
		trial, err = c.h.Streams.Trial(tx, s.ID)
		return answer{}, err
	}
	load := func(fn func(reach) (answer, error)) error {
		return c.reading(func(tx reach) error { _, err := fn(tx); return err })
	}
	if err := inStream(c, load, prepare); err != nil {
		return err
	}
	if done, err := c.answered(func(reach) error { return nil }); done || err != nil {
		return err
	}
	if err := trial.Allow(c.ctx(), c.h.Limits); err != nil {
		return err
	}
	v := trial.Send(c.ctx())
	return inStream(c, c.change, func(tx db.OwnedScope, s *stream.Stream) (answer, error) {
		return found(wire.LogStreamTest{ID: trial.Entry, StreamID: s.ID, Delivered: v.Delivered, Message: v.Sentence, Milliseconds: v.Took.Milliseconds()}), trial.Record(tx, v)
	})
}
