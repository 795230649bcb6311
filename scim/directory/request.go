package directory

import (
	"strings"
	"unicode/utf8"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/schema"
)

// What became of a request.
const (
	Applied   = "applied"   // it changed something
	Unchanged = "unchanged" // everything was so already
	Read      = "read"      // it asked for something
	Refused   = "refused"
	Held      = "held" // more people would have left than the safeguard lets go
)

// What is kept of a request's texts, in bytes.
const (
	MaxRequestBody = 16 << 10
	maxPath        = 2 << 10
	maxMethod      = 16 // an operation of a Bulk says what it likes
	maxSubject     = 255
	maxReason      = 1 << 10
	maxRequestID   = 128
)

// RecordRequest writes a request of a provider down, with what it changed: in
// its transaction, so that there is not one without the other.
func RecordRequest(tx *db.OrgTx, r *Request) error {
	r.fit()
	if r.CreatedAt.IsZero() {
		r.CreatedAt = tx.Now()
	}
	return requests.InsertLater(tx, r)
}

// RecordRequests writes requests down that changed nothing. Those that are
// there already stay as they are. A directory that was deleted meanwhile took
// its requests along, so all of them are of one that is there.
func RecordRequests(tx *db.OrgTx, list []Request) error {
	for i := range list {
		list[i].fit()
	}
	return requests.InsertAll(tx, list)
}

// fit cuts what providers chose the length of, and gives the request an id.
func (r *Request) fit() {
	if r.ID == "" {
		r.ID = id.New[id.SCIMRequest]()
	}
	r.Method, r.Path, r.Reason = Clip(r.Method, maxMethod), Clip(r.Path, maxPath), Clip(r.Reason, maxReason)
	r.ResourceID, r.Code, r.Body = clipped(r.ResourceID, maxRequestID), clipped(r.Code, maxRequestID), clipped(r.Body, MaxRequestBody)
	if r.Subject = clipped(r.Subject, maxSubject); r.Subject != nil {
		key := schema.Fold(*r.Subject)
		r.SubjectKey = &key
	}
}

func clipped(text *string, most int) *string {
	if text == nil || *text == "" {
		return nil
	}
	c := Clip(*text, most)
	return &c
}

// Clip is at most so many bytes of text, in whole characters that both
// databases can keep.
func Clip(text string, most int) string {
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	}
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// Wire is the request as callers see it.
func (r *Request) Wire() wire.SCIMRequest {
	return wire.SCIMRequest{ID: r.ID, DirectoryID: r.DirectoryID, OrganizationID: r.OrganizationID, RequestID: r.RequestID, TokenID: r.TokenID,
		Method: r.Method, Path: r.Path, Operation: r.Operation, ResourceType: r.ResourceType, ResourceID: r.ResourceID, Subject: r.Subject,
		Outcome: r.Outcome, Status: r.Status, Code: r.Code, Reason: r.Reason, Body: r.Body, TookUS: r.TookUS, IPAddress: r.IPAddress,
		UserAgent: r.UserAgent, CreatedAt: wire.At(r.CreatedAt)}
}
