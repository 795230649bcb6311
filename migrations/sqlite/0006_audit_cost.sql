-- +goose Up

-- export/stream: since when a destination takes nothing, and whether people were told
ALTER TABLE log_streams ADD COLUMN failing_since timestamp;
ALTER TABLE log_streams ADD COLUMN told_at timestamp;
