package archive

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"gatehouse/audit/sequence"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail"
	"gatehouse/internal/objects"
	"gatehouse/internal/problem"
)

// Service writes exports and gives them out.
type Service struct {
	DB     *db.DB
	Store  objects.Store
	Signer *sequence.Signer // of heads, which NDJSON files begin with
	Post   *mail.Post
	Base   string // the public origin without a slash at its end
	Log    *slog.Logger

	PartSize int           // bytes of one object; zero means 8 MB
	Lease    time.Duration // how long a part may take; zero means a minute
	Slice    time.Duration // how long one export is worked on before the next has its turn; zero means ten seconds
}

// linkTime is how long a signed address opens the file.
const linkTime = 10 * time.Minute

// ErrLink refuses an address that was not made here, or whose time is up.
var ErrLink = problem.New(problem.Forbidden, "link_expired", "This address is not valid, or its ten minutes are over. Ask for the export again to get a fresh one.")

// URL is an address that opens a finished export's file for ten minutes,
// without a key; empty while there is no file.
func (s *Service) URL(ctx context.Context, e *Export) (string, error) {
	if e.State != Ready {
		return "", nil
	}
	expires := strconv.FormatInt(s.DB.Now().Add(linkTime).Unix(), 10)
	signature, err := s.signature(ctx, e.ID, expires)
	if err != nil {
		return "", err
	}
	return s.Base + Path(e.ID) + "?expires=" + expires + "&signature=" + signature, nil
}

// Path is where a file is fetched.
func Path(export id.AuditExport) string { return "/audit_logs/exports/" + string(export) + "/file" }

func (s *Service) signature(ctx context.Context, export id.AuditExport, expires string) (string, error) {
	key, err := s.DB.DeploymentKey(ctx)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(key.Derive("audit export address", string(export), expires)), nil
}

// Opens finds the export that a signed address opens.
func (s *Service) Opens(ctx context.Context, export id.AuditExport, expires, signature string) (*Export, error) {
	want, err := s.signature(ctx, export, expires)
	if err != nil {
		return nil, err
	}
	end, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || !hmac.Equal([]byte(want), []byte(strings.ToLower(signature))) || !s.DB.Now().Before(time.Unix(end, 0)) {
		return nil, ErrLink
	}
	var e *Export
	err = s.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
		e, err = exports.Get(tx, export)
		return err
	})
	if err == nil && e.State != Ready {
		return nil, db.ErrNotFound
	}
	return e, err
}
