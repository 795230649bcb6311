package audit

import (
	"encoding/json"

	"gatehouse/internal/id"
)

// The log itself: what was taken out of it, and what applications' entries
// must look like.

// LogExport is what every entry of an export has.
type LogExport struct {
	ID             id.AuditExport   `json:"id"`
	OrganizationID *id.Organization `json:"organization_id"` // null: over all
	Format         string           `json:"format"`
	Filter         json.RawMessage  `json:"filter"` // which entries were asked for
	State          string           `json:"state"`
	Entries        int64            `json:"entries"`
	Checksum       *string          `json:"checksum"` // SHA-256 of the file, once there is one
}

// Targets is the export.
func (e LogExport) Targets() []Target { return []Target{{Type: "audit_log_export", ID: string(e.ID)}} }

type (
	// LogExportCreated is audit_log_export.created: somebody asked for a file of entries.
	LogExportCreated struct{ LogExport }
	// LogExportFinished is audit_log_export.finished, or .failed, or .cancelled.
	LogExportFinished struct {
		LogExport
		Error *string `json:"error"`
	}
	// LogExportDownloaded is audit_log_export.downloaded: the file was fetched by its signed address.
	LogExportDownloaded struct{ LogExport }
)

// Type is the event's name.
func (LogExportCreated) Type() string    { return "audit_log_export.created" }
func (LogExportDownloaded) Type() string { return "audit_log_export.downloaded" }
func (e LogExportFinished) Type() string {
	switch e.State {
	case "cancelled":
		return "audit_log_export.cancelled"
	case "error":
		return "audit_log_export.failed"
	}
	return "audit_log_export.finished"
}

// Data is what the event carries.
func (e LogExportCreated) Data() any    { return e.LogExport }
func (e LogExportDownloaded) Data() any { return e.LogExport }
func (e LogExportFinished) Data() any   { return e }

// LogSchemaCreated is audit_log_schema.created: applications' entries of an
// action must look so from now on.
type LogSchemaCreated struct {
	Action  string          `json:"action"`
	Version int64           `json:"version"`
	Schema  json.RawMessage `json:"schema"`
}

// Type is the event's name.
func (LogSchemaCreated) Type() string { return "audit_log_schema.created" }

// Targets is the action.
func (s LogSchemaCreated) Targets() []Target {
	return []Target{{Type: "audit_log_action", ID: s.Action}}
}

// Data is the schema.
func (s LogSchemaCreated) Data() any { return s }

// LogRetentionChanged is audit_log_retention.changed: entries of the
// organization that are written from then on are kept for so many days.
type LogRetentionChanged struct {
	Organization id.Organization `json:"organization_id"`
	Days         int64           `json:"retention_period_in_days"`
	Before       int64           `json:"previous_retention_period_in_days"`
}

// Type is the event's name.
func (LogRetentionChanged) Type() string { return "audit_log_retention.changed" }

// Targets is the organization.
func (e LogRetentionChanged) Targets() []Target {
	return []Target{{Type: "organization", ID: string(e.Organization)}}
}

// Data is what the event carries.
func (e LogRetentionChanged) Data() any { return e }
