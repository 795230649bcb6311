package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

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

// doctor is `server doctor`: it looks at everything and says what to mend.
func doctor(ctx context.Context, cfg *config.Config) error {
	sick := false
	for _, c := range checks {
		found, err := c.look(ctx, cfg)
		if err != nil {
			sick = true
			fmt.Printf("  bad  %-14s %v\n", c.name, err)
			continue
		}
		fmt.Printf("  ok   %-14s %s\n", c.name, found)
	}
	if sick {
		return errSick
	}
	return nil
}

func checkKeys(_ context.Context, c *config.Config) (string, error) {
	ring, err := masterKeys(c)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d master keys, the first is %s", len(ring.IDs()), ring.IDs()[0]), nil
}

// checkDatabase connects as the server would, reads the clock, and opens
// something that was sealed, which only the right master key can.
func checkDatabase(ctx context.Context, c *config.Config) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	options, err := databaseOptions(c)
	if err != nil {
		return "", err
	}
	d, err := db.Open(ctx, options)
	if err != nil {
		return "", err
	}
	defer d.Close()
	if err := d.Ping(ctx); err != nil {
		return "", fmt.Errorf("the database does not answer: check GATEHOUSE_DATABASE_URL: %w", err)
	}
	if _, err := d.DeploymentKey(ctx); err != nil {
		return "", fmt.Errorf("run `server migrate` if this database is new: %w", err)
	}
	skew, err := d.ClockSkew(ctx)
	if err != nil {
		return "", err
	}
	if skew.Abs() > maxSkew {
		return "", fmt.Errorf("its clock and this machine's are %s apart: synchronise them (NTP)", skew.Round(time.Second))
	}
	return fmt.Sprintf("%s answers, clocks agree within %s", d.Dialect, maxSkew), nil
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
