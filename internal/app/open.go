package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
	"gatehouse/internal/seal"
)

// newLog writes to standard error: text for a person at a terminal, else JSON.
func newLog(cfg *config.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.TextLog(os.Stderr) {
		return slog.New(slog.NewTextHandler(os.Stderr, options))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, options))
}

// open migrates the database and connects to it.
func open(ctx context.Context, cfg *config.Config) (*db.DB, error) {
	options, err := databaseOptions(cfg)
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, options, jobs.Migrate); err != nil {
		return nil, err
	}
	return db.Open(ctx, options)
}

func databaseOptions(cfg *config.Config) (db.Options, error) {
	keys, err := masterKeys(cfg)
	if err != nil {
		return db.Options{}, err
	}
	o := db.Options{URL: address(cfg.Database), MigrateURL: address(cfg.MigrateDatabase), Keys: keys, Log: newLog(cfg)}
	if cfg.ReadDatabase.Kind != "" {
		o.ReadURL = address(cfg.ReadDatabase)
	}
	return o, nil
}

func address(d config.Database) string {
	if d.Kind == config.SQLite {
		return "sqlite:" + d.Path
	}
	return d.URL.Reveal()
}

// masterKeyFile is where a generated master key lies, below the data directory.
const masterKeyFile = "master.key"

// masterKeys are those of the environment, else the generated one.
// config.Load refuses a generated key where it would be a risk.
func masterKeys(cfg *config.Config) (*seal.Keyring, error) {
	masters := cfg.MasterKeyBytes()
	if len(masters) == 0 {
		key, err := seal.LoadOrCreateMasterKey(filepath.Join(cfg.DataDir, masterKeyFile))
		if err != nil {
			return nil, err
		}
		masters = [][]byte{key}
	}
	ring, err := seal.NewKeyring(masters)
	if err != nil {
		return nil, fmt.Errorf("GATEHOUSE_MASTER_KEY cannot be used: %w", err)
	}
	return ring, nil
}

// migrateOnly is `server migrate`.
func migrateOnly(ctx context.Context, cfg *config.Config) error {
	options, err := databaseOptions(cfg)
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx, options, jobs.Migrate); err != nil {
		return err
	}
	fmt.Println("The database is up to date.")
	return nil
}
