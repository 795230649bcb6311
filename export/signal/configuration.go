package signal

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// Configuration is a stream as its receiver sees it (SSF 1.0 §8.1.1). The
// Authorization header that it asked for is never shown again.
type Configuration struct {
	StreamID        id.Stream     `json:"stream_id"`
	Issuer          string        `json:"iss"`
	Audience        string        `json:"aud"`
	EventsSupported []string      `json:"events_supported"`
	EventsRequested []string      `json:"events_requested"`
	EventsDelivered []string      `json:"events_delivered"`
	Delivery        ShownDelivery `json:"delivery"`
	MinVerification int64         `json:"min_verification_interval"` // seconds
	Description     string        `json:"description,omitempty"`
}

// ShownDelivery is how tokens are handed over.
type ShownDelivery struct {
	Method string `json:"method"`
	URL    string `json:"endpoint_url"`
}

// VerificationInterval is how often a receiver may ask for a verification.
const VerificationInterval = 30 * time.Second

// ConfigurationOf shows a stream's settings.
func ConfigurationOf(stream id.Stream, issuer string, values map[string]string) Configuration {
	requested := strings.Fields(values[FieldEvents])
	return Configuration{
		StreamID: stream, Issuer: issuer, Audience: values[FieldAudience], EventsSupported: Supported(), EventsRequested: requested, EventsDelivered: delivered(requested),
		Delivery:        ShownDelivery{Push, values[FieldURL]},
		MinVerification: int64(VerificationInterval / time.Second), Description: values[FieldAbout],
	}
}

func delivered(requested []string) []string {
	out := []string{}
	for _, e := range Supported() {
		if slices.Contains(requested, e) {
			out = append(out, e)
		}
	}
	return out
}

// Wanted is what a receiver asks for: a new stream, or a change of one. The
// members that this transmitter supplies may come along, as they are.
type Wanted struct {
	StreamID        string          `json:"stream_id"`
	Issuer          string          `json:"iss"`
	Audience        json.RawMessage `json:"aud"` // a text, or a list
	EventsRequested *[]string       `json:"events_requested"`
	Delivery        *Delivery       `json:"delivery"`
	Description     *string         `json:"description"`
}

// Delivery is where the receiver wants its tokens.
type Delivery struct {
	Method        string  `json:"method"`
	URL           string  `json:"endpoint_url"`
	Authorization *string `json:"authorization_header"` // null or absent: as it is
}

// What a receiver's request can be refused for.
var (
	ErrDelivery = problem.New(problem.BadRequest, "unsupported_delivery", "Tokens are delivered by push alone: method "+Push+" with an endpoint_url.")
	ErrEvents   = problem.New(problem.BadRequest, "invalid_events_requested", "events_requested is a list of at most 50 URIs, one of which at least is among events_supported.")
	ErrSupplied = problem.New(problem.BadRequest, "invalid_stream_configuration", "iss and aud are this transmitter's to say. Leave them out, or send them as they are.")
)

const (
	maxEvents = 50
	maxURI    = 200
)

// Settings are the values that the receiver asked for. What it did not name
// stays; whole says that it names everything (PUT), so that what it left out
// goes back to what a new stream has.
func (w Wanted) Settings(whole bool) (map[string]*string, error) {
	values := map[string]*string{}
	if whole && w.Delivery == nil {
		return nil, ErrDelivery
	}
	if d := w.Delivery; d != nil {
		if d.Method != Push || d.URL == "" {
			return nil, ErrDelivery
		}
		values[FieldURL] = &d.URL
		if d.Authorization != nil || whole {
			values[FieldAuthorization] = d.Authorization
		}
	}
	if w.EventsRequested != nil || whole {
		events, err := w.events()
		if err != nil {
			return nil, err
		}
		values[FieldEvents] = &events
	}
	if w.Description != nil || whole {
		values[FieldAbout] = w.Description
	}
	return values, nil
}

// events are the URIs in one text; all that are supported where none are named.
func (w Wanted) events() (string, error) {
	if w.EventsRequested == nil {
		return strings.Join(Supported(), " "), nil
	}
	list := *w.EventsRequested
	strange := func(e string) bool {
		return e == "" || len(e) > maxURI || strings.ContainsFunc(e, func(r rune) bool { return r <= ' ' || r > '~' })
	}
	if len(list) > maxEvents || len(delivered(list)) == 0 || slices.ContainsFunc(list, strange) {
		return "", ErrEvents
	}
	return strings.Join(list, " "), nil
}

// Agrees refuses a request that says something else of what the transmitter
// supplies.
func (w Wanted) Agrees(issuer, audience string) error {
	if w.Issuer != "" && w.Issuer != issuer {
		return ErrSupplied
	}
	if named, err := w.NamedAudience(); err != nil || named != "" && named != audience {
		return ErrSupplied
	}
	return nil
}

// NamedAudience is the aud that the request names, or "".
func (w Wanted) NamedAudience() (string, error) {
	if len(w.Audience) == 0 || string(w.Audience) == "null" {
		return "", nil
	}
	var list []string
	if err := json.Unmarshal(w.Audience, &list); err == nil && len(list) == 1 {
		return list[0], nil
	}
	var one string
	if err := json.Unmarshal(w.Audience, &one); err != nil || len(one) > maxURI {
		return "", ErrSupplied
	}
	return one, nil
}
