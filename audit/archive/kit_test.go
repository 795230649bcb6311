package archive_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/archive"
	"gatehouse/audit/chain"
	"gatehouse/audit/sequence"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/internal/objects"
	"gatehouse/internal/objects/objectstest"
)

const halden = id.Organization("org_01J8Z5K3N40000000000HALDEN")

var discard = slog.New(slog.DiscardHandler)

// world is a log and a place for exports of it.
type world struct {
	*testing.T
	d     *db.DB
	store objects.Store
	quiet *slog.Logger
}

// each runs a test on both databases, with both stores.
func each(t *testing.T, fn func(w *world)) {
	t.Run("local", func(t *testing.T) {
		dbtest.Run(t, func(t *testing.T, d *db.DB) {
			store, err := objects.OpenLocal(filepath.Join(t.TempDir(), "exports"))
			if err != nil {
				t.Fatal(err)
			}
			fn(&world{t, d, store, discard})
		})
	})
	t.Run("s3", func(t *testing.T) {
		dbtest.Run(t, func(t *testing.T, d *db.DB) {
			fn(&world{t, d, objectstest.Start(t, "exports").Store(t, "exports", ""), discard})
		})
	})
}

// service has parts so small that a file has many.
func (w *world) service() *archive.Service {
	return &archive.Service{DB: w.d, Store: w.store, Signer: &sequence.Signer{DB: w.d, Log: w.quiet}, Post: mailtest.NewPost(w.d),
		Base: "https://auth.example", Log: w.quiet, PartSize: 4 << 10}
}

func (w *world) in(fn func(tx *db.OrgTx) error) {
	w.Helper()
	who := actor.Actor{Kind: actor.KindOperator, Name: `=cmd|' /C calc'!A0`, UserAgent: "\t@SUM(1+1)*cmd", IP: "203.0.113.7"}
	if err := w.d.InOrg(w.Context(), halden, who, fn); err != nil {
		w.Fatal(err)
	}
}

// entries records n and numbers them.
func (w *world) entries(n int) {
	w.Helper()
	w.in(func(tx *db.OrgTx) error {
		list := make([]audit.Entry, n)
		for i := range list {
			list[i] = audit.LogSchemaCreated{Action: fmt.Sprintf("action.%d", i), Version: int64(i), Schema: []byte(`{"note":"Ünïcode, \"quotes\" and\nlines"}`)}
		}
		return audit.RecordAll(tx, list)
	})
	w.number()
}

func (w *world) number() {
	w.Helper()
	s := &sequence.Sequencer{DB: w.d, Log: w.quiet}
	for {
		n, err := s.Once(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (w *world) create(o archive.Order) (e *archive.Export) {
	w.Helper()
	w.in(func(tx *db.OrgTx) (err error) {
		e, err = archive.Create(tx, o)
		return err
	})
	w.number()
	return e
}

func (w *world) get(key id.AuditExport) (e *archive.Export) {
	w.Helper()
	w.in(func(tx *db.OrgTx) (err error) {
		e, err = archive.Get(tx, key)
		return err
	})
	return e
}

// finish works until the export has ended.
func (w *world) finish(s *archive.Service, key id.AuditExport) *archive.Export {
	w.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		if e := w.get(key); e.Finished() {
			return e
		}
		if worked, err := s.Once(w.Context()); err != nil {
			w.Fatal(err)
		} else if !worked {
			time.Sleep(20 * time.Millisecond)
		}
	}
	w.Fatal("the export did not end")
	return nil
}

// file is what a download gives.
func (w *world) file(s *archive.Service, e *archive.Export) []byte {
	w.Helper()
	answer := httptest.NewRecorder()
	if err := s.Send(answer, httptest.NewRequest("GET", "/", nil), e); err != nil {
		w.Fatal(err)
	}
	body := answer.Body.Bytes()
	if sum := sha256.Sum256(body); e.Checksum == nil || *e.Checksum != hex.EncodeToString(sum[:]) || e.Bytes != int64(len(body)) {
		w.Fatalf("%d bytes of sum %x, said to be %d of %v", len(body), sum, e.Bytes, e.Checksum)
	}
	return body
}

// sequences are those of the records of an NDJSON file, in the file's order.
func sequences(t *testing.T, file []byte) (list []int64) {
	t.Helper()
	for _, line := range bytes.Split(bytes.TrimSuffix(file, []byte("\n")), []byte("\n")) {
		if r, err := chain.ParseRecord(line); err == nil {
			if !r.Holds() {
				t.Errorf("sequence %d does not hold", r.Sequence)
			}
			list = append(list, r.Sequence)
		}
	}
	return list
}
