// Package seal keeps secrets secret at rest. It is pure: bytes in, bytes out,
// and one file for a generated master key.
//
// What is only ever compared (tokens, codes, API keys) is stored as
// seal.Hash and found by it. What must be read again (an identity provider's
// client secret, a signing key) is sealed, in two layers:
//
//	master key  ── wraps ──▶  data key (one per organization, one for the deployment)
//	data key    ── seals ──▶  the column, bound to its place
//
// The place (organization, table, column, row) is authenticated with the
// text, so a sealed value that somebody copies into another row, another
// column or another organization does not open there. Master keys rotate by
// putting a new one first: it wraps from then on, all of them open.
package seal
