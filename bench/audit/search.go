package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/audit/search"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// sample is an entry whose values are searched for.
type sample struct {
	organization                  id.Organization
	kind, actor, address, session string
	person, reference             string
	at                            time.Time
}

// samples are entries at random places of the log.
func samples(ctx context.Context, raw *pgx.Conn, n int) (list []sample, err error) {
	rows, err := raw.Query(ctx, `SELECT e.organization_id, e.type, e.actor_id, e.ip_address, e.targets->1->>'id', split_part(e.actor_name, ' ', 1), coalesce(e.reference, ''), e.recorded_at
		FROM audit_events e TABLESAMPLE SYSTEM (0.05) WHERE e.actor_name LIKE 'person%' AND random() < 0.3 LIMIT 20000`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []sample
	for rows.Next() {
		var s sample
		if err := rows.Scan(&s.organization, &s.kind, &s.actor, &s.address, &s.session, &s.person, &s.reference, &s.at); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	for i := range min(n, len(all)) {
		s := all[i*len(all)/min(n, len(all))]
		for j := range all { // one that has a reference, for the filter by it
			if other := all[(i*37+j)%len(all)]; s.reference == "" && other.reference != "" {
				s.reference = other.reference
				break
			}
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

var filters = []struct {
	name string
	make func(sample) search.Query
}{
	{"none", func(sample) search.Query { return search.Query{} }},
	{"time", func(s sample) search.Query { return search.Query{Since: s.at.Add(-24 * time.Hour), Before: s.at} }},
	{"organization", func(s sample) search.Query { return search.Query{Organization: s.organization} }},
	{"action", func(s sample) search.Query { return search.Query{Types: []string{s.kind}} }},
	{"rare action", func(sample) search.Query { return search.Query{Types: []string{"organization.deleted"}} }},
	{"action in an organization", func(s sample) search.Query {
		return search.Query{Organization: s.organization, Types: []string{s.kind}}
	}},
	{"rare action in an organization", func(s sample) search.Query {
		return search.Query{Organization: s.organization, Types: []string{"organization.deleted"}}
	}},
	{"actor", func(s sample) search.Query { return search.Query{Actors: []string{s.actor}} }},
	{"target", func(s sample) search.Query { return search.Query{Targets: []string{s.session}} }},
	{"address", func(s sample) search.Query { return search.Query{Addresses: []string{s.address}} }},
	{"reference", func(s sample) search.Query { return search.Query{Reference: s.reference} }},
	{"text", func(s sample) search.Query { return search.Query{Text: s.person} }},
	{"text in an organization", func(s sample) search.Query { return search.Query{Organization: s.organization, Text: s.person} }},
	{"two words", func(s sample) search.Query { return search.Query{Text: s.person + " revoked"} }},
	{"nothing like it", func(sample) search.Query { return search.Query{Text: "zzyzx"} }},
}

const mostSearch = 100 // milliseconds, at the 95th percentile

func searches(ctx context.Context, d *db.DB, raw *pgx.Conn, rounds int) error {
	of95, err := samples(ctx, raw, rounds)
	if err != nil {
		return err
	}
	for _, f := range filters {
		var took []time.Duration
		found := 0
		for _, s := range of95 {
			begun := time.Now()
			err := d.ReadDeployment(ctx, func(tx *db.AllTx) error {
				rows, _, err := search.Find(tx, f.make(s), db.Page{Limit: 50})
				found += len(rows)
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			took = append(took, time.Since(begun))
		}
		verdict := "ok"
		if of(took, 0.95) > mostSearch {
			verdict = "ABOVE"
		}
		fmt.Printf("audit search by %s: p50 %.1f ms, p95 %.1f ms (%s, at most %d), %.1f found\n", f.name, of(took, 0.5), of(took, 0.95), verdict, mostSearch, float64(found)/float64(len(took)))
	}
	return nil
}

const bare = `SELECT id, organization_id, type, source, occurred_at, recorded_at, retention, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, request_id, reference, data
	FROM audit_events WHERE organization_id = $1 AND recorded_at >= $2 ORDER BY id DESC LIMIT 50`

// newest compares one organization's newest fifty with a bare query for them.
func newest(ctx context.Context, d *db.DB, raw *pgx.Conn, rounds int) error {
	org := id.Organization("org_01BENCH0000000000000000001")
	var ours, theirs []time.Duration
	for range rounds {
		begun := time.Now()
		err := d.ReadOrg(ctx, org, func(tx *db.OrgTx) error {
			_, _, err := search.Find(tx, search.Query{}, db.Page{Limit: 50})
			return err
		})
		if err != nil {
			return err
		}
		ours = append(ours, time.Since(begun))
		begun = time.Now()
		rows, err := raw.Query(ctx, bare, org, time.Now().AddDate(0, -1, 0))
		if err != nil {
			return err
		}
		for rows.Next() {
			if _, err := rows.Values(); err != nil {
				return err
			}
		}
		if rows.Err() != nil {
			return rows.Err()
		}
		theirs = append(theirs, time.Since(begun))
	}
	fmt.Printf("audit newest fifty: p50 %.2f ms with their numbers, a bare query %.2f ms\n", of(ours, 0.5), of(theirs, 0.5))
	return nil
}
