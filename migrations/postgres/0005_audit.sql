-- +goose Up

-- audit: entries are kept by month and, below it, by for how many days they are kept, so that keeping
-- them no longer is dropping tables. How long is decided when an entry is written.
ALTER TABLE organizations ADD COLUMN audit_retention_days bigint; -- null: the deployment's
ALTER TABLE deployment ADD COLUMN audit_retention_days bigint NOT NULL DEFAULT 365;

-- how long entries of an organization ('' or null: of the deployment) are kept that are written now
-- +goose StatementBegin
CREATE FUNCTION audit_retention(organization text) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT audit_retention_days FROM organizations WHERE id = organization), (SELECT max(audit_retention_days) FROM deployment), 365)
$$;
-- +goose StatementEnd

ALTER TABLE audit_events RENAME TO audit_events_before;
DROP TRIGGER audit_events_queue ON audit_events_before;
DROP TABLE audit_pending;
ALTER INDEX audit_events_organization RENAME TO audit_events_before_organization;
ALTER INDEX audit_events_reference RENAME TO audit_events_before_reference;
ALTER INDEX audit_events_pkey RENAME TO audit_events_before_pkey;

CREATE TABLE audit_events (
  id              text NOT NULL,
  organization_id text,
  type            text NOT NULL,
  source          text NOT NULL DEFAULT 'gatehouse', -- or application: POST /audit_logs/events
  occurred_at     timestamptz NOT NULL,
  recorded_at     timestamptz NOT NULL, -- the id's own time, to the millisecond: an id names its partition
  retention       bigint NOT NULL DEFAULT audit_retention(current_setting('app.organization_id', true)), -- days
  actor_kind      text NOT NULL,
  actor_id        text,
  actor_name      text,
  targets         json NOT NULL,
  ip_address      text,
  user_agent      text,
  request_id      text,
  reference       text,
  data            json NOT NULL, -- json, not jsonb: deliveries carry these very bytes
  PRIMARY KEY (id, recorded_at, retention)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX audit_events_organization ON audit_events (organization_id, id);
CREATE INDEX audit_events_reference ON audit_events (reference) WHERE reference IS NOT NULL;

-- audit: what waits for its number. Written by a trigger, emptied by the sequencer.
CREATE TABLE audit_pending (
  event_id    text PRIMARY KEY,
  recorded_at timestamptz NOT NULL,
  retention   bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_scale_factor = 0.5);

-- audit: what the sequencer says of an entry: its numbers, its link in the chain, and the words by which it is
-- found. A row of its own, so that entries and links are both written once.
CREATE TABLE audit_positions (
  position        bigint NOT NULL, -- over the whole deployment, gap-free
  organization_id text,            -- null: the deployment's own entries, which are a chain too
  sequence        bigint NOT NULL, -- within the organization, gap-free, from 1
  event_id        text NOT NULL,
  type            text NOT NULL,
  recorded_at     timestamptz NOT NULL, -- with retention: the entry's partition, and this row's
  retention       bigint NOT NULL,
  numbered_at     timestamptz NOT NULL,
  previous_hash   bytea NOT NULL,
  hash            bytea NOT NULL,
  terms           tsvector NOT NULL, -- audit/search
  PRIMARY KEY (position, recorded_at, retention)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX audit_positions_sequence ON audit_positions (organization_id, sequence);
CREATE INDEX audit_positions_event ON audit_positions (event_id);
CREATE INDEX audit_positions_type ON audit_positions (organization_id, type, event_id);
CREATE INDEX audit_positions_terms ON audit_positions USING gin (terms);

-- the partitions of one month and, below it, of one retention; p takes what no other one takes
-- +goose StatementBegin
CREATE FUNCTION audit_partition(month date, days bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  parent text;
  name   text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['audit_events', 'audit_positions'] LOOP
    name := parent || to_char(month, '_YYYY_MM');
    IF to_regclass(name) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L) PARTITION BY LIST (retention)', name, parent, month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
      EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', name || '_other', name);
    END IF;
    IF days IS NOT NULL AND to_regclass(name || '_' || days) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES IN (%s)', name || '_' || days, name, days);
    END IF;
  END LOOP;
END $$;
-- +goose StatementEnd
CREATE TABLE audit_events_other PARTITION OF audit_events DEFAULT;
CREATE TABLE audit_positions_other PARTITION OF audit_positions DEFAULT;

-- every partition that will be needed until then: of each retention that an organization or the deployment has
-- +goose StatementBegin
CREATE FUNCTION audit_partitions(from_month date, to_month date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  month date := date_trunc('month', from_month)::date;
  days  bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('audit_partitions'));
  WHILE month <= to_month LOOP
    PERFORM audit_partition(month, NULL);
    FOR days IN SELECT audit_retention_days FROM organizations WHERE audit_retention_days IS NOT NULL UNION SELECT audit_retention_days FROM deployment UNION SELECT 365 LOOP
      PERFORM audit_partition(month, days);
    END LOOP;
    month := (month + interval '1 month')::date;
  END LOOP;
END $$;
-- +goose StatementEnd
SELECT audit_partitions(coalesce((SELECT min(occurred_at) FROM audit_events_before), now())::date, (now() + interval '3 months')::date);

-- whatever way an entry comes in, it waits for its number
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_pending (event_id, recorded_at, retention) VALUES (NEW.id, NEW.recorded_at, NEW.retention);
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_events_queue AFTER INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_queue();

-- an id's own time (ULID: the first ten characters after the prefix are milliseconds)
-- +goose StatementBegin
CREATE FUNCTION audit_id_time(event text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  ms    bigint := 0;
  place integer;
BEGIN
  FOR place IN 1..10 LOOP
    ms := ms * 32 + position(substr(right(event, 26), place, 1) IN '0123456789ABCDEFGHJKMNPQRSTVWXYZ') - 1;
  END LOOP;
  RETURN timestamptz 'epoch' + ms * interval '1 millisecond';
END $$;
-- +goose StatementEnd
INSERT INTO audit_events (id, organization_id, type, occurred_at, recorded_at, retention, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, request_id, reference, data)
  SELECT id, organization_id, type, occurred_at, audit_id_time(id), audit_retention(organization_id), actor_kind, actor_id, actor_name, targets, ip_address, user_agent, request_id, reference, data
  FROM audit_events_before;
DROP TABLE audit_events_before;
DROP FUNCTION audit_id_time(text);

-- audit: where each chain stands
CREATE TABLE audit_heads (
  id         text PRIMARY KEY, -- an organization's id; deployment: its own entries; all: positions
  sequence   bigint NOT NULL,
  hash       bytea NOT NULL,   -- of the last entry; of all: empty
  updated_at timestamptz NOT NULL
);

-- audit: the keys that sign checkpoints
CREATE TABLE audit_keys (
  id         text PRIMARY KEY,
  public_key bytea NOT NULL, -- Ed25519
  sealed_key bytea NOT NULL,
  retired_at timestamptz,    -- signs no more; still checks what it signed
  created_at timestamptz NOT NULL
);

-- audit: signed heads
CREATE TABLE audit_checkpoints (
  id              text PRIMARY KEY,
  organization_id text,
  sequence        bigint NOT NULL,
  hash            bytea NOT NULL,
  key_id          text NOT NULL REFERENCES audit_keys (id),
  signature       bytea NOT NULL,
  created_at      timestamptz NOT NULL
);
CREATE INDEX audit_checkpoints_organization ON audit_checkpoints (organization_id, sequence);

-- audit: runs of entries whose time was up, signed before they were dropped: a gap in a chain is one of these or a loss
CREATE TABLE audit_expiries (
  id              text PRIMARY KEY,
  organization_id text,
  first_sequence  bigint NOT NULL,
  last_sequence   bigint NOT NULL,
  previous_hash   bytea NOT NULL, -- of what came before the run
  hash            bytea NOT NULL, -- of its last entry
  key_id          text NOT NULL REFERENCES audit_keys (id),
  signature       bytea NOT NULL,
  created_at      timestamptz NOT NULL
);
CREATE INDEX audit_expiries_organization ON audit_expiries (organization_id, first_sequence);

-- audit: how far each that follows the log has come
CREATE TABLE audit_cursors (
  id         text PRIMARY KEY, -- rollups, webhooks …
  position   bigint NOT NULL,
  updated_at timestamptz NOT NULL
);

-- audit: entries by hour, for charts
CREATE TABLE audit_rollups (
  bucket          timestamptz NOT NULL,
  organization_id text NOT NULL, -- '': the deployment's own
  type            text NOT NULL,
  entries         bigint NOT NULL,
  PRIMARY KEY (bucket, organization_id, type)
);
CREATE INDEX audit_rollups_organization ON audit_rollups (organization_id, bucket);

-- audit: what applications' entries must look like
CREATE TABLE audit_schemas (
  id         text PRIMARY KEY,
  action     text NOT NULL,
  version    bigint NOT NULL,
  schema     jsonb NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX audit_schemas_version ON audit_schemas (action, version);

-- audit: an application's entry that came again under its Idempotency-Key is the same entry
CREATE TABLE audit_repeats (
  id              text PRIMARY KEY, -- of the organization and the key, hashed
  organization_id text NOT NULL,
  event_id        text NOT NULL,
  digest          bytea NOT NULL, -- of what was sent
  created_at      timestamptz NOT NULL
);
CREATE INDEX audit_repeats_created ON audit_repeats (created_at);

-- audit/archive: exports
CREATE TABLE audit_exports (
  id              text PRIMARY KEY,
  organization_id text,              -- null: over all
  format          text NOT NULL,     -- csv, ndjson
  filter          jsonb NOT NULL,
  state           text NOT NULL,     -- pending, running, ready, error, cancelled, expired
  made_by         text NOT NULL,     -- as people call who asked
  notify          text,              -- the address that is told
  last_position   bigint NOT NULL DEFAULT 0, -- up to and with this entry; fixed when it begins
  position        bigint NOT NULL DEFAULT 0, -- written up to and with this one
  entries         bigint NOT NULL DEFAULT 0,
  bytes           bigint NOT NULL DEFAULT 0,
  progress        jsonb NOT NULL,    -- what it takes to go on: parts, the checksum's inner state
  checksum        text,              -- SHA-256, hex, of the file
  error           text,
  leased_until    timestamptz,
  lease           text,
  expires_at      timestamptz,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL
);
CREATE INDEX audit_exports_organization ON audit_exports (organization_id, id);

-- export/webhook: who is told of events by a POST
CREATE TABLE webhook_endpoints (
  id                  text PRIMARY KEY,
  organization_id     text REFERENCES organizations (id) ON DELETE CASCADE, -- null: of every organization
  url                 text NOT NULL,
  description         text,
  events              jsonb NOT NULL,    -- names; "*" is all
  status              text NOT NULL,     -- enabled, disabled
  sealed_secret       bytea NOT NULL,
  sealed_previous     bytea,             -- signs too until previous_until
  previous_until      timestamptz,
  failures            bigint NOT NULL,   -- in a row
  failing_since       timestamptz,
  open_until          timestamptz,       -- the breaker: nothing is tried before, then one
  disabled_reason     text,
  last_status         bigint,
  last_delivered_at   timestamptz,
  last_failed_at      timestamptz,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL
);
CREATE UNIQUE INDEX webhook_endpoints_owned ON webhook_endpoints (organization_id, id);

-- export/webhook: one event on its way to one endpoint
CREATE TABLE webhook_deliveries (
  id              text PRIMARY KEY,
  organization_id text,             -- the endpoint's
  endpoint_id     text NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  event_id        text NOT NULL,
  event_type      text NOT NULL,
  position        bigint NOT NULL,  -- of the event
  cause           text NOT NULL,    -- event, replay, test
  state           text NOT NULL,    -- waiting, delivered, failed, cancelled
  attempts        bigint NOT NULL,
  next_at         timestamptz,      -- while it waits
  leased_until    timestamptz,      -- somebody is sending it
  lease           text,
  last_status     bigint,
  last_error      text,
  finished_at     timestamptz,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL
);
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (endpoint_id, next_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_organization ON webhook_deliveries (organization_id, id);
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);

CREATE TABLE webhook_attempts (
  id              text PRIMARY KEY,
  organization_id text,
  delivery_id     text NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
  number          bigint NOT NULL,
  status          bigint,           -- null: no answer came
  milliseconds    bigint NOT NULL,
  request_headers jsonb NOT NULL,   -- less signatures
  answer_headers  jsonb NOT NULL,
  answer_body     text,             -- its beginning
  error           text,
  created_at      timestamptz NOT NULL
);
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (delivery_id, id);

-- export/stream: destinations that are sent every entry, in order
CREATE TABLE log_streams (
  id                  text PRIMARY KEY,
  organization_id     text REFERENCES organizations (id) ON DELETE CASCADE, -- null: of every organization
  name                text NOT NULL,
  type                text NOT NULL,     -- http, s3, splunk, datadog, elastic, syslog, otlp, kafka, gcs, azure, ssf
  configuration       jsonb NOT NULL,    -- nothing secret
  sealed_credentials  bytea,
  filter              jsonb NOT NULL,
  state               text NOT NULL,     -- active, paused, error
  start_position      bigint NOT NULL,   -- what is counted comes after it
  position            bigint NOT NULL,   -- delivered up to and with this one
  delivered           bigint NOT NULL,   -- entries after start_position that met the filter, each once
  failures            bigint NOT NULL,   -- in a row
  next_at             timestamptz,       -- not before
  leased_until        timestamptz,
  lease               text,
  last_delivered_at   timestamptz,
  last_error          text,
  last_error_at       timestamptz,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL
);
CREATE UNIQUE INDEX log_streams_owned ON log_streams (organization_id, id);

SELECT gatehouse_isolate('audit_events');
CREATE POLICY inserts_deployment ON audit_events FOR INSERT WITH CHECK (organization_id IS NULL);
SELECT gatehouse_isolate('audit_positions');
SELECT gatehouse_isolate('audit_checkpoints');
SELECT gatehouse_isolate('audit_expiries');
SELECT gatehouse_isolate('audit_repeats');
SELECT gatehouse_isolate('audit_exports');
SELECT gatehouse_isolate('webhook_endpoints');
SELECT gatehouse_isolate('webhook_deliveries');
SELECT gatehouse_isolate('webhook_attempts');
SELECT gatehouse_isolate('log_streams');
-- the sequencer adds links of every organization in one statement
CREATE POLICY inserts_numbers ON audit_positions FOR INSERT WITH CHECK (current_setting('app.scope', true) = 'sequence');
