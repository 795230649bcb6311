-- +goose Up

-- export/stream: since when a destination takes nothing, and whether people were told
ALTER TABLE log_streams ADD COLUMN failing_since timestamp;
ALTER TABLE log_streams ADD COLUMN told_at timestamp;

-- export/webhook: what was given up is found without the millions that arrived, and so is what was sent again
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, id) WHERE state = 'failed';
CREATE INDEX webhook_deliveries_again ON webhook_deliveries (endpoint_id, event_id) WHERE cause = 'replay';
