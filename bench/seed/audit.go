package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/id"
)

// What the audit operations of bench/gatehouse.json name.
const (
	organization = "org_01BENCH00000000000000BENCH"
	keys         = 1000 // each within its own rate, as callers are
)

// auditLog is an organization that entries are written for, and the keys that write
// and read them.
func auditLog(ctx context.Context, conn *pgx.Conn, now time.Time) error {
	if _, err := conn.Exec(ctx, `INSERT INTO organizations (id, name, metadata, created_at, updated_at) VALUES ($1, 'Bench', '{}', $2, $2)`, organization, now); err != nil {
		return err
	}
	rows := make([][]any, keys)
	for i := range rows {
		sum := sha256.Sum256(fmt.Appendf(nil, "sk_test_bench_0123456789abcdef_%d", i))
		rows[i] = []any{string(id.New[id.APIKey]()), "Bench", sum[:], "0000", "[]", now, now}
	}
	_, err := conn.CopyFrom(ctx, pgx.Identifier{"api_keys"}, []string{"id", "name", "key_hash", "last_four", "permissions", "created_at", "updated_at"}, pgx.CopyFromRows(rows))
	return err
}
