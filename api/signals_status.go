package api

import (
	"gatehouse/export/signal"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
)

type signalStatusBody struct {
	StreamID string `json:"stream_id" api:"required"`
	Status   string `json:"status" api:"required"`
	Reason   string `json:"reason"`
}

func readSignalStatus(c *call) error {
	return c.read(func(tx reach) (a answer, err error) {
		err = tx.signalStream(c.query.Get("stream_id"), func(_ db.OwnedScope, s *stream.Stream) error {
			a = found(signalStatus(s))
			return nil
		})
		return a, err
	})
}

// signalStatus is the stream's state in the framework's words. What fails holds
// back what happens meanwhile, as a paused one does.
func signalStatus(s *stream.Stream) signal.Status {
	st := signal.Status{StreamID: s.ID, Status: signal.Enabled}
	if s.State == stream.Broken && s.LastError != nil {
		st.Reason = *s.LastError
	}
	switch {
	case s.Settings()[signal.FieldDisabled] == "yes":
		st.Status = signal.Disabled
	case s.State != stream.Active:
		st.Status = signal.Paused
	}
	return st
}

func setSignalStatus(c *call) error {
	var in signalStatusBody
	if err := c.decode(&in); err != nil {
		return err
	}
	turn := stream.Pause
	switch in.Status {
	case signal.Enabled:
		turn = stream.Resume
	case signal.Paused, signal.Disabled:
	default:
		return signal.ErrStatus
	}
	return c.change(func(tx reach) (a answer, err error) {
		err = tx.signalStream(in.StreamID, func(own db.OwnedScope, s *stream.Stream) error {
			if changes := signal.Switched(s.Settings(), in.Status, tx.Now()); changes != nil {
				if _, err := c.h.Streams.Change(own, s.ID, stream.Edit{Other: true, Configuration: changes}); err != nil {
					return err
				}
			}
			if s, err = turn(own, s.ID); err != nil {
				return err
			}
			a = found(signalStatus(s))
			return nil
		})
		return a, err
	})
}
