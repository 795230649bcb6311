package archive

import (
	"encoding/hex"
	"strconv"
	"strings"

	"gatehouse/audit"
)

// csvColumns are the first line of a CSV file.
var csvColumns = []string{"id", "sequence", "occurred_at", "recorded_at", "organization_id", "action", "source", "actor_type", "actor_id", "actor_name",
	"targets", "location", "user_agent", "request_id", "reference", "data", "hash"}

const csvTime = "2006-01-02T15:04:05.000000Z"

// header is what a file begins with.
func (f Format) header() []byte {
	if f != CSV {
		return nil
	}
	return []byte(strings.Join(csvColumns, ",") + "\r\n")
}

// kind is the media type.
func (f Format) kind() string {
	if f == CSV {
		return "text/csv; charset=utf-8; header=present" // RFC 4180 §3
	}
	return "application/x-ndjson"
}

// appendLine appends an entry: for machines the chain's own line, which the
// offline verifier reads.
func (f Format) appendLine(b []byte, r *audit.Placed) []byte {
	if f == NDJSON {
		return append(r.AppendLine(b), '\n')
	}
	for i, cell := range [...]string{
		r.ID, strconv.FormatInt(r.Sequence, 10), r.OccurredAt.UTC().Format(csvTime), r.RecordedAt.UTC().Format(csvTime), r.Organization, r.Type, r.Source,
		r.ActorKind, text(r.ActorID), text(r.ActorName), string(r.Targets), text(r.IPAddress), text(r.UserAgent), text(r.RequestID), text(r.Reference),
		string(r.Data), hex.EncodeToString(r.Hash[:]),
	} {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendCell(b, cell)
	}
	return append(b, '\r', '\n')
}

// appendCell appends a cell of CSV. Spreadsheets run what begins like a
// formula, also behind a quote (CWE-1236): an apostrophe before it makes it
// text. A cell that begins with an apostrophe has one more, so that taking one
// away gives back what was written, always.
func appendCell(b []byte, cell string) []byte {
	if cell == "" {
		return b
	}
	b = append(b, '"')
	if formula(cell) {
		b = append(b, '\'')
	}
	for i := range len(cell) {
		if cell[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, cell[i])
	}
	return append(b, '"')
}

// formula reports whether a spreadsheet may take a cell for one. Some look past
// spaces, and some take the wide signs of East Asian keyboards for the narrow.
func formula(cell string) bool {
	if cell[0] == '\'' {
		return true
	}
	first := strings.TrimLeft(cell, " \u00a0\u3000\ufeff")
	if first == "" {
		return false
	}
	switch first[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n', '|', '%':
		return true
	}
	for _, wide := range []string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(first, wide) {
			return true
		}
	}
	return false
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
