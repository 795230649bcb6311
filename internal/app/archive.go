package app

import (
	"log/slog"
	"net/http"
	"path/filepath"

	"gatehouse/audit/archive"
	"gatehouse/audit/sequence"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/mail"
	"gatehouse/internal/objects"
)

// exportsDir is where exports lie, below the data directory.
const exportsDir = "exports"

// newArchive writes exports to the bucket that the environment names, else
// below the data directory: enough where server and worker share it.
func newArchive(cfg *config.Config, d *db.DB, post *mail.Post, signer *sequence.Signer, log *slog.Logger) (*archive.Service, error) {
	store, err := exportStore(cfg)
	if err != nil {
		return nil, err
	}
	return &archive.Service{DB: d, Store: store, Signer: signer, Post: post, Base: cfg.Origin(), Log: log}, nil
}

func exportStore(cfg *config.Config) (objects.Store, error) {
	if cfg.ExportS3.Empty() {
		return objects.OpenLocal(filepath.Join(cfg.DataDir, exportsDir))
	}
	o, err := objects.ParseS3(cfg.ExportS3.Reveal())
	if err != nil {
		return nil, &config.Error{Name: "GATEHOUSE_EXPORT_S3_URL", Sentence: "GATEHOUSE_EXPORT_S3_URL cannot be used: " + err.Error() + "."}
	}
	// The operator's own bucket may be on a private network: as with the mail
	// server, the environment's word is enough.
	o.Attempts = 5
	o.Transport = http.DefaultTransport.(*http.Transport).Clone()
	return objects.OpenS3(o)
}
