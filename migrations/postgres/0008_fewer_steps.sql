-- +goose Up

-- users: when the address's owner took the account from whoever had made it. What was half signed in to it then does
-- not go on.
ALTER TABLE users ADD COLUMN claimed_at timestamptz;

-- audit: what an entry costs whoever writes it.

-- how long entries of an organization ('' or null: of the deployment) are kept that are written now. A look-up is half of
-- what this takes: the deployment's own entries need one, and those of an organization that says how long need one.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_retention(organization text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  days bigint;
BEGIN
  IF organization <> '' THEN
    SELECT o.audit_retention_days INTO days FROM organizations o WHERE o.id = organization;
    IF days IS NOT NULL THEN
      RETURN days;
    END IF;
  END IF;
  SELECT d.audit_retention_days INTO days FROM deployment d;
  RETURN coalesce(days, 365);
END $$;
-- +goose StatementEnd

-- whatever way entries come in, they wait for their numbers. Who writes many with each statement says so (app.entries),
-- and they wait together; else each waits in a row of its own: to group one costs more than to write it.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('app.entries', true) = 'many' THEN
    INSERT INTO audit_pending (event_id, events, entries, recorded_at, last_recorded_at, retention)
      SELECT min(id), array_agg(id), count(*), min(recorded_at), max(recorded_at), retention FROM written GROUP BY retention, date_trunc('month', recorded_at AT TIME ZONE 'UTC');
  ELSE
    INSERT INTO audit_pending (event_id, events, entries, recorded_at, last_recorded_at, retention)
      SELECT id, ARRAY[id], 1, recorded_at, recorded_at, retention FROM written;
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
