package audit

import "gatehouse/internal/id"

// LogView is audit_log_view.created, .updated or .deleted: somebody keeps a way
// of looking at the log, for themselves or for everybody who sees that log. Of
// one that is somebody's own it does not say what it is called and shows: who
// looks into whom would stand in a log that others read.
type LogView struct {
	Change        string       `json:"-"` // created, updated, deleted
	ID            id.AuditView `json:"id"`
	Name          *string      `json:"name"`
	Query         *string      `json:"query"` // of an address: type=user.*&period=7d
	Shared        bool         `json:"shared"`
	PreviousName  *string      `json:"previous_name,omitempty"`
	PreviousQuery *string      `json:"previous_query,omitempty"`
}

// Type is the event's name.
func (v LogView) Type() string { return "audit_log_view." + v.Change }

// Targets is the view.
func (v LogView) Targets() []Target {
	t := Target{Type: "audit_log_view", ID: string(v.ID)}
	if v.Name != nil {
		t.Name = *v.Name
	}
	return []Target{t}
}

// Data is the view, and what it was before.
func (v LogView) Data() any { return v }
