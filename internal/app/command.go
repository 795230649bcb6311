package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"gatehouse/internal/config"
)

const usage = `Usage: server [command]

  (none)    run the server: migrates, listens, works jobs
  migrate   apply the migrations and exit
  doctor    check configuration, database, clock, keys and mail, and say what to mend
  version   print the version

  audit verify [--organization ORG]
            compute the audit log's hash chains again and name what is wrong
  audit verify --file FILE [--keys FILE]
            the same of an export, without a database; keys are what
            GET /audit_logs/keys answers, else those in the file

  operator set-password EMAIL
            give an operator a new password, read from standard input, and end
            their sessions

Everything is configured by the environment: docs/config.md.
`

// Server is cmd/server: it runs the command that args names and returns the
// process's exit code.
func Server(args, environ []string) int {
	command := "serve"
	if len(args) > 0 {
		command = args[0]
	}
	switch {
	case command == "version":
		fmt.Println(version())
		return 0
	case command == "help" || command == "-h" || command == "--help":
		fmt.Print(usage)
		return 0
	case len(args) == 3 && command == "operator" && args[1] == "set-password":
		return run(environ, func(ctx context.Context, cfg *config.Config) error {
			return setOperatorPassword(ctx, cfg, args[2], os.Stdin, os.Stdout)
		})
	case len(args) >= 2 && command == "audit" && args[1] == "verify":
		return verifyAudit(args[2:], environ)
	case len(args) > 1, command != "serve" && command != "migrate" && command != "doctor":
		fmt.Fprint(os.Stderr, usage)
		return 2
	}
	return run(environ, map[string]func(context.Context, *config.Config) error{
		"serve": serve, "migrate": migrateOnly, "doctor": doctor,
	}[command])
}

// Worker is cmd/worker: jobs alone, for deployments on Postgres.
func Worker(args, environ []string) int {
	if len(args) > 0 && args[0] == "version" {
		fmt.Println(version())
		return 0
	}
	if len(args) > 0 {
		fmt.Fprintln(os.Stderr, "Usage: worker [version]. Everything is configured by the environment: docs/config.md.")
		return 2
	}
	return run(environ, work)
}

// run gives a command its configuration, and its end by SIGTERM or SIGINT. A
// second signal ends the process at once.
func run(environ []string, command func(context.Context, *config.Config) error) int {
	cfg, err := config.Load(environ)
	if err != nil {
		complain(os.Stderr, err)
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop)
	if err := command(ctx, cfg); err != nil {
		complain(os.Stderr, err)
		return 1
	}
	return 0
}

// complain prints what is wrong in plain sentences, without the clothes of a log.
func complain(w io.Writer, err error) {
	var wrong *config.Error
	if errors.As(err, &wrong) {
		fmt.Fprintln(w, err) // one sentence a line
		return
	}
	fmt.Fprintf(w, "Gatehouse cannot go on: %v\n", err)
}
