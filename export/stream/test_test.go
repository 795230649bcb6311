package stream_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/netguard"
	"gatehouse/internal/problem"
)

// try tests a stream as a page does.
func (w *world) try(org id.Organization, key id.Stream, limits *limit.Limiter) (v stream.Verdict, err error) {
	w.t.Helper()
	var trial *stream.Trial
	w.within(org, func(tx db.OwnedScope) (err error) { trial, err = w.service.Trial(tx, key); return err })
	if err := trial.Allow(w.t.Context(), limits); err != nil {
		return v, err
	}
	v = trial.Send(w.t.Context())
	w.within(org, func(tx db.OwnedScope) error { return trial.Record(tx, v) })
	return v, nil
}

// Whoever sets a stream up wants to know at once whether it works; an auditor
// does not want a made-up entry among those that count.
func TestATestIsSentAndCountsNowhere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for _, org := range []id.Organization{w.org("Halden"), ""} {
			r := newReceiver(t)
			var got bytes.Buffer
			r.before = func(_ int, rw http.ResponseWriter, q *http.Request) bool {
				if q.Header.Get("Authorization") != "Bearer s3cret" {
					rw.WriteHeader(http.StatusUnauthorized)
				}
				_, _ = io.Copy(&got, q.Body)
				return true
			}
			key := w.stream(org, r.URL)
			w.within(org, func(tx db.OwnedScope) error {
				none := "none"
				_, err := w.service.Change(tx, key, stream.Edit{Configuration: map[string]*string{"compression": &none}})
				return err
			})
			before := w.status(org, key)
			v, err := w.try(org, key, nil)
			if err != nil || !v.Delivered || v.Sentence != "The destination took the test entry." {
				t.Errorf("%+v, %v", v, err)
			}
			var line struct {
				Object, Action, Message string
				Test                    bool
				Organization            *string `json:"organization_id"`
			}
			if err := json.Unmarshal(got.Bytes(), &line); err != nil || line.Object != stream.TestObject || !line.Test || deref(line.Organization) != string(org) || !strings.Contains(line.Message, "no entry") {
				t.Errorf("it was sent %s: %v", got.Bytes(), err)
			}
			// Beside real entries in a file it is no fault, and no entry.
			if report, err := chain.VerifyFile(bytes.NewReader(got.Bytes()), nil); err != nil || !report.OK() || report.Other != 1 || len(report.Chains) != 0 {
				t.Errorf("a verifier says %+v, %v", report, err)
			}
			if after := w.status(org, key); after.Stream.Position != before.Stream.Position || after.Stream.Delivered != 0 || after.Stream.LastDeliveredAt != nil || after.Stream.State != stream.Active {
				t.Errorf("the stream moved: %+v", after.Stream)
			}
			r.answers(http.StatusForbidden)
			if v, err = w.try(org, key, nil); err != nil || v.Delivered || v.Sentence != "It answered 403 Forbidden." {
				t.Errorf("%+v, %v", v, err)
			}
			if st := w.status(org, key); st.Stream.Failures != 0 || st.Stream.LastError != nil {
				t.Errorf("a test counts as a failure: %+v", st.Stream)
			}
			w.within(org, func(tx db.OwnedScope) error {
				rows, err := audit.List(tx, audit.Filter{TargetIDs: []string{string(key)}, Types: []string{"log_stream.tested"}, Oldest: true})
				if err == nil && (len(rows) != 2 || !strings.Contains(string(rows[0].Data), `"delivered":true`) || !strings.Contains(string(rows[1].Data), `403 Forbidden`)) {
					t.Errorf("the log says %v", rows)
				}
				return err
			})
		}
	})
}

// X5: a test must not be a way to have this server knock at doors all day, nor
// to reach what is inside; and a secret that was cleared is not made up.
func TestATestIsHeldToTheSameBounds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		a, r := w.org("Halden"), newReceiver(t)
		key := w.stream(a, r.URL)
		limits := &limit.Limiter{DB: d}
		for range 10 {
			if v, err := w.try(a, key, limits); err != nil || !v.Delivered {
				t.Fatalf("%+v, %v", v, err)
			}
		}
		if _, err := w.try(a, w.stream(a, r.URL+"/another"), limits); !errors.Is(err, problem.ErrTooMany) {
			t.Errorf("the eleventh of a minute: %v", err)
		}
		if _, err := w.try("", w.stream("", r.URL), limits); err != nil {
			t.Errorf("another owner's: %v", err)
		}
		w.service.Dial.Guard = netguard.New(nil)
		calls := r.calls
		if v, _ := w.try(a, key, nil); v.Delivered || v.Sentence == "" || r.calls != calls {
			t.Errorf("an address inside: %+v, %d requests", v, r.calls-calls)
		}
		// One that hangs is given up with the request that asked for it.
		ctx, cancel := context.WithCancel(t.Context())
		var trial *stream.Trial
		w.within(a, func(tx db.OwnedScope) (err error) { trial, err = w.service.Trial(tx, key); return err })
		cancel()
		if v := trial.Send(ctx); v.Delivered {
			t.Errorf("%+v", v)
		}
	})
}
