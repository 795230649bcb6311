package api

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"sync"

	"gatehouse/apikeys"
	"gatehouse/audit/search"
	"gatehouse/internal/db"
	"gatehouse/internal/wire"
)

// newestAuditEvents answers the first page of a list that one round trip fills,
// which is what programs ask for again and again. False: it does not.
func (c *call) newestAuditEvents(filter search.Query, page db.Page) (bool, error) {
	rows, paging, ok, err := search.Newest(c.ctx(), c.h.DB, c.organization(), filter, page)
	if err != nil || !ok {
		return false, err
	}
	room := pages.Get().(*[]byte)
	defer pages.Put(room)
	body := append((*room)[:0], `{"object":"list","data":[`...)
	for i := range rows {
		if i > 0 {
			body = append(body, ',')
		}
		body = appendAuditEvent(body, &rows[i])
	}
	body = wire.AppendMaybe(append(body, `],"list_metadata":{"before":`...), cursor(paging.Before))
	body = wire.AppendMaybe(append(body, `,"after":`...), cursor(paging.After))
	body = append(body, '}', '}')
	if cap(body) <= maxPage {
		*room = body
	}
	return true, c.send(apikeys.Answer{Status: http.StatusOK, Body: body})
}

// pages are what answers were written in: sending one ends with it.
var pages = sync.Pool{New: func() any { return new([]byte) }}

// maxPage is what is kept for the next.
const maxPage = 256 << 10

// appendAuditEvent is an auditEvent as wire.Encode writes it.
func appendAuditEvent(b []byte, e *db.FoundEntry) []byte {
	b = append(append(b, `{"object":"audit_log_event","id":`...), '"')
	b = append(append(b, e.ID...), `","organization_id":`...)
	b = wire.AppendMaybe(b, (*string)(e.Organization))
	b = wire.AppendText(append(b, `,"action":`...), e.Type)
	b = wire.AppendText(append(b, `,"source":`...), e.Source)
	b = wire.AppendTime(append(b, `,"occurred_at":`...), e.OccurredAt)
	b = wire.AppendText(append(b, `,"actor":{"type":`...), e.ActorKind)
	b = wire.AppendMaybe(append(b, `,"id":`...), e.ActorID)
	b = wire.AppendMaybe(append(b, `,"name":`...), e.ActorName)
	b = append(b, `},"targets":`...)
	if string(e.Targets) == "null" {
		b = append(b, "[]"...)
	} else {
		b = wire.AppendJSON(b, e.Targets)
	}
	b = wire.AppendMaybe(append(b, `,"context":{"location":`...), e.IPAddress)
	b = wire.AppendMaybe(append(b, `,"user_agent":`...), e.UserAgent)
	b = wire.AppendMaybe(append(b, `,"request_id":`...), e.RequestID)
	b = wire.AppendMaybe(append(b, `,"reference":`...), e.Reference)
	b = wire.AppendJSON(append(b, `},"data":`...), e.Data)
	b = append(b, `,"sequence":`...)
	if e.Sequence == nil {
		return append(b, `null,"hash":null,"previous_hash":null}`...)
	}
	b = strconv.AppendInt(b, *e.Sequence, 10)
	b = hex.AppendEncode(append(b, `,"hash":"`...), e.Hash)
	b = hex.AppendEncode(append(b, `","previous_hash":"`...), e.PreviousHash)
	return append(b, `"}`...)
}
