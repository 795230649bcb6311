package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"gatehouse/audit/retention"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
)

// check is one thing that doctor looks at: what it found, or what to mend.
type check struct {
	name string
	look func(context.Context, *config.Config) (string, error)
}

var checks = []check{
	{"configuration", func(_ context.Context, c *config.Config) (string, error) {
		return fmt.Sprintf("%s, environment %s", c.Origin(), c.Environment), nil
	}},
	{"keys", checkKeys},
	{"database", checkDatabase},
	{"mail", checkMail},
}

// errSick says that doctor found something to mend.
var errSick = errors.New("something above needs mending")

// doctor is `server doctor`: it looks at everything, makes nothing, and says
// what to mend.
func doctor(ctx context.Context, cfg *config.Config) error { return examine(ctx, cfg, os.Stdout) }

func examine(ctx context.Context, cfg *config.Config, w io.Writer) error {
	sick := false
	for _, c := range checks {
		mark, found, err := "ok ", "", error(nil)
		if found, err = c.look(ctx, cfg); err != nil {
			mark, found, sick = "bad", err.Error(), true
		}
		fmt.Fprintf(w, "  %s  %-14s %s\n", mark, c.name, found)
	}
	if sick {
		return errSick
	}
	return nil
}

// checkKeys opens the master keys. One that is not there yet is made by the
// first start, but not beside a database that another one sealed.
func checkKeys(_ context.Context, c *config.Config) (string, error) {
	if file := filepath.Join(c.DataDir, masterKeyFile); len(c.MasterKeys) == 0 && missing(file) {
		if c.Database.Kind == config.SQLite && !missing(c.Database.Path) {
			return "", fmt.Errorf("the database %s is there, but not the master key %s that it was sealed with: restore the key from a backup, or set GATEHOUSE_MASTER_KEY", c.Database.Path, file)
		}
		return "none yet: the first start makes " + file, nil
	}
	ring, err := masterKeys(c)
	if err != nil {
		return "", err
	}
	ids := ring.IDs()
	return fmt.Sprintf("%d that open, and %s seals", len(ids), ids[0]), nil
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// checkDatabase connects as the server would.
func checkDatabase(ctx context.Context, c *config.Config) (string, error) {
	if c.Database.Kind == config.SQLite && missing(c.Database.Path) {
		return "none yet: the first start makes " + c.Database.Path, nil
	}
	if _, err := checkKeys(ctx, c); err != nil {
		return "", errors.New("not looked at: it needs the keys")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	options, err := databaseOptions(c)
	if err != nil {
		return "", err
	}
	options.Log = slog.New(slog.DiscardHandler)
	d, err := db.Open(ctx, options)
	if err != nil {
		return "", err
	}
	defer d.Close()
	found, err := lookAt(ctx, d)
	if err != nil {
		return "", err
	}
	replica, err := lookAtReplica(ctx, d)
	return found + replica, err
}

// lookAtReplica says whether the replica serves, where one is set. One that is
// under way needs a second look.
func lookAtReplica(ctx context.Context, d *db.DB) (string, error) {
	refused, set := d.Replica(ctx)
	for try := 0; set && refused != nil && try < 2; try++ {
		time.Sleep(1100 * time.Millisecond)
		refused, _ = d.Replica(ctx)
	}
	switch {
	case !set:
		return "", nil
	case refused != nil:
		return "", fmt.Errorf("GATEHOUSE_DATABASE_READ_URL names a replica that does not serve, so the primary is asked: %w", refused)
	}
	return ", and the replica serves", nil
}

// lookAt asks the database for its schema and its clock, and opens something
// that was sealed, which only the right master key can.
func lookAt(ctx context.Context, d *db.DB) (string, error) {
	if err := d.Ping(ctx); err != nil {
		return "", fmt.Errorf("it does not answer: correct GATEHOUSE_DATABASE_URL: %w", err)
	}
	behind, err := d.Behind(ctx)
	if err != nil {
		return "", err
	}
	if behind {
		return "", errors.New("its tables are not those of this version: run `server migrate`")
	}
	if _, err := d.DeploymentKey(ctx); err != nil {
		return "", err
	}
	skew, err := d.ClockSkew(ctx)
	if err != nil {
		return "", err
	}
	if skew.Abs() > maxSkew {
		return "", fmt.Errorf("its clock and this machine's are %s apart: synchronise them (NTP)", skew.Abs().Round(time.Second))
	}
	kept, err := retention.Check(ctx, d)
	if err != nil {
		return "", fmt.Errorf("the log: %w", err)
	}
	return fmt.Sprintf("%s answers, clocks agree within %s; the log: %s", d.Dialect, maxSkew, kept), nil
}

// maxSkew is how far clocks may be apart before tokens of one machine are not
// yet valid on another.
const maxSkew = 5 * time.Second

var mailPorts = map[string]string{"smtp": "587", "smtps": "465"}

func checkMail(ctx context.Context, c *config.Config) (string, error) {
	if c.SMTP.Empty() {
		return "kept and shown at /admin/mail (development)", nil
	}
	u, err := url.Parse(c.SMTP.Reveal())
	if err != nil {
		return "", errors.New("GATEHOUSE_SMTP_URL cannot be read")
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), mailPorts[u.Scheme])
	}
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", host)
	if err != nil {
		return "", fmt.Errorf("the mail server %s cannot be reached: check GATEHOUSE_SMTP_URL", host)
	}
	return "the mail server answers at " + host, conn.Close()
}
