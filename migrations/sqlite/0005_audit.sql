-- +goose Up

-- audit: how long entries are kept. It is decided when an entry is written.
ALTER TABLE organizations ADD COLUMN audit_retention_days bigint; -- null: the deployment's
ALTER TABLE deployment ADD COLUMN audit_retention_days bigint NOT NULL DEFAULT 365;

DROP TRIGGER audit_events_queue;
DROP TRIGGER audit_events_fixed;
DROP INDEX audit_events_organization;
DROP INDEX audit_events_reference;
DROP TABLE audit_pending;
ALTER TABLE audit_events RENAME TO audit_events_before;

CREATE TABLE audit_events (
  id              text NOT NULL,
  organization_id text,
  type            text NOT NULL,
  source          text NOT NULL DEFAULT 'gatehouse', -- or application: POST /audit_logs/events
  occurred_at     timestamp NOT NULL,
  recorded_at     timestamp NOT NULL, -- the id's own time, to the millisecond
  retention       bigint NOT NULL DEFAULT 0, -- days; a trigger knows
  actor_kind      text NOT NULL,
  actor_id        text,
  actor_name      text,
  targets         text NOT NULL,
  ip_address      text,
  user_agent      text,
  request_id      text,
  reference       text,
  data            text NOT NULL, 
  PRIMARY KEY (id, recorded_at, retention)
);
CREATE INDEX audit_events_organization ON audit_events (organization_id, id);
CREATE INDEX audit_events_reference ON audit_events (reference) WHERE reference IS NOT NULL;

-- audit: what waits for its number. Written by a trigger, emptied by the sequencer.
CREATE TABLE audit_pending (
  event_id    text NOT NULL PRIMARY KEY,
  recorded_at timestamp NOT NULL,
  retention   bigint NOT NULL
);

-- audit: what the sequencer says of an entry: its numbers, its link in the chain, and the words by which it is
-- found. A row of its own, so that entries and links are both written once.
CREATE TABLE audit_positions (
  position        bigint NOT NULL, -- over the whole deployment, gap-free
  organization_id text,            -- null: the deployment's own entries, which are a chain too
  sequence        bigint NOT NULL, -- within the organization, gap-free, from 1
  event_id        text NOT NULL,
  type            text NOT NULL,
  recorded_at     timestamp NOT NULL, -- the entry's
  retention       bigint NOT NULL,
  numbered_at     timestamp NOT NULL,
  previous_hash   blob NOT NULL,
  hash            blob NOT NULL,
  terms           text NOT NULL, -- audit/search: words with a space before and after each
  PRIMARY KEY (position, recorded_at, retention)
);
CREATE INDEX audit_positions_sequence ON audit_positions (organization_id, sequence);
CREATE INDEX audit_positions_place ON audit_positions (organization_id, position); -- one organization's feed
CREATE INDEX audit_positions_event ON audit_positions (event_id);
CREATE INDEX audit_positions_organization ON audit_positions (organization_id, event_id);

-- whatever way an entry comes in, it is kept as long as its organization says, and waits for its number
-- +goose StatementBegin
CREATE TRIGGER audit_events_queue AFTER INSERT ON audit_events BEGIN
  UPDATE audit_events SET retention = coalesce((SELECT audit_retention_days FROM organizations WHERE id = NEW.organization_id), (SELECT audit_retention_days FROM deployment), 365)
    WHERE id = NEW.id AND retention = 0;
  INSERT INTO audit_pending (event_id, recorded_at, retention) SELECT id, recorded_at, retention FROM audit_events WHERE id = NEW.id;
END;
-- +goose StatementEnd
-- entries are written once
-- +goose StatementBegin
CREATE TRIGGER audit_events_fixed BEFORE UPDATE ON audit_events WHEN OLD.retention <> 0 BEGIN
  SELECT RAISE(ABORT, 'audit entries are never changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_positions_fixed BEFORE UPDATE ON audit_positions BEGIN
  SELECT RAISE(ABORT, 'audit entries are never changed');
END;
-- +goose StatementEnd
INSERT INTO audit_events (id, organization_id, type, occurred_at, recorded_at, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, request_id, reference, data)
  SELECT id, organization_id, type, occurred_at, occurred_at, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, request_id, reference, data
  FROM audit_events_before;
DROP TABLE audit_events_before;

-- audit: where each chain stands
CREATE TABLE audit_heads (
  id         text NOT NULL PRIMARY KEY, -- an organization's id; deployment: its own entries; all: positions
  sequence   bigint NOT NULL,
  hash       blob NOT NULL,   -- of the last entry; of all: empty
  updated_at timestamp NOT NULL
);

-- audit: the keys that sign checkpoints
CREATE TABLE audit_keys (
  id         text NOT NULL PRIMARY KEY,
  public_key blob NOT NULL, -- Ed25519
  sealed_key blob NOT NULL,
  retired_at timestamp,    -- signs no more; still checks what it signed
  created_at timestamp NOT NULL
);

-- audit: signed heads
CREATE TABLE audit_checkpoints (
  id              text NOT NULL PRIMARY KEY,
  organization_id text,
  sequence        bigint NOT NULL,
  hash            blob NOT NULL,
  key_id          text NOT NULL REFERENCES audit_keys (id),
  signature       blob NOT NULL,
  created_at      timestamp NOT NULL
);
CREATE INDEX audit_checkpoints_organization ON audit_checkpoints (organization_id, sequence);

-- audit: runs of entries whose time was up, signed before they were dropped: a gap in a chain is one of these or a loss
CREATE TABLE audit_expiries (
  id              text NOT NULL PRIMARY KEY,
  organization_id text,
  first_sequence  bigint NOT NULL,
  last_sequence   bigint NOT NULL,
  previous_hash   blob NOT NULL, -- of what came before the run
  hash            blob NOT NULL, -- of its last entry
  key_id          text NOT NULL REFERENCES audit_keys (id),
  signature       blob NOT NULL,
  created_at      timestamp NOT NULL
);
CREATE INDEX audit_expiries_organization ON audit_expiries (organization_id, first_sequence);
CREATE UNIQUE INDEX audit_expiries_run ON audit_expiries (COALESCE(organization_id, ''), first_sequence, last_sequence);

-- audit: how far each that follows the log has come
CREATE TABLE audit_cursors (
  id         text NOT NULL PRIMARY KEY, -- rollups, webhooks …
  position   bigint NOT NULL,
  updated_at timestamp NOT NULL
);

-- audit: entries by hour, for charts
CREATE TABLE audit_rollups (
  bucket          timestamp NOT NULL,
  organization_id text NOT NULL, -- '': the deployment's own
  type            text NOT NULL,
  entries         bigint NOT NULL,
  PRIMARY KEY (bucket, organization_id, type)
);
CREATE INDEX audit_rollups_organization ON audit_rollups (organization_id, bucket);

-- audit: what applications' entries must look like
CREATE TABLE audit_schemas (
  id         text NOT NULL PRIMARY KEY,
  action     text NOT NULL,
  version    bigint NOT NULL,
  schema     text NOT NULL,
  created_at timestamp NOT NULL
);
CREATE UNIQUE INDEX audit_schemas_version ON audit_schemas (action, version);

-- audit: an application's entry that came again under its Idempotency-Key is the same entry
CREATE TABLE audit_repeats (
  id              text NOT NULL PRIMARY KEY, -- of the organization and the key, hashed
  organization_id text NOT NULL,
  event_id        text NOT NULL,
  digest          blob NOT NULL, -- of what was sent
  created_at      timestamp NOT NULL
);
CREATE INDEX audit_repeats_created ON audit_repeats (created_at);

-- audit/archive: exports
CREATE TABLE audit_exports (
  id              text NOT NULL PRIMARY KEY,
  organization_id text,              -- null: over all
  format          text NOT NULL,     -- csv, ndjson
  filter          text NOT NULL,
  state           text NOT NULL,     -- pending, running, ready, error, cancelled, expired
  made_by         text NOT NULL,     -- as people call who asked
  notify          text,              -- the address that is told
  last_position   bigint NOT NULL DEFAULT 0, -- up to and with this entry; fixed when it begins
  position        bigint NOT NULL DEFAULT 0, -- written up to and with this one
  entries         bigint NOT NULL DEFAULT 0,
  bytes           bigint NOT NULL DEFAULT 0,
  progress        text NOT NULL,    -- what it takes to go on: parts, the checksum's inner state
  checksum        text,              -- SHA-256, hex, of the file
  error           text,
  leased_until    timestamp,
  lease           text,
  expires_at      timestamp,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL
);
CREATE INDEX audit_exports_organization ON audit_exports (organization_id, id);

-- export/webhook: who is told of events by a POST
CREATE TABLE webhook_endpoints (
  id                  text NOT NULL PRIMARY KEY,
  organization_id     text REFERENCES organizations (id) ON DELETE CASCADE, -- null: of every organization
  url                 text NOT NULL,
  description         text,
  events              text NOT NULL,    -- names; "*" is all
  status              text NOT NULL,     -- enabled, disabled
  sealed_secret       blob NOT NULL,
  sealed_previous     blob,             -- signs too until previous_until
  previous_until      timestamp,
  failures            bigint NOT NULL,   -- in a row
  failing_since       timestamp,
  open_until          timestamp,       -- the breaker: nothing is tried before, then one
  told_at             timestamp,       -- whoever manages it was mailed that it fails
  disabled_reason     text,
  last_status         bigint,
  last_delivered_at   timestamp,
  last_failed_at      timestamp,
  created_at          timestamp NOT NULL,
  updated_at          timestamp NOT NULL
);
CREATE UNIQUE INDEX webhook_endpoints_owned ON webhook_endpoints (organization_id, id);
CREATE UNIQUE INDEX webhook_endpoints_address ON webhook_endpoints (organization_id, url);
CREATE UNIQUE INDEX webhook_endpoints_deployment ON webhook_endpoints (url) WHERE organization_id IS NULL;

-- export/webhook: one event on its way to one endpoint
CREATE TABLE webhook_deliveries (
  id              text NOT NULL PRIMARY KEY,
  organization_id text,             -- the endpoint's
  endpoint_id     text NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  event_id        text NOT NULL,
  event_type      text NOT NULL,
  position        bigint NOT NULL,  -- of the event
  cause           text NOT NULL,    -- event, replay, test
  state           text NOT NULL,    -- waiting, delivered, failed, cancelled
  attempts        bigint NOT NULL,
  next_at         timestamp,      -- while it waits
  leased_until    timestamp,      -- somebody is sending it
  lease           text,
  last_status     bigint,
  last_error      text,
  finished_at     timestamp,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL
);
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (endpoint_id, next_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_organization ON webhook_deliveries (organization_id, id);
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);

CREATE TABLE webhook_attempts (
  id              text NOT NULL PRIMARY KEY,
  organization_id text,
  delivery_id     text NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
  number          bigint NOT NULL,
  status          bigint,           -- null: no answer came
  milliseconds    bigint NOT NULL,
  request_headers text NOT NULL,   -- less signatures
  answer_headers  text NOT NULL,
  answer_body     text,             -- its beginning
  error           text,
  created_at      timestamp NOT NULL
);
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (delivery_id, id);

-- export/stream: destinations that are sent every entry, in order
CREATE TABLE log_streams (
  id                  text NOT NULL PRIMARY KEY,
  organization_id     text REFERENCES organizations (id) ON DELETE CASCADE, -- null: of every organization
  name                text NOT NULL,
  type                text NOT NULL,     -- http, s3, splunk, datadog, elastic, syslog, otlp, kafka, gcs, azure, ssf
  configuration       text NOT NULL,    -- nothing secret
  sealed_credentials  blob,
  filter              text NOT NULL,
  state               text NOT NULL,     -- active, paused, error
  start_position      bigint NOT NULL,   -- what is counted comes after it
  position            bigint NOT NULL,   -- delivered up to and with this one
  delivered           bigint NOT NULL,   -- entries after start_position that met the filter, each once
  failures            bigint NOT NULL,   -- in a row
  next_at             timestamp,       -- not before
  leased_until        timestamp,
  lease               text,
  last_delivered_at   timestamp,
  last_error          text,
  last_error_at       timestamp,
  created_at          timestamp NOT NULL,
  updated_at          timestamp NOT NULL
);
CREATE UNIQUE INDEX log_streams_owned ON log_streams (organization_id, id);

