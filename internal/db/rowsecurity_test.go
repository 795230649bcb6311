package db

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
)

// rowSecurityURL is filled by the external test package, which may import
// dbtest (dbtest imports db).
var rowSecurityURL func(testing.TB) string

// A build with the WHERE taken out still sees nothing foreign: each isolated
// table is read raw, as the server's role, in another organization's scope and
// in none.
func TestRowSecurityStandsWithoutTheWhere(t *testing.T) {
	if os.Getenv("GATEHOUSE_TEST_POSTGRES") == "" && os.Getenv("CI") == "" {
		return // make check runs on SQLite, which has no row security to test
	}
	d, err := Open(t.Context(), Options{URL: rowSecurityURL(t), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	a, b := id.New[id.Organization](), id.New[id.Organization]()
	seedRaw(t, d, a, b)
	for table := range isolatedTables(t, d) {
		for _, c := range []struct {
			name  string
			scope scope
			want  int
		}{{"own", scope{reach: reachOrg, org: a}, 1}, {"none", scope{}, 0}, {"across", scope{reach: reachDeployment}, 2}} {
			err := d.run(t.Context(), c.scope, actor.System("test"), true, func(tx *Tx) error {
				var n int
				if err := tx.session().Raw("SELECT count(*) FROM " + table + " WHERE organization_id IS NOT NULL").Scan(&n).Error; err != nil {
					return err
				}
				if n != c.want {
					t.Errorf("%s in scope %s: %d rows, want %d", table, c.name, n, c.want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		refuseForeignWrites(t, d, table, a, b)
	}
}

func refuseForeignWrites(t *testing.T, d *DB, table string, a, b id.Organization) {
	for _, c := range []scope{{reach: reachOrg, org: a}, {}, {reach: reachLocate}} {
		err := d.run(t.Context(), c, actor.System("test"), false, func(tx *Tx) error {
			r := tx.session().Exec("DELETE FROM "+table+" WHERE organization_id = ?", b)
			if r.Error == nil && r.RowsAffected != 0 {
				t.Errorf("%s: scope %v deleted %d foreign rows", table, c, r.RowsAffected)
			}
			return r.Error
		})
		if err != nil && !writtenOnce[table] { // the role may not delete there at all
			t.Fatal(err)
		}
	}
}

// writtenOnce are the tables that the server's role may only add to.
var writtenOnce = map[string]bool{"audit_events": true, "audit_tiles": true, "audit_checkpoints": true, "audit_expiries": true}

// isolatedTables are the tables with an organization_id column that row
// security guards; one with the column and without a policy must be on the
// list of those whose organization changes by nature.
func isolatedTables(t *testing.T, d *DB) map[string]bool {
	global := map[string]bool{"sessions": true, "login_attempts": true, "authorization_requests": true, "grants": true, "device_authorizations": true, "audit_rollups": true}
	tables := map[string]bool{}
	rows, err := d.pool.Query(context.Background(), `SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var guarded bool
		if err := rows.Scan(&name, &guarded); err != nil {
			t.Fatal(err)
		}
		if !guarded && !global[name] {
			t.Errorf("%s has an organization_id and no row security", name)
		}
		if guarded {
			tables[name] = true
		}
	}
	return tables
}

func seedRaw(t *testing.T, d *DB, orgs ...id.Organization) {
	for _, o := range orgs {
		err := d.InOrg(t.Context(), o, actor.System("test"), func(tx *OrgTx) error {
			user := id.New[id.User]()
			for _, s := range append([]row{
				{"INSERT INTO organizations (id, name, metadata, created_at, updated_at) VALUES (?, 'x', '{}', now(), now())", []any{o}},
				{"INSERT INTO users (id, email, email_key, metadata, created_at, updated_at) VALUES (?, ?, ?, '{}', now(), now())", []any{user, user, user}},
				{"INSERT INTO organization_domains (id, organization_id, domain, state, verification_strategy, created_at, updated_at) VALUES (?, ?, 'x.example', 'pending', 'dns', now(), now())", []any{id.New[id.OrganizationDomain](), o}},
				{"INSERT INTO branding (organization_id, layout, created_at, updated_at) VALUES (?, 'center', now(), now())", []any{o}},
				{"INSERT INTO memberships (id, organization_id, user_id, status, role_slug, custom_attributes, created_at, updated_at) VALUES (?, ?, ?, 'active', 'member', '{}', now(), now())", []any{id.New[id.Membership](), o, user}},
				{"INSERT INTO roles (id, organization_id, slug, name, rank, created_at, updated_at) VALUES (?, ?, 'org-x', 'x', 1, now(), now())", []any{id.New[id.Role](), o}},
				{"INSERT INTO api_keys (id, organization_id, name, key_hash, last_four, permissions, created_at, updated_at) VALUES (?, ?, 'x', ?, 'x', '[]', now(), now())", []any{id.New[id.APIKey](), o, []byte(o)}},
				{"INSERT INTO organization_policies (organization_id, policy, created_at, updated_at) VALUES (?, '{}', now(), now())", []any{o}},
				{"INSERT INTO invitations (id, organization_id, email, email_key, token_hash, sealed, expires_at, created_at, updated_at) VALUES (?, ?, 'x', 'x', ?, '', now(), now(), now())", []any{id.New[id.Invitation](), o, []byte(o)}},
				{"INSERT INTO audit_events (id, organization_id, type, occurred_at, recorded_at, actor_kind, targets, data) VALUES (?, ?, 'x', now(), now(), 'system', '[]', '{}')", []any{id.New[id.Event](), o}},
			}, slices.Concat(connectionRows(o, user), directoryRows(o, user), logRows(o))...) {
				if err := tx.session().Exec(s.sql, s.args...).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// row is one that is inserted past the handles.
type row struct {
	sql  string
	args []any
}

// connectionRows are a connection of the organization and what hangs on it.
func connectionRows(o id.Organization, user id.User) []row {
	conn, identity, browser, client := id.New[id.Connection](), id.New[id.Profile](), id.New[id.BrowserSession](), id.New[id.Client]()
	hash := []byte(o)
	return []row{
		{"INSERT INTO connections (id, organization_id, type, protocol, name, state, idp_initiated, jit, allow_guests, attribute_map, role_mappings, created_at, updated_at) VALUES (?, ?, 'GenericSAML', 'saml', 'x', 'draft', false, true, false, '{}', '[]', now(), now())", []any{conn, o}},
		{"INSERT INTO connection_domains (id, organization_id, connection_id, domain, created_at) VALUES (?, ?, ?, 'x.example', now())", []any{id.New[id.ConnectionDomain](), o, conn}},
		{"INSERT INTO connection_configurations (id, organization_id, connection_id, standing, configuration, created_at, updated_at) VALUES (?, ?, ?, 'live', '{}', now(), now())", []any{id.New[id.Configuration](), o, conn}},
		{"INSERT INTO connection_keys (id, organization_id, connection_id, standing, certificate, sealed, not_after, created_at, updated_at) VALUES (?, ?, ?, 'active', '', '', now(), now(), now())", []any{id.New[id.ConnectionKey](), o, conn}},
		{"INSERT INTO sso_requests (id, organization_id, connection_id, purpose, state_hash, bound_hash, sealed, expires_at, created_at, updated_at) VALUES (?, ?, ?, 'sign_in', ?, '', '', now(), now(), now())", []any{id.New[id.SSORequest](), o, conn, hash}},
		{"INSERT INTO assertions_seen (id, organization_id, connection_id, expires_at, created_at) VALUES (?, ?, ?, now(), now())", []any{id.New[id.Seen](), o, conn}},
		{"INSERT INTO sso_attempts (id, organization_id, connection_id, reference, kind, outcome, steps, attributes, created_at, updated_at) VALUES (?, ?, ?, 'GH', 'sign_in', 'failed', '[]', '{}', now(), now())", []any{id.New[id.SSOAttempt](), o, conn}},
		{"INSERT INTO sso_identities (id, organization_id, connection_id, user_id, subject, guest, profile, created_at, updated_at) VALUES (?, ?, ?, ?, 'x', false, '', now(), now())", []any{identity, o, conn, user}},
		{"INSERT INTO browser_sessions (id, secret_hash, user_id, auth_method, authenticated_at, last_seen_at, idle_seconds, expires_at, created_at, updated_at) VALUES (?, ?, ?, 'sso', now(), now(), 1, now(), now(), now())", []any{browser, hash, user}},
		{"INSERT INTO sso_sessions (id, organization_id, connection_id, identity_id, browser_session_id, subject_hash, sealed, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, '', '', now(), now(), now())", []any{id.New[id.SSOSession](), o, conn, identity, browser}},
		{"INSERT INTO clients (id, name, type, token_algorithm, access_token_seconds, created_at, updated_at) VALUES (?, 'x', 'web', 'RS256', 300, now(), now())", []any{client}},
		{"INSERT INTO sso_tokens (id, organization_id, kind, token_hash, client_id, identity_id, expires_at, created_at, updated_at) VALUES (?, ?, 'profile', ?, ?, ?, now(), now(), now())", []any{id.New[id.SSOToken](), o, hash, client, identity}},
		{"INSERT INTO portal_links (id, organization_id, token_hash, scopes, made_by, extendable, expires_at, created_at, updated_at) VALUES (?, ?, ?, '[]', 'x', false, now(), now(), now())", []any{id.New[id.PortalLink](), o, hash}},
		{"INSERT INTO portal_sessions (id, organization_id, secret_hash, name, scopes, extendable, expires_at, created_at, updated_at) VALUES (?, ?, ?, 'x', '[]', false, now(), now(), now())", []any{id.New[id.PortalSession](), o, hash}},
	}
}

// directoryRows are a directory of the organization and what hangs on it.
func directoryRows(o id.Organization, user id.User) []row {
	dir, person, group := id.New[id.Directory](), id.New[id.DirectoryUser](), id.New[id.DirectoryGroup]()
	hash := []byte(o)
	return []row{
		{"INSERT INTO directories (id, organization_id, type, name, state, staged, attribute_map, trust_roles, jit, window_seconds, created_at, updated_at) VALUES (?, ?, 'x', 'x', 'active', false, '{}', false, false, 1, now(), now())", []any{dir, o}},
		{"INSERT INTO directory_tokens (id, organization_id, directory_id, token_hash, last_four, made_by, created_at, updated_at) VALUES (?, ?, ?, ?, 'x', 'x', now(), now())", []any{id.New[id.DirectoryToken](), o, dir, hash}},
		{"INSERT INTO directory_counts (id, organization_id, directory_id, users_active, users_inactive, groups_total) VALUES (?, ?, ?, 0, 0, 0)", []any{id.New[id.DirectoryCount](), o, dir}},
		{"INSERT INTO directory_users (id, organization_id, directory_id, user_name, user_name_key, active, resource, version, kept, created_at, updated_at) VALUES (?, ?, ?, 'x', 'x', true, '{}', 1, false, now(), now())", []any{person, o, dir}},
		{"INSERT INTO directory_user_emails (id, organization_id, directory_id, directory_user_id, value_key, type_key, is_primary) VALUES (?, ?, ?, ?, 'x', '', true)", []any{id.New[id.DirectoryEmail](), o, dir, person}},
		{"INSERT INTO directory_groups (id, organization_id, directory_id, display_name, display_name_key, resource, version, created_at, updated_at) VALUES (?, ?, ?, 'x', 'x', '{}', 1, now(), now())", []any{group, o, dir}},
		{"INSERT INTO directory_group_members (organization_id, directory_id, group_id, directory_user_id, created_at) VALUES (?, ?, ?, ?, now())", []any{o, dir, group, person}},
		{"INSERT INTO directory_group_groups (organization_id, directory_id, group_id, child_id, created_at) VALUES (?, ?, ?, ?, now())", []any{o, dir, group, group}},
		{"INSERT INTO directory_role_mappings (id, organization_id, directory_id, group_id, role_slug, made_by, created_at, updated_at) VALUES (?, ?, ?, ?, 'x', 'x', now(), now())", []any{id.New[id.RoleMapping](), o, dir, group}},
		{"INSERT INTO directory_departures (id, organization_id, directory_id, directory_user_id, kind, request_id, received_at, sessions, refresh_tokens, api_keys, kept, created_at, updated_at) VALUES (?, ?, ?, ?, 'deactivated', 'x', now(), 0, 0, 0, false, now(), now())", []any{id.New[id.Departure](), o, dir, person}},
		{"INSERT INTO scim_requests (id, organization_id, directory_id, request_id, method, path, operation, resource_type, outcome, status, reason, took_us, created_at) VALUES (?, ?, ?, 'x', 'GET', 'x', 'x', '', 'read', 200, 'x', 0, now())", []any{id.New[id.SCIMRequest](), o, dir}},
		{"INSERT INTO member_api_keys (id, organization_id, user_id, name, key_hash, last_four, permissions, created_at, updated_at) VALUES (?, ?, ?, 'x', ?, 'x', '[]', now(), now())", []any{id.New[id.APIKey](), o, user, hash}},
	}
}

// logRows are what hangs on an organization's log.
func logRows(o id.Organization) []row {
	key, endpoint, delivery := id.New[id.AuditKey](), id.New[id.Endpoint](), id.New[id.Delivery]()
	return []row{
		{"INSERT INTO audit_tiles (position, last_position, organization_id, sequence, last_sequence, recorded_at, last_recorded_at, retention, numbered_at, events, types, previous_hash, hashes, terms) VALUES (1, 1, ?, 1, 1, now(), now(), 365, now(), '{x}', '{x}', '', '', '')", []any{o}},
		{"INSERT INTO audit_keys (id, public_key, sealed_key, created_at) VALUES (?, '', '', now())", []any{key}},
		{"INSERT INTO audit_checkpoints (id, organization_id, sequence, hash, key_id, signature, created_at) VALUES (?, ?, 1, '', ?, '', now())", []any{id.New[id.Checkpoint](), o, key}},
		{"INSERT INTO audit_expiries (id, organization_id, first_sequence, last_sequence, previous_hash, hash, key_id, signature, created_at) VALUES (?, ?, 1, 1, '', '', ?, '', now())", []any{id.New[id.Expiry](), o, key}},
		{"INSERT INTO audit_repeats (id, organization_id, event_id, digest, created_at) VALUES (?, ?, ?, '', now())", []any{id.New[id.Repeat](), o, id.New[id.Event]()}},
		{"INSERT INTO audit_exports (id, organization_id, format, filter, state, made_by, progress, created_at, updated_at) VALUES (?, ?, 'csv', '{}', 'pending', 'x', '{}', now(), now())", []any{id.New[id.AuditExport](), o}},
		{"INSERT INTO webhook_endpoints (id, organization_id, url, events, status, sealed_secret, failures, created_at, updated_at) VALUES (?, ?, 'x', '[]', 'enabled', '', 0, now(), now())", []any{endpoint, o}},
		{"INSERT INTO webhook_deliveries (id, organization_id, endpoint_id, event_id, event_type, position, cause, state, attempts, created_at, updated_at) VALUES (?, ?, ?, ?, 'x', 1, 'event', 'waiting', 0, now(), now())", []any{delivery, o, endpoint, id.New[id.Event]()}},
		{"INSERT INTO webhook_attempts (id, organization_id, delivery_id, number, milliseconds, request_headers, answer_headers, created_at) VALUES (?, ?, ?, 1, 1, '{}', '{}', now())", []any{id.New[id.DeliveryAttempt](), o, delivery}},
		{"INSERT INTO audit_views (id, organization_id, name, folded, query, made_by, created_at, updated_at) VALUES (?, ?, 'x', 'x', '', 'x', now(), now())", []any{id.New[id.AuditView](), o}},
		{"INSERT INTO log_streams (id, organization_id, name, type, configuration, filter, state, start_position, position, delivered, failures, created_at, updated_at) VALUES (?, ?, 'x', 'http', '{}', '{}', 'active', 0, 0, 0, 0, now(), now())", []any{id.New[id.Stream](), o}},
	}
}

// The deployment's own figures are no organization's: a statement in one's
// transaction, or in none's, neither sees them nor adds to them.
func TestTheDeploymentsFiguresAreItsOwn(t *testing.T) {
	if os.Getenv("GATEHOUSE_TEST_POSTGRES") == "" && os.Getenv("CI") == "" {
		return // make check runs on SQLite, which has no row security to test
	}
	d, err := Open(t.Context(), Options{URL: rowSecurityURL(t), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.InDeployment(t.Context(), actor.System("test"), func(tx *AllTx) error {
		return AddSignInTimes(tx, []SignInTime{{Hour: tx.Now().Truncate(time.Hour), UpToMS: 50, Answers: 3}})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []scope{{reach: reachOrg, org: id.New[id.Organization]()}, {}, {reach: reachLocate}, {reach: reachDeployment}} {
		var seen, changed int64
		_ = d.run(t.Context(), s, actor.System("test"), false, func(tx *Tx) error {
			changed = tx.session().Exec("UPDATE sign_in_times SET answers = 9").RowsAffected
			return context.Canceled // taken back
		})
		err := d.run(t.Context(), s, actor.System("test"), true, func(tx *Tx) error {
			return tx.session().Raw("SELECT count(*) FROM sign_in_times").Scan(&seen).Error
		})
		if own := s.reach == reachDeployment; err != nil || (seen == 1) != own || (changed == 1) != own {
			t.Errorf("scope %v sees %d and changes %d: %v", s, seen, changed, err)
		}
	}
}
