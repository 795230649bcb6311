package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"gatehouse/internal/id"
)

// token opens the directory.
const token = "scim_bench-token-that-everybody-knows"

// largest is how many people the group has at most.
const largest = 50_000

// filled is what stands in the database.
type filled struct {
	directory id.Directory
	people    []string // ids of user0@example.com and on
	group     id.DirectoryGroup
	active    []bool
}

// fill writes an organization that holds example.com, a directory of n people
// who are members, and a group of half of them.
func fill(ctx context.Context, s store, n int) (*filled, error) {
	f := &filled{directory: id.New[id.Directory](), people: make([]string, n), group: id.New[id.DirectoryGroup](), active: make([]bool, n)}
	org, now := id.New[id.Organization](), time.Now().UTC().Truncate(time.Microsecond)
	accounts := make([]id.User, n)
	for i := range n {
		f.people[i], accounts[i], f.active[i] = string(id.New[id.DirectoryUser]()), id.New[id.User](), true
	}
	hash := sha256.Sum256([]byte(token))
	one := func(table string, columns []string, values ...any) func() error {
		return func() error { return s.Rows(ctx, table, columns, rows(1, func(int) []any { return values })) }
	}
	many := func(table string, n int, columns []string, row func(int) []any) func() error {
		return func() error { return s.Rows(ctx, table, columns, rows(n, row)) }
	}
	group := []string{"id", "organization_id", "directory_id", "display_name", "display_name_key", "resource", "version", "created_at", "updated_at"}
	for _, write := range []func() error{
		one("organizations", []string{"id", "name", "metadata", "created_at", "updated_at"}, string(org), "Bench", "{}", now, now),
		one("organization_domains", []string{"id", "organization_id", "domain", "state", "verification_strategy", "created_at", "updated_at"},
			string(id.New[id.OrganizationDomain]()), string(org), "example.com", "verified", "manual", now, now),
		one("directories", []string{"id", "organization_id", "type", "name", "state", "staged", "attribute_map", "trust_roles", "jit", "window_seconds", "created_at", "updated_at"},
			string(f.directory), string(org), "generic scim v2.0", "Bench", "active", false, "{}", false, false, int64(3600), now, now),
		one("directory_tokens", []string{"id", "organization_id", "directory_id", "token_hash", "last_four", "made_by", "created_at", "updated_at"},
			string(id.New[id.DirectoryToken]()), string(org), string(f.directory), hash[:], "nows", "bench", now, now),
		one("directory_counts", []string{"id", "organization_id", "directory_id", "users_active", "users_inactive", "groups_total"},
			string(f.directory)+"/0", string(org), string(f.directory), int64(n), int64(0), int64(1)),
		many("users", n, []string{"id", "email", "email_key", "email_verified", "metadata", "created_at", "updated_at"}, func(i int) []any {
			return []any{string(accounts[i]), address(i), address(i), true, "{}", now, now}
		}),
		many("memberships", n, []string{"id", "organization_id", "user_id", "status", "role_slug", "directory_managed", "custom_attributes", "created_at", "updated_at"}, func(i int) []any {
			return []any{string(id.New[id.Membership]()), string(org), string(accounts[i]), "active", "member", true, "{}", now, now}
		}),
		many("directory_users", n, []string{"id", "organization_id", "directory_id", "user_name", "user_name_key", "external_id", "email", "email_key", "active", "resource", "version", "user_id", "kept", "created_at", "updated_at"}, func(i int) []any {
			return []any{f.people[i], string(org), string(f.directory), address(i), address(i), fmt.Sprint("ext-", i), address(i), address(i), true, resource(i), int64(1), string(accounts[i]), false, now, now}
		}),
		many("directory_user_emails", n, []string{"id", "organization_id", "directory_id", "directory_user_id", "value_key", "type_key", "is_primary"}, func(i int) []any {
			return []any{string(id.New[id.DirectoryEmail]()), string(org), string(f.directory), f.people[i], address(i), "work", true}
		}),
		one("directory_groups", group, string(f.group), string(org), string(f.directory), "Everybody", "everybody", `{"displayName":"Everybody"}`, int64(1), now, now),
		many("directory_group_members", min(n/2, largest), []string{"organization_id", "directory_id", "group_id", "directory_user_id", "created_at"}, func(i int) []any {
			return []any{string(org), string(f.directory), string(f.group), f.people[i], now}
		}),
		func() error { return s.Done(ctx) },
	} {
		if err := write(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// rows hands out n rows, then nil.
func rows(n int, row func(int) []any) func() []any {
	i := -1
	return func() []any {
		if i++; i >= n {
			return nil
		}
		return row(i)
	}
}

func address(i int) string { return fmt.Sprintf("user%d@example.com", i) }

// resource is what the provider said of a person.
func resource(i int) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"externalId":"ext-%d","active":true,"displayName":"User %d",`+
		`"name":{"givenName":"User","familyName":"%d"},"emails":[{"value":%q,"type":"work","primary":true}]}`, address(i), i, i, i, address(i))
}
