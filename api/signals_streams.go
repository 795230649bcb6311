package api

import (
	"net/http"
	"slices"

	"gatehouse/audit"
	"gatehouse/export/signal"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
)

func createSignalStream(c *call) error {
	var in signal.Wanted
	if err := c.decode(&in); err != nil {
		return err
	}
	changes, err := in.Settings(true)
	if err != nil {
		return err
	}
	audience, err := c.signalAudience(in)
	if err != nil {
		return err
	}
	values := map[string]string{signal.FieldAudience: audience}
	for name, value := range changes {
		if value != nil {
			values[name] = *value
		}
	}
	return c.change(func(tx reach) (answer, error) {
		s, err := c.h.Streams.Create(tx.rows, stream.New{Name: "Shared Signals", Type: signal.KindName, Other: true, Configuration: values, Filter: signalFilter(values[signal.FieldEvents])})
		if err != nil {
			return answer{}, err
		}
		return made(c.h.shownSignalStream(s)), nil
	})
}

// signalAudience is what tokens of a new stream are addressed to: the endpoint,
// or what the deployment's key says. An organization's says nothing here: its
// tokens must not pass for another receiver's.
func (c *call) signalAudience(in signal.Wanted) (string, error) {
	if in.Issuer != "" && in.Issuer != c.h.Base {
		return "", signal.ErrSupplied
	}
	named, err := in.NamedAudience()
	switch {
	case err != nil:
		return "", err
	case named == "":
		return in.Delivery.URL, nil
	case c.organization() != "":
		return "", signal.ErrSupplied
	}
	return named, nil
}

// signalFilter has the stream read what its events come from, and no more.
func signalFilter(requested string) stream.Filter {
	return stream.Filter{Types: signal.TypesOf(requested)}
}

func readSignalStreams(c *call) error {
	if name := c.query.Get("stream_id"); name != "" {
		return c.read(func(tx reach) (a answer, err error) {
			err = tx.signalStream(name, func(_ db.OwnedScope, s *stream.Stream) error {
				a = found(c.h.shownSignalStream(s))
				return nil
			})
			return a, err
		})
	}
	return c.read(func(tx reach) (answer, error) {
		all := []signal.Configuration{}
		q := stream.Query{Type: signal.KindName, Page: db.Page{Limit: 100}}
		for {
			rows, paging, err := stream.List(tx.rows, q)
			if err != nil {
				return answer{}, err
			}
			for i := range rows {
				all = append(all, c.h.shownSignalStream(&rows[i]))
			}
			if paging.After == "" {
				return found(all), nil
			}
			q.Page.After = paging.After
		}
	})
}

func changeSignalStream(c *call, whole bool) error {
	var in signal.Wanted
	if err := c.decode(&in); err != nil {
		return err
	}
	changes, err := in.Settings(whole)
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (a answer, err error) {
		err = tx.signalStream(in.StreamID, func(own db.OwnedScope, s *stream.Stream) error {
			if err := in.Agrees(c.h.Base, s.Settings()[signal.FieldAudience]); err != nil {
				return err
			}
			edit := stream.Edit{Other: true, Configuration: changes}
			if events := changes[signal.FieldEvents]; events != nil {
				filter := signalFilter(*events)
				if !slices.Equal(filter.Types, s.Filter.Types) {
					edit.Filter = &filter
				}
			}
			if s, err = c.h.Streams.Change(own, s.ID, edit); err != nil {
				return err
			}
			a = found(c.h.shownSignalStream(s))
			return nil
		})
		return a, err
	})
}

func deleteSignalStream(c *call) error {
	return c.change(func(tx reach) (answer, error) {
		return empty(http.StatusNoContent), tx.signalStream(c.query.Get("stream_id"), func(own db.OwnedScope, s *stream.Stream) error { return stream.Delete(own, s.ID) })
	})
}

type signalSubjectBody struct {
	StreamID string         `json:"stream_id" api:"required"`
	Subject  signal.Subject `json:"subject" api:"required"`
	Verified *bool          `json:"verified"`
}

// changeSubjects takes a subject into the list of those that the stream leaves
// out, or out of it.
func changeSubjects(c *call, add bool) error {
	var in signalSubjectBody
	if err := c.decode(&in); err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		done := empty(http.StatusNoContent)
		if add {
			done = empty(http.StatusOK)
		}
		return done, tx.signalStream(in.StreamID, func(own db.OwnedScope, s *stream.Stream) error {
			if err := in.Subject.Check(c.h.Base); err != nil {
				return err
			}
			s, err := stream.Hold(own, s.ID) // two subjects at once are both in the list
			if err != nil {
				return err
			}
			before := s.Settings()[signal.FieldRemoved]
			removed, err := signal.ParseRemoved(before)
			if err != nil {
				return err
			}
			if add {
				removed = removed.Add(in.Subject)
			} else if removed, err = removed.Remove(in.Subject); err != nil {
				return err
			}
			after := removed.Setting()
			if after == before {
				return nil
			}
			_, err = c.h.Streams.Change(own, s.ID, stream.Edit{Other: true, Configuration: map[string]*string{signal.FieldRemoved: &after}})
			return err
		})
	})
}

type signalVerificationBody struct {
	StreamID string `json:"stream_id" api:"required"`
	State    string `json:"state"`
}

const maxSignalState = 500

// verifySignalStream has the event go the way of every other one: a receiver
// that gets it knows that the whole way works.
func verifySignalStream(c *call) error {
	var in signalVerificationBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if len(in.State) > maxSignalState {
		return invalid("state", "state has at most 500 characters.")
	}
	err := c.reading(func(tx reach) error {
		return tx.signalStream(in.StreamID, func(db.OwnedScope, *stream.Stream) error { return nil })
	})
	if err != nil {
		return err
	}
	if c.h.Limits != nil {
		ok, after, err := c.h.Limits.Take(c.ctx(), "signal verification", in.StreamID, limit.Rate{Limit: 1, Per: signal.VerificationInterval})
		if err != nil {
			return err
		}
		if !ok {
			return problem.ErrTooMany.WithRetryAfter(after)
		}
	}
	return c.change(func(tx reach) (answer, error) {
		return empty(http.StatusNoContent), tx.signalStream(in.StreamID, func(own db.OwnedScope, s *stream.Stream) error {
			return audit.RecordFor(tx.Tx, s.OrganizationID, audit.SignalVerificationRequested{Stream: s.ID, State: in.State})
		})
	})
}
