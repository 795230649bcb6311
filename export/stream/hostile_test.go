package stream_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// Four organizations with streams into destinations that hang must not keep a
// fifth one's entries back.
func TestDestinationsThatHangStopNobody(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		hangs, release := newReceiver(t), make(chan struct{})
		hangs.before = func(_ int, _ http.ResponseWriter, r *http.Request) bool {
			select {
			case <-release:
			case <-r.Context().Done():
			}
			return true
		}
		for i := range 4 {
			org := w.org(fmt.Sprintf("Hanging %d", i))
			w.record(org, 1)
			for range 20 {
				w.stream(org, hangs.URL)
			}
		}
		good, r := w.org("Good"), newReceiver(t)
		key := w.stream(good, r.URL)
		w.record(good, 3)
		stop := w.working()
		begun := time.Now()
		w.await(good, key, "complete beside 80 that hang", func(st stream.Status) bool { return st.Complete() && st.Head > 0 && st.Stream.Delivered > 0 })
		if took := time.Since(begun); took > 20*time.Second {
			t.Errorf("it took %s", took)
		}
		close(release)
		stop()
	})
}

// panics is a destination whose answers a library cannot bear.
type panics struct{}

func (panics) Send(context.Context, sink.Batch) error {
	panic("index out of range")
}
func (panics) Close() error { return nil }

// A panic in one organization's destination must not end the server that has
// everybody's sign-ins.
func TestADestinationThatPanicsFails(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.service.Kinds = append(w.service.Kinds, sink.Kind{Name: "panics", Title: "Panics", Open: func(sink.Settings, sink.Dial) (sink.Sink, error) { return panics{}, nil }})
		a := w.org("Halden")
		var key id.Stream
		w.within(a, func(tx db.OwnedScope) error {
			s, err := w.service.Create(tx, stream.New{Name: "It panics", Type: "panics", From: &stream.Point{Position: 1}})
			if err == nil {
				key = s.ID
			}
			return err
		})
		w.record(a, 1)
		w.working()
		st := w.await(a, key, "failing", func(st stream.Status) bool { return st.Stream.Failures > 0 })
		if deref(st.Stream.LastError) != "This server could not read what was answered. Its log says why." {
			t.Errorf("%q", deref(st.Stream.LastError))
		}
	})
}

// A password that was given for TLS and an authority must not go where whoever
// changed them can read it.
func TestWhatProtectsAPasswordOnItsWayClearsIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		a := w.org("Halden")
		for name, value := range map[string]string{"tls": "off", "sasl": "PLAIN", "brokers": "127.0.0.1:9094"} {
			w.within(a, func(tx db.OwnedScope) error {
				s, err := w.service.Create(tx, stream.New{Name: "Kafka", Type: "kafka", Paused: true, Configuration: map[string]string{
					"brokers": "127.0.0.1:9093", "topic": "audit", "sasl": "SCRAM-SHA-512", "username": "ada", "password": "s3cret"}})
				if err != nil {
					return err
				}
				if _, err := w.service.Change(tx, s.ID, stream.Edit{Configuration: map[string]*string{name: &value}}); err == nil {
					s, err = stream.Get(tx, s.ID)
					if err != nil || len(s.SealedCredentials) > 0 {
						t.Errorf("another %s keeps the password (%v)", name, err)
					}
				}
				return nil
			})
		}
	})
}
