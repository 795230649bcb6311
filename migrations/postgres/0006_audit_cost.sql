-- +goose Up

-- export/stream: since when a destination takes nothing, and whether people were told
ALTER TABLE log_streams ADD COLUMN failing_since timestamptz;
ALTER TABLE log_streams ADD COLUMN told_at timestamptz;

-- export/webhook: what was given up is found without the millions that arrived, and so is what was sent again
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, id) WHERE state = 'failed';
CREATE INDEX webhook_deliveries_again ON webhook_deliveries (endpoint_id, event_id) WHERE cause = 'replay';

-- audit: what an entry costs whoever writes it.

-- how long entries of an organization ('' or null: of the deployment) are kept that are written now. It is the default
-- of a column: PL/pgSQL keeps its plan, where SQL would be read and planned again by each statement that writes.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_retention(organization text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce((SELECT o.audit_retention_days FROM organizations o WHERE o.id = organization), (SELECT max(d.audit_retention_days) FROM deployment d), 365);
END $$;
-- +goose StatementEnd

-- ids are compared byte by byte, as programs do, and not by a language's rules
ALTER TABLE audit_events ALTER COLUMN id TYPE text COLLATE "C";
ALTER TABLE audit_positions ALTER COLUMN event_id TYPE text COLLATE "C";
ALTER TABLE audit_pending ALTER COLUMN event_id TYPE text COLLATE "C";

-- whatever way entries come in, they wait for their numbers: those of one statement by one statement
DROP TRIGGER audit_events_queue ON audit_events;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_pending (event_id, recorded_at, retention) SELECT id, recorded_at, retention FROM written;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_events_queue AFTER INSERT ON audit_events REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION audit_queue();
