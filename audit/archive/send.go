package archive

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
)

// pieceTime is how long a client may take for one piece of the file.
const (
	pieceTime = time.Minute
	piece     = 256 << 10
)

// Send answers a request with the file, part by part. A download may take
// longer than other requests: each piece has its own time.
func (s *Service) Send(w http.ResponseWriter, r *http.Request, e *Export) error {
	ctx := context.WithoutCancel(r.Context())
	h := w.Header()
	h.Set("Content-Type", e.Format.kind())
	h.Set("Content-Disposition", `attachment; filename="`+e.FileName()+`"`)
	h.Set("Content-Length", strconv.FormatInt(e.Bytes, 10))
	h.Set("Cache-Control", "no-store")
	if e.Checksum != nil {
		if sum, err := hex.DecodeString(*e.Checksum); err == nil {
			h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum)+":") // RFC 9530 §3
		}
	}
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	keys := e.keys()
	if len(keys) == 0 {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	first, err := s.Store.Get(ctx, keys[0]) // before the status is said
	if err != nil {
		return fmt.Errorf("opening an export: %w", err)
	}
	if err := s.downloaded(ctx, r, e); err != nil {
		_ = first.Close()
		return err
	}
	w.WriteHeader(http.StatusOK)
	out := &slowly{w: w, c: http.NewResponseController(w)}
	if err := drain(out, first); err != nil {
		return err
	}
	for _, key := range keys[1:] {
		part, err := s.Store.Get(ctx, key)
		if err != nil {
			return fmt.Errorf("opening an export: %w", err)
		}
		if err := drain(out, part); err != nil {
			return err
		}
	}
	return nil
}

func drain(out io.Writer, part io.ReadCloser) error {
	defer part.Close()
	_, err := io.CopyBuffer(out, struct{ io.Reader }{part}, make([]byte, piece))
	return err
}

// slowly gives each piece its time.
type slowly struct {
	w io.Writer
	c *http.ResponseController
}

// Write writes one piece.
func (s *slowly) Write(b []byte) (int, error) {
	_ = s.c.SetWriteDeadline(time.Now().Add(pieceTime)) // what has no deadlines (a test's recorder) needs none
	return s.w.Write(b)
}

// downloaded records that the file left the house: the address takes no key, so
// the log says from where it was asked for.
func (s *Service) downloaded(ctx context.Context, r *http.Request, e *Export) error {
	record := func(tx *db.Tx) error {
		return audit.RecordFor(tx, e.OrganizationID, audit.LogExportDownloaded{LogExport: e.facts()})
	}
	return s.DB.Tx(ctx, browser.ActorOf(r), record)
}
