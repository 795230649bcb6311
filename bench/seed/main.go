package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/crypto/argon2"

	"gatehouse/internal/id"
)

const (
	password = "Correct-horse-42!" // what the driver types
	callback = "http://127.0.0.1:9/callback"
)

func main() {
	url := flag.String("database", os.Getenv("GATEHOUSE_DATABASE_URL"), "Postgres URL of a superuser or the owner")
	n := flag.Int("users", 1000, "how many people")
	client := flag.String("client", "", "id of an ES256 client to make")
	flag.Parse()
	if err := seed(context.Background(), *url, *n, id.Client(*client)); err != nil {
		fmt.Fprintln(os.Stderr, "seed:", err)
		os.Exit(1)
	}
}

func seed(ctx context.Context, url string, n int, client id.Client) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	now := time.Now().UTC().Truncate(time.Microsecond)
	return errors.Join(people(ctx, conn, n, now), es256Client(ctx, conn, client, now), auditLog(ctx, conn, now))
}

func people(ctx context.Context, conn *pgx.Conn, n int, now time.Time) error {
	hash := hashed()
	users, passwords := make([][]any, n), make([][]any, n)
	for i := range n {
		user, email := string(id.New[id.User]()), fmt.Sprintf("user%d@example.com", i)
		users[i] = []any{user, email, email, true, "Bench", fmt.Sprint("User ", i), "{}", now, now}
		passwords[i] = []any{user, hash, now, now}
	}
	_, err := conn.CopyFrom(ctx, pgx.Identifier{"users"},
		[]string{"id", "email", "email_key", "email_verified", "first_name", "last_name", "metadata", "created_at", "updated_at"}, pgx.CopyFromRows(users))
	if err != nil {
		return err
	}
	if _, err = conn.CopyFrom(ctx, pgx.Identifier{"passwords"}, []string{"user_id", "hash", "created_at", "updated_at"}, pgx.CopyFromRows(passwords)); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ANALYZE users, passwords")
	return err
}

func es256Client(ctx context.Context, conn *pgx.Conn, client id.Client, now time.Time) error {
	if client == "" {
		return nil
	}
	_, err := conn.Exec(ctx, `INSERT INTO clients (id, name, type, token_algorithm, access_token_seconds, created_at, updated_at)
		VALUES ($1, 'Bench ES256', 'web', 'ES256', 300, $2, $2)`, client, now)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `INSERT INTO redirect_uris (id, client_id, uri, purpose, is_default, created_at, updated_at)
		VALUES ($1, $2, $3, 'redirect', true, $4, $4)`, id.New[id.RedirectURI](), client, callback, now)
	return err
}

// hashed is the password in the form in which users keeps it, at the cost that
// it is kept at: another cost would have the server hash it anew at sign-in.
func hashed() string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	key := argon2.IDKey([]byte(password), salt, 2, 19456, 1, 32)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=19456,t=2,p=1$%s$%s", argon2.Version, b64.EncodeToString(salt), b64.EncodeToString(key))
}
