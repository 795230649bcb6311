// Package api is the management API at the root of the host: what the public
// SDKs call (reference/wire-api.md), and what scripts do instead of the
// dashboard. One file per resource.
//
// Each resource has a table of routes (route.go). The table mounts them,
// describes them (/openapi.json, /docs) and names what an organization's key
// meets there (isolation.go), so none of the three can fall behind.
//
//	route.serve   authenticate, count, read the body   (authenticate.go)
//	call.read     a read-only transaction              (call.go)
//	call.change   a transaction, the answer kept for repeats, commit (change.go)
//
// A key of the deployment sees every organization but the operators'. An
// organization's key sees that organization alone: for it every other id is
// not found, and lists hold only what is its own. What touches more than the
// organization (people's accounts, organizations, applications, keys) it may
// read as far as it sees it, and not change: that is 403. Both kinds of
// transaction are a reach (reach.go), so a handler is written once.
package api
