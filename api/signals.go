package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/export/signal"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
)

// The endpoints by which receivers manage their streams of Shared Signals (SSF
// 1.0 §8.1). Their bodies and statuses are the framework's.

func (h *Handler) signalRoutes() []route {
	const tag = "Shared Signals"
	named := []param{{Name: "stream_id", About: "Of the stream.", Required: true}}
	theirs := `{"stream_id":"` + theirSignalStream + `"`
	return []route{
		{Method: http.MethodPost, Path: signal.PathStreams, Tag: tag, Summary: "Make a stream: security event tokens pushed to delivery.endpoint_url (RFC 8935). An organization's key hears of its organization, the deployment's of all.",
			Body: signal.Wanted{}, Status: 201, Answer: signal.Configuration{}, Foreign: foreign{body: `{}`, want: http.StatusBadRequest}, run: framework(createSignalStream)},
		{Method: http.MethodGet, Path: signal.PathStreams, Tag: tag, Summary: "One stream by stream_id, or a list of all that the key sees.",
			Query: []param{{Name: "stream_id", About: "Of one stream."}}, Status: 200, Answer: signal.Configuration{},
			Foreign: absentQuery("stream_id=" + theirSignalStream), run: framework(readSignalStreams)},
		{Method: http.MethodPatch, Path: signal.PathStreams, Tag: tag, Summary: "Change what is named of a stream. Another endpoint_url without an authorization_header has none.",
			Body: signal.Wanted{}, Needs: []string{"stream_id"}, Status: 200, Answer: signal.Configuration{},
			Foreign: absentBody(theirs + `}`), run: framework(func(c *call) error { return changeSignalStream(c, false) })},
		{Method: http.MethodPut, Path: signal.PathStreams, Tag: tag, Summary: "Exchange what the receiver supplies of a stream.",
			Body: signal.Wanted{}, Needs: []string{"stream_id", "delivery"}, Status: 200, Answer: signal.Configuration{},
			Foreign: absentBody(theirs + `,"delivery":{"method":"` + signal.Push + `","endpoint_url":"https://app.example.com/set"}}`), run: framework(func(c *call) error { return changeSignalStream(c, true) })},
		{Method: http.MethodDelete, Path: signal.PathStreams, Tag: tag, Summary: "Delete a stream.",
			Query: named, Status: 204, Foreign: absentQuery("stream_id=" + theirSignalStream), run: framework(deleteSignalStream)},
		{Method: http.MethodGet, Path: signal.PathStatus, Tag: tag, Summary: "Whether a stream sends. One that fails is paused, with the reason.",
			Query: named, Status: 200, Answer: signal.Status{}, Foreign: absentQuery("stream_id=" + theirSignalStream), run: framework(readSignalStatus)},
		{Method: http.MethodPost, Path: signal.PathStatus, Tag: tag, Summary: "Enable, pause or disable a stream. What happens while it is paused comes later; while it is disabled, never.",
			Body: signalStatusBody{}, Status: 200, Answer: signal.Status{}, Foreign: absentBody(theirs + `,"status":"paused"}`), run: framework(setSignalStatus)},
		{Method: http.MethodPost, Path: signal.PathAddSubject, Tag: tag, Summary: "Send what is about a subject again that was removed. Streams begin with all subjects.",
			Body: signalSubjectBody{}, Status: 200, Foreign: absentBody(theirs + `,` + anySubject + `}`), run: framework(func(c *call) error { return changeSubjects(c, true) })},
		{Method: http.MethodPost, Path: signal.PathRemoveSubject, Tag: tag, Summary: "Send nothing more about a subject.",
			Body: signalSubjectBody{}, Status: 204, Foreign: absentBody(theirs + `,` + anySubject + `}`), run: framework(func(c *call) error { return changeSubjects(c, false) })},
		{Method: http.MethodPost, Path: signal.PathVerification, Tag: tag, Summary: "Have a verification event sent, with a state of the caller's: at most once in 30 seconds.",
			Body: signalVerificationBody{}, Status: 204, Foreign: absentBody(theirs + `}`), run: framework(verifySignalStream)},
	}
}

// anySubject is about an organization, which any stream can leave out.
const anySubject = `"subject":{"format":"complex","tenant":{"format":"opaque","id":"org_1"}}`

// signalDiscovery is the transmitter's configuration document, for everybody.
func (h *Handler) signalDiscovery(c echo.Context) error {
	body, err := wire.Encode(signal.Discovery(h.Base))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=300")
	return c.Blob(http.StatusOK, "application/json; charset=utf-8", body)
}

// framework answers as the framework has it: what cannot be understood is 400,
// not 422.
func framework(run func(*call) error) func(*call) error {
	return func(c *call) error {
		err := run(c)
		if p := problem.As(err); p != nil && p.Kind == problem.Invalid {
			refused := *p
			refused.Kind = problem.BadRequest
			return &refused
		}
		return err
	}
}

// signalStream runs fn with a stream of signals that the key sees, where it can
// be changed.
func (r reach) signalStream(name string, fn func(db.OwnedScope, *stream.Stream) error) error {
	key, err := required[id.Stream]("stream_id", name)
	if err != nil {
		return err
	}
	ours := func(tx db.OwnedScope, s *stream.Stream) error {
		if s.Type != signal.KindName {
			return db.ErrNotFound
		}
		return fn(tx, s)
	}
	if own, ok := r.own(); ok {
		s, err := stream.Get(own, key)
		if err != nil {
			return err
		}
		return ours(own, s)
	}
	all, err := r.deployment()
	if err != nil {
		return err
	}
	return stream.Within(all, key, ours)
}

func (h *Handler) shownSignalStream(s *stream.Stream) signal.Configuration {
	return signal.ConfigurationOf(s.ID, h.Base, s.Settings())
}
