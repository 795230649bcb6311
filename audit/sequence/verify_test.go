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
		before, after = []string{"DROP TRIGGER IF EXISTS audit_events_fixed", "DROP TRIGGER IF EXISTS audit_tiles_fixed"}, nil
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

// aLog is a log of ten entries of a new organization, numbered at once, and five
// of the deployment's, signed.
func aLog(t *testing.T, d *db.DB) (org id.Organization, own []audit.Numbered) {
	t.Helper()
	return logOf(t, d, 10)
}

// logOf is such a log, of which so many entries at a time were numbered.
func logOf(t *testing.T, d *db.DB, atOnce int) (org id.Organization, own []audit.Numbered) {
	t.Helper()
	org = id.New[id.Organization]()
	for n := 0; n < 10; n += atOnce {
		record(t, d, &org, atOnce)
		numberAll(t, d)
	}
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
	statements []string // {5} is the id of the fifth entry, {[5]} a list of it alone, {org} the organization
	kind       chain.FaultKind
	sequence   int64 // of the first bad entry
}

// X10: whoever has the database and changes the log is found out, and the first
// bad entry is named.
func TestWhatADatabasesOwnerDoesToTheLogIsNamed(t *testing.T) {
	tile := "(position, last_position, organization_id, sequence, last_sequence, recorded_at, last_recorded_at, retention, numbered_at, events, types, previous_hash, hashes, terms)"
	entry := "(id, organization_id, type, occurred_at, recorded_at, retention, actor_kind, targets, data)"
	again := func(events string) string {
		return `INSERT INTO audit_tiles ` + tile + ` SELECT 100000 + position, 100000 + last_position, organization_id, sequence, last_sequence, recorded_at, last_recorded_at, retention, numbered_at, ` + events + `, types, previous_hash, hashes, terms FROM audit_tiles WHERE events = {[5]}`
	}
	places := func(event, where string) string {
		return `UPDATE audit_tiles SET events = {[` + event + `]}, recorded_at = (SELECT recorded_at FROM audit_events WHERE id = '{` + event + `}'), last_recorded_at = (SELECT recorded_at FROM audit_events WHERE id = '{` + event + `}') WHERE organization_id = '{org}' AND events = ` + where
	}
	namedInLogsOf(t, 1, []tampering{
		{"data", []string{`UPDATE audit_events SET data = '{}' WHERE id = '{5}'`}, chain.Altered, 5},
		{"the actor", []string{`UPDATE audit_events SET actor_id = NULL WHERE id = '{5}'`}, chain.Altered, 5},
		{"a target that a reader leaves out", []string{`UPDATE audit_events SET targets = '[{"type":"user","id":"x","secret":1}]' WHERE id = '{5}'`}, chain.Altered, 5},
		{"the type", []string{`UPDATE audit_events SET type = 'user.deleted' WHERE id = '{5}'`}, chain.Altered, 5},
		{"the type and its link's", []string{`UPDATE audit_events SET type = 'user.deleted' WHERE id = '{5}'`, `UPDATE audit_tiles SET types = {[user.deleted]} WHERE events = {[5]}`}, chain.Altered, 5},
		{"whose it is", []string{`UPDATE audit_events SET organization_id = NULL WHERE id = '{5}'`}, chain.Altered, 5},
		{"a removed entry", []string{`DELETE FROM audit_events WHERE id = '{5}'`}, chain.Removed, 5},
		{"a removed entry and its link", []string{`DELETE FROM audit_events WHERE id = '{5}'`, `DELETE FROM audit_tiles WHERE events = {[5]}`}, chain.Removed, 5},
		{"the last one removed", []string{`DELETE FROM audit_events WHERE id = '{10}'`, `DELETE FROM audit_tiles WHERE events = {[10]}`}, chain.Removed, 10},
		{"the last ones removed and the head set back", []string{`DELETE FROM audit_tiles WHERE sequence > 8 AND organization_id = '{org}'`,
			`UPDATE audit_heads SET sequence = 8, hash = (SELECT hashes FROM audit_tiles WHERE organization_id = '{org}' AND sequence = 8) WHERE id = '{org}'`}, chain.Removed, 9},
		{"the beginning removed", []string{`DELETE FROM audit_tiles WHERE sequence < 4 AND organization_id = '{org}'`}, chain.Removed, 1},
		{"an inserted entry", []string{`INSERT INTO audit_events ` + entry + ` SELECT '{5}x', organization_id, type, occurred_at, recorded_at, retention, 'x', targets, data FROM audit_events WHERE id = '{5}'`, `DELETE FROM audit_pending`}, chain.Inserted, 0},
		{"an inserted entry with a number", []string{
			`INSERT INTO audit_events ` + entry + ` SELECT '{5}x', organization_id, type, occurred_at, recorded_at, retention, 'x', targets, data FROM audit_events WHERE id = '{5}'`, `DELETE FROM audit_pending`,
			again(`{[5x]}`)}, chain.Inserted, 5},
		{"the same link twice", []string{again(`events`)}, chain.Reordered, 6},
		{"numbers exchanged", []string{`UPDATE audit_tiles SET sequence = 1000, last_sequence = 1000 WHERE events = {[5]}`, `UPDATE audit_tiles SET sequence = 5, last_sequence = 5 WHERE events = {[6]}`, `UPDATE audit_tiles SET sequence = 6, last_sequence = 6 WHERE events = {[5]}`}, chain.Reordered, 5},
		{"positions exchanged", []string{`UPDATE audit_tiles SET position = 100000 + position, last_position = 100000 + last_position WHERE events = {[5]}`}, chain.Reordered, 6},
		{"entries exchanged", []string{`UPDATE audit_tiles SET events = {[x]} WHERE events = {[5]}`, places("5", "{[6]}"), places("6", "{[x]}")}, chain.Altered, 5},
		{"a link's hash", []string{`UPDATE audit_tiles SET hashes = previous_hash WHERE events = {[5]}`}, chain.Altered, 5},
		{"a broken hash", []string{`UPDATE audit_tiles SET hashes = '' WHERE events = {[5]}`}, chain.Altered, 5},
		{"what it is found by", []string{`UPDATE audit_tiles SET terms = {none} WHERE events = {[5]}`, `UPDATE audit_tiles SET terms = {none} WHERE events = {[7]}`}, chain.Hidden, 5},
		{"that it is found by another's", []string{`UPDATE audit_tiles SET terms = other FROM (SELECT terms AS other FROM audit_tiles WHERE events = {[6]}) p WHERE events = {[5]}`}, chain.Hidden, 5},
		{"a head", []string{`UPDATE audit_heads SET sequence = 12 WHERE id = '{org}'`}, chain.Removed, 11},
		{"a head's hash", []string{`UPDATE audit_heads SET hash = previous FROM (SELECT hashes AS previous FROM audit_tiles WHERE events = {[5]}) p WHERE id = '{org}'`}, chain.Rewritten, 10},
		{"no head", []string{`DELETE FROM audit_heads WHERE id = '{org}'`}, chain.Rewritten, 10},
		{"a checkpoint", []string{`UPDATE audit_checkpoints SET sequence = 9 WHERE organization_id = '{org}'`}, chain.Forged, 9},
		{"a key's public half", []string{`UPDATE audit_keys SET public_key = signature FROM (SELECT signature FROM audit_checkpoints LIMIT 1) s`}, chain.Forged, 0},
	})
}

// X10: the same of a row that holds the links of many entries.
func TestWhatADatabasesOwnerDoesToATileIsNamed(t *testing.T) {
	const mine = ` WHERE organization_id = '{org}'`
	shorter := `UPDATE audit_tiles SET events = {8 events}, types = {8 types}, hashes = substr(hashes, 1, 8 * 32), last_sequence = 8, last_position = position + 7` + mine
	namedInLogsOf(t, 10, []tampering{
		{"an entry's data", []string{`UPDATE audit_events SET data = '{}' WHERE id = '{5}'`}, chain.Altered, 5},
		{"an entry that is gone", []string{`DELETE FROM audit_events WHERE id = '{5}'`}, chain.Removed, 5},
		{"one hash of many", []string{`UPDATE audit_tiles SET hashes = {zero 130}` + mine}, chain.Altered, 5},
		{"too few hashes", []string{`UPDATE audit_tiles SET hashes = substr(hashes, 1, 300)` + mine}, chain.Altered, 1},
		{"more numbers than links", []string{`UPDATE audit_tiles SET last_sequence = 15` + mine}, chain.Altered, 1},
		{"more positions than links", []string{`UPDATE audit_tiles SET last_position = last_position + 100` + mine}, chain.Altered, 1},
		{"fewer links than numbers", []string{`UPDATE audit_tiles SET events = {8 events}` + mine}, chain.Altered, 1},
		{"no id of one link", []string{`UPDATE audit_tiles SET events = {fifth null}` + mine}, chain.Removed, 5},
		{"no links", []string{`UPDATE audit_tiles SET events = {[]}, types = {[]}` + mine}, chain.Altered, 1},
		{"the last links cut off", []string{shorter}, chain.Removed, 9},
		{"the last links cut off and the head set back", []string{shorter, `UPDATE audit_heads SET sequence = 8, hash = (SELECT substr(hashes, 7 * 32 + 1, 32) FROM audit_tiles` + mine + `) WHERE id = '{org}'`}, chain.Removed, 9},
		{"the words of all", []string{`UPDATE audit_tiles SET terms = {none}` + mine}, chain.Hidden, 1},
		{"all", []string{`DELETE FROM audit_tiles` + mine}, chain.Removed, 1},
	})
}

func namedInLogsOf(t *testing.T, atOnce int, cases []tampering) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) { c.named(t, d, atOnce) })
		}
	})
}

// named asks for the fault in a new organization's log.
func (c tampering) named(t *testing.T, d *db.DB, atOnce int) {
	org, entries := logOf(t, d, atOnce)
	fill := []string{"{org}", string(org), "{none}", "''", "{[x]}", list(d, "x"), "{[user.deleted]}", list(d, "user.deleted"), "{[5x]}", list(d, string(entries[4].ID)+"x"), "{[]}", "'{}'",
		"{8 events}", "events[1:8]", "{8 types}", "types[1:8]", "{fifth null}", "events[1:4] || ARRAY[NULL]::text[] || events[6:10]", "{zero 130}", `overlay(hashes placing '\x0000' from 130)`}
	if d.Dialect == db.SQLite {
		fill = append([]string{"{none}", "' '", "{fifth null}", "json_replace(events, '$[4]', NULL)", "{[]}", "'[]'", "{8 events}", "json_remove(events, '$[9]', '$[8]')", "{8 types}", "json_remove(types, '$[9]', '$[8]')",
			"{zero 130}", "CAST(substr(hashes, 1, 129) || x'0000' || substr(hashes, 132) AS blob)"}, fill...)
	}
	for i, n := range entries {
		fill = append(fill, fmt.Sprintf("{%d}", i+1), string(n.ID), fmt.Sprintf("{[%d]}", i+1), list(d, string(n.ID)))
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

// list is a list of one text, as a tile has it.
func list(d *db.DB, text string) string {
	if d.Dialect == db.SQLite {
		return `'["` + text + `"]'`
	}
	return `'{"` + text + `"}'`
}

// Whoever knows the format can make all hashes right again: the signed head is
// what they cannot make.
func TestARewrittenChainIsNotTheSignedOne(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, entries := logOf(t, d, 1)
		previous := chain.Zero
		var statements []string
		for i, n := range entries {
			n := n
			if i == 4 {
				n.Data = []byte(`{}`)
				statements = append(statements, fmt.Sprintf("UPDATE audit_events SET data = '{}' WHERE id = '%s'", n.ID))
			}
			r := chain.Next(audit.ChainRecord(n).Entry, int64(i), previous)
			set := "UPDATE audit_tiles SET previous_hash = '\\x%x', hashes = '\\x%x' WHERE events = %s"
			if d.Dialect == db.SQLite {
				set = "UPDATE audit_tiles SET previous_hash = x'%x', hashes = x'%x' WHERE events = %s"
			}
			statements = append(statements, fmt.Sprintf(set, r.PreviousHash[:], r.Hash[:], list(d, string(n.ID))))
			previous = r.Hash
		}
		tamper(t, d, append(statements, fmt.Sprintf("UPDATE audit_heads SET hash = (SELECT hashes FROM audit_tiles WHERE events = %s) WHERE id = '%s'", list(d, string(entries[9].ID)), org))...)
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
		statements := []string{"UPDATE audit_events SET type = 'x'", "UPDATE audit_tiles SET hashes = ''"}
		if d.Dialect == db.Postgres {
			statements = append(statements, "DELETE FROM audit_events", "TRUNCATE audit_events", "DELETE FROM audit_tiles", "UPDATE audit_checkpoints SET hash = ''", "DELETE FROM audit_checkpoints",
				"UPDATE audit_expiries SET hash = ''", "DELETE FROM audit_expiries", "ALTER TABLE audit_events DISABLE TRIGGER ALL", "DROP TABLE audit_events", "SET session_replication_role = replica")
			for _, part := range partitions(t, conn) {
				statements = append(statements, "SELECT count(*) FROM "+part, "UPDATE "+part+" SET retention = 1", "DELETE FROM "+part, "INSERT INTO "+part+" SELECT * FROM "+part, "DROP TABLE "+part)
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
