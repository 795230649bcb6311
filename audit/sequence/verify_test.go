package sequence_test

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/audit/sequence"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// tamper runs statements as somebody who owns the database: on Postgres not as
// the server's role, on SQLite without the triggers that keep entries.
func tamper(t *testing.T, d *db.DB, statements ...string) {
	t.Helper()
	_, pool := d.Pools()
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	before, after := []string{"RESET ROLE", "SET session_replication_role = replica"}, []string{"SET session_replication_role = origin", "SET ROLE gatehouse_app"}
	if d.Dialect == db.SQLite {
		before, after = []string{"DROP TRIGGER IF EXISTS audit_events_fixed", "DROP TRIGGER IF EXISTS audit_positions_fixed"}, nil
	}
	for _, s := range append(append(before, statements...), after...) {
		if _, err := conn.ExecContext(context.WithoutCancel(t.Context()), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func signer(d *db.DB) *sequence.Signer {
	return &sequence.Signer{DB: d, Log: slog.New(slog.DiscardHandler)}
}

func verify(t *testing.T, d *db.DB) sequence.Result {
	t.Helper()
	result, err := (&sequence.Verifier{DB: d}).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// aLog is a log of ten entries of a new organization and five of the
// deployment's, signed.
func aLog(t *testing.T, d *db.DB) (org id.Organization, own []audit.Numbered) {
	t.Helper()
	org = id.New[id.Organization]()
	record(t, d, &org, 10)
	record(t, d, nil, 5)
	numberAll(t, d)
	s := signer(d)
	for _, o := range []*id.Organization{&org, nil} {
		if c, err := s.Checkpoint(t.Context(), o); err != nil || c == nil {
			t.Fatal(c, err)
		}
	}
	numberAll(t, d) // the key's own entry
	err := d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) (err error) { own, err = audit.Feed(tx, audit.FeedQuery{}); return err })
	if err != nil || len(own) != 10 {
		t.Fatal(len(own), err)
	}
	return org, own
}

// A log that nobody touched must verify, or nobody believes the next alarm.
func TestAnUntouchedLogVerifies(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, _ := aLog(t, d)
		var reports []chain.Report
		v := &sequence.Verifier{DB: d, Seen: func(r chain.Report, _ []chain.Fault) { reports = append(reports, r) }}
		if result, err := v.All(t.Context()); err != nil || result.Count != 0 || result.Chains != 2 || result.Entries != 16 {
			t.Errorf("%+v, %v", result, err)
		}
		if last := reports[1]; last.Organization != string(org) || last.Signed != 10 || last.Checkpoints != 1 {
			t.Errorf("%+v", last)
		}
		if result, err := v.Organization(t.Context(), org); err != nil || result.Count != 0 || result.Entries != 10 {
			t.Errorf("%+v, %v", result, err)
		}
	})
}

type tampering struct {
	name       string
	statements []string // {5} is the id of the fifth entry, {org} the organization
	kind       chain.FaultKind
	sequence   int64 // of the first bad entry
}

// X10: whoever has the database and changes the log is found out, and the first
// bad entry is named.
func TestWhatADatabasesOwnerDoesToTheLogIsNamed(t *testing.T) {
	link := "(position, organization_id, sequence, event_id, type, recorded_at, retention, numbered_at, previous_hash, hash, terms)"
	entry := "(id, organization_id, type, occurred_at, recorded_at, retention, actor_kind, targets, data)"
	cases := []tampering{
		{"data", []string{`UPDATE audit_events SET data = '{}' WHERE id = '{5}'`}, chain.Altered, 5},
		{"the actor", []string{`UPDATE audit_events SET actor_id = NULL WHERE id = '{5}'`}, chain.Altered, 5},
		{"a target that a reader leaves out", []string{`UPDATE audit_events SET targets = '[{"type":"user","id":"x","secret":1}]' WHERE id = '{5}'`}, chain.Altered, 5},
		{"the type", []string{`UPDATE audit_events SET type = 'user.deleted' WHERE id = '{5}'`}, chain.Altered, 5},
		{"the type and its link's", []string{`UPDATE audit_events SET type = 'user.deleted' WHERE id = '{5}'`, `UPDATE audit_positions SET type = 'user.deleted' WHERE event_id = '{5}'`}, chain.Altered, 5},
		{"whose it is", []string{`UPDATE audit_events SET organization_id = NULL WHERE id = '{5}'`}, chain.Altered, 5},
		{"a removed entry", []string{`DELETE FROM audit_events WHERE id = '{5}'`}, chain.Removed, 5},
		{"a removed entry and its link", []string{`DELETE FROM audit_events WHERE id = '{5}'`, `DELETE FROM audit_positions WHERE event_id = '{5}'`}, chain.Removed, 5},
		{"the last one removed", []string{`DELETE FROM audit_events WHERE id = '{10}'`, `DELETE FROM audit_positions WHERE event_id = '{10}'`}, chain.Removed, 10},
		{"the last ones removed and the head set back", []string{`DELETE FROM audit_positions WHERE sequence > 8 AND organization_id = '{org}'`,
			`UPDATE audit_heads SET sequence = 8, hash = (SELECT hash FROM audit_positions WHERE organization_id = '{org}' AND sequence = 8) WHERE id = '{org}'`}, chain.Removed, 9},
		{"the beginning removed", []string{`DELETE FROM audit_positions WHERE sequence < 4 AND organization_id = '{org}'`}, chain.Removed, 1},
		{"an inserted entry", []string{`INSERT INTO audit_events ` + entry + ` SELECT '{5}x', organization_id, type, occurred_at, recorded_at, retention, 'x', targets, data FROM audit_events WHERE id = '{5}'`, `DELETE FROM audit_pending`}, chain.Inserted, 0},
		{"an inserted entry with a number", []string{
			`INSERT INTO audit_events ` + entry + ` SELECT '{5}x', organization_id, type, occurred_at, recorded_at, retention, 'x', targets, data FROM audit_events WHERE id = '{5}'`, `DELETE FROM audit_pending`,
			`INSERT INTO audit_positions ` + link + ` SELECT 100000 + position, organization_id, sequence, '{5}x', type, recorded_at, retention, numbered_at, previous_hash, hash, terms FROM audit_positions WHERE event_id = '{5}'`}, chain.Inserted, 5},
		{"the same link twice", []string{
			`INSERT INTO audit_positions ` + link + ` SELECT 100000 + position, organization_id, sequence, event_id, type, recorded_at, retention, numbered_at, previous_hash, hash, terms FROM audit_positions WHERE event_id = '{5}'`}, chain.Reordered, 6},
		{"numbers exchanged", []string{`UPDATE audit_positions SET sequence = 1000 WHERE event_id = '{5}'`, `UPDATE audit_positions SET sequence = 5 WHERE event_id = '{6}'`, `UPDATE audit_positions SET sequence = 6 WHERE event_id = '{5}'`}, chain.Reordered, 5},
		{"positions exchanged", []string{`UPDATE audit_positions SET position = 100000 + position WHERE event_id = '{5}'`}, chain.Reordered, 6},
		{"entries exchanged", []string{`UPDATE audit_positions SET event_id = 'x' WHERE event_id = '{5}'`, `UPDATE audit_positions SET event_id = '{5}', recorded_at = (SELECT recorded_at FROM audit_events WHERE id = '{5}') WHERE event_id = '{6}'`,
			`UPDATE audit_positions SET event_id = '{6}', recorded_at = (SELECT recorded_at FROM audit_events WHERE id = '{6}') WHERE event_id = 'x' AND organization_id = '{org}'`}, chain.Altered, 5},
		{"a link's hash", []string{`UPDATE audit_positions SET hash = previous_hash WHERE event_id = '{5}'`}, chain.Altered, 5},
		{"a broken hash", []string{`UPDATE audit_positions SET hash = '' WHERE event_id = '{5}'`}, chain.Altered, 5},
		{"what it is found by", []string{`UPDATE audit_positions SET terms = {none} WHERE event_id = '{5}'`, `UPDATE audit_positions SET terms = {none} WHERE event_id = '{7}'`}, chain.Hidden, 5},
		{"that it is found by another's", []string{`UPDATE audit_positions SET terms = other FROM (SELECT terms AS other FROM audit_positions WHERE event_id = '{6}') p WHERE event_id = '{5}'`}, chain.Hidden, 5},
		{"a head", []string{`UPDATE audit_heads SET sequence = 12 WHERE id = '{org}'`}, chain.Removed, 11},
		{"a head's hash", []string{`UPDATE audit_heads SET hash = previous FROM (SELECT hash AS previous FROM audit_positions WHERE event_id = '{5}') p WHERE id = '{org}'`}, chain.Rewritten, 10},
		{"no head", []string{`DELETE FROM audit_heads WHERE id = '{org}'`}, chain.Rewritten, 10},
		{"a checkpoint", []string{`UPDATE audit_checkpoints SET sequence = 9 WHERE organization_id = '{org}'`}, chain.Forged, 9},
		{"a key's public half", []string{`UPDATE audit_keys SET public_key = signature FROM (SELECT signature FROM audit_checkpoints LIMIT 1) s`}, chain.Forged, 0},
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, c := range cases {
			t.Run(c.name, c.named(d))
		}
	})
}

// named asks for the fault in a new organization's log.
func (c tampering) named(d *db.DB) func(*testing.T) {
	return func(t *testing.T) {
		org, entries := aLog(t, d)
		fill := []string{"{org}", string(org), "{none}", "''"}
		if d.Dialect == db.SQLite {
			fill[3] = "' '"
		}
		for i, n := range entries {
			fill = append(fill, fmt.Sprintf("{%d}", i+1), string(n.ID))
		}
		var statements []string
		for _, s := range c.statements {
			statements = append(statements, strings.NewReplacer(fill...).Replace(s))
		}
		tamper(t, d, statements...)
		result, err := (&sequence.Verifier{DB: d}).Organization(t.Context(), org)
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Faults) == 0 || result.Faults[0].Kind != c.kind || result.Faults[0].Sequence != c.sequence {
			t.Errorf("want %s at %d, got %+v", c.kind, c.sequence, result.Faults)
		}
	}
}

// Whoever knows the format can make all hashes right again: the signed head is
// what they cannot make.
func TestARewrittenChainIsNotTheSignedOne(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, entries := aLog(t, d)
		previous := chain.Zero
		var statements []string
		for i, n := range entries {
			n := n
			if i == 4 {
				n.Data = []byte(`{}`)
				statements = append(statements, fmt.Sprintf("UPDATE audit_events SET data = '{}' WHERE id = '%s'", n.ID))
			}
			r := chain.Next(audit.ChainRecord(n).Entry, int64(i), previous)
			set := "UPDATE audit_positions SET previous_hash = '\\x%x', hash = '\\x%x' WHERE event_id = '%s'"
			if d.Dialect == db.SQLite {
				set = "UPDATE audit_positions SET previous_hash = x'%x', hash = x'%x' WHERE event_id = '%s'"
			}
			statements = append(statements, fmt.Sprintf(set, r.PreviousHash[:], r.Hash[:], n.ID))
			previous = r.Hash
		}
		tamper(t, d, append(statements, fmt.Sprintf("UPDATE audit_heads SET hash = (SELECT hash FROM audit_positions WHERE event_id = '%s') WHERE id = '%s'", entries[9].ID, org))...)
		result := verify(t, d)
		if len(result.Faults) != 1 || result.Faults[0].Kind != chain.Rewritten {
			t.Errorf("%+v", result.Faults)
		}
		tamper(t, d, "DELETE FROM audit_checkpoints", "DELETE FROM audit_keys")
		forge(t, d, org, entries[9].Sequence, previous)
		if result := verify(t, d); len(result.Faults) == 0 || result.Faults[0].Kind != chain.Forged {
			t.Errorf("signed with a key of their own: %+v", result.Faults)
		}
	})
}

// forge signs a head with a key that the database's owner made.
func forge(t *testing.T, d *db.DB, org id.Organization, n int64, hash chain.Hash) {
	t.Helper()
	public, private, _ := ed25519.GenerateKey(nil)
	key := id.New[id.AuditKey]()
	c := chain.Checkpoint{ID: string(id.New[id.Checkpoint]()), Organization: string(org), Sequence: n, Hash: hash, KeyID: string(key), CreatedAt: d.Clock()}
	c.Signature = ed25519.Sign(private, c.Message())
	binary := "'\\x%x'"
	if d.Dialect == db.SQLite {
		binary = "x'%x'"
	}
	tamper(t, d,
		fmt.Sprintf("INSERT INTO audit_keys (id, public_key, sealed_key, created_at) VALUES ('%s', "+binary+", "+binary+", CURRENT_TIMESTAMP)", key, []byte(public), private.Seed()),
		fmt.Sprintf("INSERT INTO audit_checkpoints (id, organization_id, sequence, hash, key_id, signature, created_at) VALUES ('%s', '%s', %d, "+binary+", '%s', "+binary+", '%s')",
			c.ID, org, n, hash[:], key, c.Signature, c.CreatedAt.Format("2006-01-02 15:04:05.999999+00:00")))
}

// X10: the server's role cannot change or delete what was written, not by a
// partition's own name either.
func TestTheServersRoleCannotRewriteTheLog(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		aLog(t, d)
		_, conn := d.Pools()
		statements := []string{"UPDATE audit_events SET type = 'x'", "UPDATE audit_positions SET hash = ''"}
		if d.Dialect == db.Postgres {
			statements = append(statements, "DELETE FROM audit_events", "TRUNCATE audit_events", "DELETE FROM audit_positions", "UPDATE audit_checkpoints SET hash = ''", "DELETE FROM audit_checkpoints",
				"UPDATE audit_expiries SET hash = ''", "DELETE FROM audit_expiries", "ALTER TABLE audit_events DISABLE TRIGGER ALL", "DROP TABLE audit_events", "SET session_replication_role = replica")
			for _, part := range partitions(t, conn) {
				statements = append(statements, "SELECT count(*) FROM "+part, "UPDATE "+part+" SET type = 'x'", "DELETE FROM "+part, "INSERT INTO "+part+" SELECT * FROM "+part, "DROP TABLE "+part)
			}
		}
		for _, s := range statements {
			_, err := conn.ExecContext(t.Context(), s)
			if err == nil || d.Dialect == db.Postgres && !strings.Contains(err.Error(), "42501") {
				t.Errorf("%s: %v", s, err)
			}
		}
		if result := verify(t, d); result.Count != 0 {
			t.Errorf("%+v", result.Faults)
		}
	})
}

func partitions(t *testing.T, conn *sql.DB) (list []string) {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), "SELECT relname FROM pg_class WHERE relispartition AND relkind IN ('r', 'p') AND relname LIKE 'audit_%'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		list = append(list, name)
	}
	if err := errors.Join(rows.Err()); err != nil || len(list) == 0 {
		t.Fatal(len(list), err)
	}
	return list
}
