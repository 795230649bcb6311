package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/lifecycle"
	"gatehouse/users"
	"gatehouse/users/password"
)

// maxLine bounds what is read of standard input: more than any password has.
const maxLine = 4096

// setOperatorPassword is `server operator set-password EMAIL`. It works beside
// a running server, and makes no database. The password is not an argument:
// other users of the machine see those.
func setOperatorPassword(ctx context.Context, cfg *config.Config, email string, in io.Reader, out io.Writer) error {
	typed, err := firstLine(in)
	if err != nil {
		return err
	}
	d, err := openExisting(ctx, cfg)
	if err != nil {
		return err
	}
	defer d.Close()
	a := &App{Config: cfg, DB: d, Log: newLog(cfg)}
	passwords := &users.Passwords{DB: d, Hasher: password.New(password.Options{}), Leaks: a.leaks(), Log: a.Log}
	err = lifecycle.SetOperatorPassword(ctx, d, passwords, email, typed, cfg.Name)
	if p := problem.As(err); p != nil {
		return errors.New(p.Message) // its code is for programs
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "The password of %s is set, and their sessions have ended.\n", email)
	return nil
}

// firstLine is the password: a file or echo ends it with a line break.
func firstLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, maxLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the password from standard input: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.New("standard input has no password: write it there as one line")
	}
	return line, nil
}

// openExisting connects to a database that is there and of this version.
func openExisting(ctx context.Context, cfg *config.Config) (*db.DB, error) {
	if cfg.Database.Kind == config.SQLite && missing(cfg.Database.Path) {
		return nil, fmt.Errorf("there is no database %s: check GATEHOUSE_DATABASE_URL and GATEHOUSE_DATA_DIR", cfg.Database.Path)
	}
	if _, err := checkKeys(ctx, cfg); err != nil {
		return nil, err
	}
	options, err := databaseOptions(cfg)
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, options)
	if err != nil {
		return nil, err
	}
	behind, err := d.Behind(ctx)
	if err == nil && behind {
		err = errors.New("the database's tables are not those of this version: run `server migrate`")
	}
	if err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}
