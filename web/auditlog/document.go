package auditlog

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"

	"gatehouse/audit/search"
	"gatehouse/web/ui"
)

// document is an entry as JSON, with its numbers and its link once it has them.
func document(e *search.Found) string {
	entry := struct {
		ID             string          `json:"id"`
		Action         string          `json:"action"`
		OrganizationID *string         `json:"organization_id"`
		OccurredAt     string          `json:"occurred_at"`
		Sequence       *int64          `json:"sequence"`
		Actor          any             `json:"actor"`
		Targets        any             `json:"targets"`
		Context        any             `json:"context"`
		Data           json.RawMessage `json:"data"`
		PreviousHash   string          `json:"previous_hash,omitempty"`
		Hash           string          `json:"hash,omitempty"`
	}{ID: string(e.ID), Action: e.Type, OccurredAt: e.OccurredAt.UTC().Format("2006-01-02T15:04:05.000Z"), Sequence: e.Sequence, Targets: e.Targets, Data: e.Data,
		Actor: struct {
			Kind string  `json:"type"`
			ID   *string `json:"id"`
			Name *string `json:"name"`
		}{e.ActorKind, e.ActorID, e.ActorName},
		Context: struct {
			Location  *string `json:"location"`
			UserAgent *string `json:"user_agent"`
			Request   *string `json:"request_id"`
			Reference *string `json:"reference"`
		}{e.IPAddress, e.UserAgent, e.RequestID, e.Reference},
		PreviousHash: hex.EncodeToString(e.PreviousHash), Hash: hex.EncodeToString(e.Hash)}
	if e.OrganizationID != nil {
		org := string(*e.OrganizationID)
		entry.OrganizationID = &org
	}
	if len(entry.Data) == 0 {
		entry.Data = json.RawMessage("null")
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(entry); err != nil {
		return "{}"
	}
	return strings.TrimSpace(out.String())
}

// words say what is known of an entry's place in the chain.
func (c Chain) words() string {
	if !c.Checked {
		return "Number " + ui.Group(c.Sequence, "en") + " in its chain"
	}
	words := "Hash chain intact up to this event: " + count(c.Entries, "entry", "entries") + " computed again"
	if c.From > 1 {
		words += ", from number " + ui.Group(c.From, "en") + " on"
	}
	if c.Signed.IsZero() {
		return words + ". No signed head covers it yet."
	}
	return words + ". Its head was signed on " + c.Signed.UTC().Format("2 Jan 2006, 15:04:05") + "."
}
