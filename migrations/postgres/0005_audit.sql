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
CREATE INDEX audit_positions_place ON audit_positions (organization_id, position); -- one organization's feed
CREATE INDEX audit_positions_event ON audit_positions (event_id);
CREATE INDEX audit_positions_organization ON audit_positions (organization_id, event_id);
CREATE INDEX audit_positions_terms ON audit_positions USING gin (terms);

-- Partitions are made and dropped while the log is written and read. A lock that is not had at once is given back, with
-- those that were had, and the whole is tried again later: nobody waits for it for longer than a few lock_timeouts.

-- a partition that is made beside its parent and attached: that keeps nobody from writing. What the parent's default
-- holds of it moves in: entries that were written before upkeep made their partition. It has the rights of who calls
-- it: the owner's, in audit_partition.
-- +goose StatementBegin
CREATE FUNCTION audit_attach(name text, parent text, beside text, bounds text, below text, condition text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF to_regclass(name) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) %s', name, parent, below);
  IF below <> '' THEN
    EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', name || '_other', name);
  END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', beside);
  EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %s RETURNING *) INSERT INTO %I SELECT * FROM moved', beside, condition, name);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES %s', parent, name, bounds);
END $$;
-- +goose StatementEnd

-- the partitions of one month and, below it, of one retention; other takes what no other one takes. False: not now,
-- somebody reads them.
-- +goose StatementBegin
CREATE FUNCTION audit_partition(month date, days bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '20ms' AS $$
DECLARE
  parent text;
  name   text;
  first  text := to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00';
  after  text := to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00';
BEGIN
  IF month <> date_trunc('month', month)::date OR days < 1 THEN
    RAISE EXCEPTION 'partitions are of months and whole days';
  END IF;
  FOREACH parent IN ARRAY ARRAY['audit_events', 'audit_positions'] LOOP
    name := parent || to_char(month, '_YYYY_MM');
    PERFORM audit_attach(name, parent, parent || '_other', format('FROM (%L) TO (%L)', first, after), 'PARTITION BY LIST (retention)', format('recorded_at >= %L AND recorded_at < %L', first, after));
    IF days IS NOT NULL THEN
      PERFORM audit_attach(name || '_' || days, name, name || '_other', format('IN (%s)', days), '', format('retention = %s', days));
    END IF;
  END LOOP;
  RETURN true;
EXCEPTION WHEN lock_not_available OR deadlock_detected OR duplicate_table THEN
  RETURN false;
END $$;
-- +goose StatementEnd
CREATE TABLE audit_events_other PARTITION OF audit_events DEFAULT;
CREATE TABLE audit_positions_other PARTITION OF audit_positions DEFAULT;

-- partitions that will be needed between two months and are not there: of each retention that an organization or the
-- deployment has; and those of what was written before its partition was there
-- +goose StatementBegin
CREATE FUNCTION audit_wanted(first date, last date) RETURNS TABLE (month date, days bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  other text;
BEGIN
  RETURN QUERY SELECT m::date, r.kept FROM generate_series(date_trunc('month', first::timestamp), last::timestamp, interval '1 month') m,
    (SELECT audit_retention_days AS kept FROM organizations WHERE audit_retention_days IS NOT NULL UNION SELECT audit_retention_days FROM deployment UNION SELECT 365) r
    WHERE to_regclass('audit_events' || to_char(m, '_YYYY_MM_') || r.kept) IS NULL OR to_regclass('audit_positions' || to_char(m, '_YYYY_MM_') || r.kept) IS NULL;
  RETURN QUERY SELECT DISTINCT date_trunc('month', o.recorded_at AT TIME ZONE 'UTC')::date, o.retention
    FROM (SELECT e.recorded_at, e.retention FROM audit_events_other e UNION ALL SELECT p.recorded_at, p.retention FROM audit_positions_other p) o;
  FOR other IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^audit_(events|positions)_\d{4}_\d\d_other$' LOOP
    RETURN QUERY EXECUTE format('SELECT DISTINCT %L::date, retention FROM %I', to_date(substring(other from '\d{4}_\d\d'), 'YYYY_MM'), other);
  END LOOP;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN SELECT month, days FROM audit_wanted(coalesce((SELECT min(occurred_at) FROM audit_events_before), now())::date, (now() + interval '3 months')::date) LOOP
    PERFORM audit_partition(wanted.month, wanted.days);
  END LOOP;
END $$;
-- +goose StatementEnd

-- the leaves whose entries' time is up, by month and retention; 0 is a month that has no leaf any more
-- +goose StatementBegin
CREATE FUNCTION audit_expired(at timestamptz) RETURNS TABLE (month date, days bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH leaves AS (
    SELECT to_date(substring(c.relname from '\d{4}_\d\d'), 'YYYY_MM') AS month, substring(c.relname from '_\d{4}_\d\d_(\d+)$')::bigint AS days
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relispartition AND c.relname ~ '^audit_(events|positions)_\d{4}_\d\d(_\d+)?$')
  SELECT l.month, coalesce(max(l.days), 0) FROM leaves l
  GROUP BY l.month, coalesce(l.days, (SELECT max(o.days) FROM leaves o WHERE o.month = l.month), 0)
  HAVING (l.month + interval '1 month') AT TIME ZONE 'UTC' + coalesce(max(l.days), 0) * interval '1 day' <= least(at, now())
  ORDER BY 1, 2
$$;
-- +goose StatementEnd

-- unbroken runs of sequences among a leaf's entries, by which they are signed before they go
-- +goose StatementBegin
CREATE FUNCTION audit_runs(month date, days bigint) RETURNS TABLE (organization_id text, first_sequence bigint, last_sequence bigint, previous_hash bytea, hash bytea)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  leaf text := 'audit_positions' || to_char(month, '_YYYY_MM_') || days;
BEGIN
  IF to_regclass(leaf) IS NULL OR current_setting('app.scope', true) IS DISTINCT FROM 'deployment' THEN
    RETURN;
  END IF;
  -- the entries at which a run begins or ends: the end of one that begins is itself or the next of them
  RETURN QUERY EXECUTE format('SELECT b.organization_id, b.sequence, CASE WHEN b.ends THEN b.sequence ELSE b.next END, b.previous_hash, CASE WHEN b.ends THEN b.hash ELSE b.next_hash END FROM (
      SELECT x.*, lead(x.sequence) OVER w AS next, lead(x.hash) OVER w AS next_hash FROM (
        SELECT p.organization_id, p.sequence, p.previous_hash, p.hash, lag(p.sequence) OVER v IS DISTINCT FROM p.sequence - 1 AS begins, lead(p.sequence) OVER v IS DISTINCT FROM p.sequence + 1 AS ends
        FROM %I p WINDOW v AS (PARTITION BY p.organization_id ORDER BY p.sequence)) x
      WHERE x.begins OR x.ends WINDOW w AS (PARTITION BY x.organization_id ORDER BY x.sequence)) b
    WHERE b.begins ORDER BY 1, 2', leaf);
END $$;
-- +goose StatementEnd

-- drops a leaf of one of the two tables, or (0 days) a month of one that has no leaves. It refuses what is not old
-- enough, whoever asks. One table at a time, so that nobody waits for two locks. True: go on until nothing is left.
-- +goose StatementBegin
CREATE FUNCTION audit_expire(month date, days bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '30ms' AS $$
DECLARE
  over   timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
  parent text;
  name   text;
  filled boolean;
BEGIN
  IF days IS NULL OR days < 0 OR over + days * interval '1 day' > now() THEN
    RAISE EXCEPTION 'entries of % that are kept for % days are not old enough', month, days;
  END IF;
  IF EXISTS (SELECT 1 FROM audit_pending p WHERE p.recorded_at < over AND (p.retention = days OR days = 0)) THEN
    RETURN false; -- first they are numbered
  END IF;
  FOREACH parent IN ARRAY ARRAY['audit_events', 'audit_positions'] LOOP
    name := parent || to_char(month, '_YYYY_MM');
    IF days = 0 AND to_regclass(name) IS NOT NULL THEN
      EXECUTE format('SELECT count(*) > 1 FROM pg_inherits WHERE inhparent = %L::regclass', name) INTO filled;
      IF NOT filled THEN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO filled;
      END IF;
      IF filled THEN
        RETURN false;
      END IF;
      EXECUTE format('DROP TABLE %I', name);
      RETURN true;
    ELSIF days > 0 AND to_regclass(name || '_' || days) IS NOT NULL THEN
      EXECUTE format('DROP TABLE %I', name || '_' || days);
      RETURN true;
    END IF;
  END LOOP;
  RETURN true;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
  RETURN false; -- somebody reads it
END $$;
-- +goose StatementEnd

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
CREATE UNIQUE INDEX audit_expiries_run ON audit_expiries (COALESCE(organization_id, ''), first_sequence, last_sequence);

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
  told_at             timestamptz,       -- whoever manages it was mailed that it fails
  disabled_reason     text,
  last_status         bigint,
  last_delivered_at   timestamptz,
  last_failed_at      timestamptz,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL
);
CREATE UNIQUE INDEX webhook_endpoints_owned ON webhook_endpoints (organization_id, id);
CREATE UNIQUE INDEX webhook_endpoints_address ON webhook_endpoints (organization_id, url);
CREATE UNIQUE INDEX webhook_endpoints_deployment ON webhook_endpoints (url) WHERE organization_id IS NULL;

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
CREATE POLICY forgets ON audit_repeats FOR DELETE USING (current_setting('app.scope', true) = 'deployment'); -- a day after
SELECT gatehouse_isolate('audit_exports');
SELECT gatehouse_isolate('webhook_endpoints');
SELECT gatehouse_isolate('webhook_deliveries');
SELECT gatehouse_isolate('webhook_attempts');
SELECT gatehouse_isolate('log_streams');
-- the sequencer adds links of every organization in one statement
CREATE POLICY inserts_numbers ON audit_positions FOR INSERT WITH CHECK (current_setting('app.scope', true) = 'sequence');

-- audit/search: policies would keep Postgres from using the index of terms (@@ is not leakproof), so these functions
-- read partitions, which have none, and hold the scope themselves.

-- whose entries the transaction may find: null is everybody's
-- +goose StatementBegin
CREATE FUNCTION audit_scope(organization text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN current_setting('app.scope', true) IN ('deployment', 'locate') THEN organization ELSE coalesce(current_setting('app.organization_id', true), '') END
$$;
-- +goose StatementEnd

-- the months between two instants, in their order or against it; the whole table where its default holds something
-- +goose StatementBegin
CREATE FUNCTION audit_months(since timestamptz, before timestamptz, descending boolean) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  names text[];
BEGIN
  IF EXISTS (SELECT 1 FROM audit_positions_other) THEN
    RETURN ARRAY['audit_positions'];
  END IF;
  SELECT array_agg(m.relname ORDER BY m.relname) INTO names FROM (
    SELECT c.relname::text, to_date(right(c.relname, 7), 'YYYY_MM')::timestamp AS month FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'audit_positions'::regclass AND c.relkind = 'p') m
  WHERE m.month AT TIME ZONE 'UTC' < before AND (m.month + interval '1 month') AT TIME ZONE 'UTC' > since;
  IF descending THEN
    SELECT array_agg(n ORDER BY n DESC) INTO names FROM unnest(names) n;
  END IF;
  RETURN coalesce(names, ARRAY[]::text[]);
END $$;
-- +goose StatementEnd

-- of what an entry has to have, what few entries have: it is asked of the index, and the rest of the rows. Null: each
-- is had by many, of the newest 2,000.
-- +goose StatementBegin
CREATE FUNCTION audit_rare(needs tsquery[], months text[], condition text, owner text, low text, high text) RETURNS tsquery LANGUAGE plpgsql STABLE AS $$
DECLARE
  name   text;
  need   tsquery;
  rare   tsquery;
  looked bigint;
  hits   bigint[];
  counts text := '';
BEGIN
  FOR i IN 1..array_length(needs, 1) LOOP
    counts := counts || format(', count(*) FILTER (WHERE terms @@ %L::tsquery)', needs[i]::text);
  END LOOP;
  FOREACH name IN ARRAY months LOOP
    EXECUTE format('SELECT count(*), ARRAY[%s] FROM (SELECT terms FROM %I WHERE %s ORDER BY event_id DESC LIMIT 2000) r', substr(counts, 3), name, condition) INTO looked, hits USING owner, low, high;
    EXIT WHEN looked >= 200;
  END LOOP;
  FOR i IN 1..array_length(needs, 1) LOOP
    IF looked IS NULL OR hits[i] * 200 <= looked THEN
      rare := coalesce(rare && needs[i], needs[i]);
    END IF;
  END LOOP;
  RETURN rare;
END $$;
-- +goose StatementEnd

-- ids of entries that have all of needs, low <= id < high. First the newest ones (20,000) are looked at in order:
-- what many entries have is among them. What is not, few entries have, so that the index of terms gives little; it is asked
-- month by month.
-- +goose StatementBegin
CREATE FUNCTION audit_find(needs tsquery[], organization text, low text, high text, since timestamptz, before timestamptz, descending boolean, wanted bigint, newest bigint)
  RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp SET enable_seqscan = off SET enable_sort = off -- in the order of the index, also before a new partition has statistics
  SET work_mem = '32MB' SET jit = off AS $$
DECLARE
  owner     text := audit_scope(organization);
  condition text := CASE WHEN owner IS NULL THEN '$1::text IS NULL' ELSE 'organization_id = $1' END || ' AND event_id >= $2 AND event_id < $3';
  months    text[] := audit_months(since, before, descending);
  direction text := CASE WHEN descending THEN 'DESC' ELSE 'ASC' END;
  whole     tsquery := needs[1];
  rare      tsquery;
  name      text;
  chunk     bigint := least(500, newest);
  looked    bigint := 0;
  asked     bigint := wanted;
  here      bigint;
  edge      text;
  found     text[];
BEGIN
  FOR i IN 2..array_length(needs, 1) LOOP
    whole := whole && needs[i];
  END LOOP;
  FOREACH name IN ARRAY months LOOP
    LOOP
      EXECUTE format('SELECT count(*), %s(event_id), array_agg(event_id ORDER BY event_id %s) FILTER (WHERE terms @@ $4)
        FROM (SELECT event_id, terms FROM %I WHERE %s ORDER BY event_id %2$s LIMIT $5) r', CASE WHEN descending THEN 'min' ELSE 'max' END, direction, name, condition)
        INTO here, edge, found USING owner, low, high, whole, chunk;
      RETURN QUERY SELECT f FROM unnest(found) WITH ORDINALITY AS f (f, n) ORDER BY n LIMIT wanted;
      wanted := wanted - coalesce(array_length(found, 1), 0);
      IF edge IS NOT NULL AND descending THEN
        high := edge;
      ELSIF edge IS NOT NULL THEN
        low := edge || '0';
      END IF;
      looked := looked + here;
      IF wanted <= 0 THEN
        RETURN;
      END IF;
      -- an organization's entries lie apart, so that each costs a page: what seems to be rare is asked of the index soon
      IF wanted * looked > (asked - wanted) * (newest - looked) AND looked >= (CASE WHEN owner IS NULL THEN 3000 ELSE 500 END) THEN
        newest := looked;
      END IF;
      EXIT WHEN here < chunk OR looked >= newest;
      chunk := least(chunk * 6, newest - looked);
    END LOOP;
    EXIT WHEN looked >= newest;
    months := months[2:]; -- it holds nothing more
  END LOOP;
  IF array_length(months, 1) IS NULL THEN
    RETURN;
  END IF;
  rare := coalesce(audit_rare(needs, months, condition, owner, low, high), whole);
  IF owner IS NOT NULL THEN
    rare := rare && format('%L', 'o:' || owner)::tsquery;
  END IF;
  FOREACH name IN ARRAY months LOOP
    EXECUTE format('WITH r AS MATERIALIZED (SELECT organization_id, event_id, terms FROM %I WHERE terms @@ $4)
      SELECT array_agg(event_id) FROM (SELECT event_id FROM r WHERE %s AND terms @@ $5 ORDER BY event_id %s LIMIT $6) f', name, condition, direction)
      INTO found USING owner, low, high, rare, whole, wanted;
    RETURN QUERY SELECT f FROM unnest(found) WITH ORDINALITY AS f (f, n) ORDER BY n;
    wanted := wanted - coalesce(array_length(found, 1), 0);
    EXIT WHEN wanted <= 0;
  END LOOP;
END $$;
-- +goose StatementEnd

-- how many entries have all of needs, low <= id < high, by the spans that begin at the instants of edges. Of a few
-- entries (or needs that few have) each is counted; of many, one page in a hundred is looked at: sampled.
-- +goose StatementBegin
CREATE FUNCTION audit_count(needs tsquery[], organization text, low text, high text, since timestamptz, before timestamptz, edges timestamptz[], few boolean)
  RETURNS TABLE (span bigint, entries bigint, sampled boolean) LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp SET work_mem = '32MB' SET jit = off AS $$
DECLARE
  owner     text := audit_scope(organization);
  condition text := CASE WHEN owner IS NULL THEN '$1::text IS NULL' ELSE 'organization_id = $1' END || ' AND event_id >= $2 AND event_id < $3';
  months    text[] := audit_months(since, before, true);
  whole     tsquery := needs[1];
  rare      tsquery;
  name      text;
BEGIN
  FOR i IN 2..coalesce(array_length(needs, 1), 0) LOOP
    whole := whole && needs[i];
  END LOOP;
  IF NOT few THEN
    rare := audit_rare(needs, months, condition, owner, low, high);
    IF rare IS NOT NULL AND owner IS NOT NULL THEN
      rare := rare && format('%L', 'o:' || owner)::tsquery;
    END IF;
    PERFORM set_config('enable_seqscan', CASE WHEN rare IS NULL THEN 'on' ELSE 'off' END, true);
    RETURN QUERY SELECT 0::bigint, 0::bigint, rare IS NULL;
  END IF;
  FOREACH name IN ARRAY months LOOP
    IF few THEN
      RETURN QUERY EXECUTE format('SELECT width_bucket(recorded_at, $4)::bigint, count(*), false FROM %I WHERE %s AND ($5 IS NULL OR terms @@ $5) GROUP BY 1', name, condition)
        USING owner, low, high, edges, whole;
    ELSIF rare IS NOT NULL THEN
      RETURN QUERY EXECUTE format('WITH r AS MATERIALIZED (SELECT organization_id, event_id, recorded_at, terms FROM %I WHERE terms @@ $6)
        SELECT width_bucket(recorded_at, $4)::bigint, count(*), false FROM r WHERE %s AND terms @@ $5 GROUP BY 1', name, condition)
        USING owner, low, high, edges, whole, rare;
    ELSE
      RETURN QUERY EXECUTE format('SELECT width_bucket(recorded_at, $4)::bigint, count(*) * 100, true FROM %I TABLESAMPLE SYSTEM (1) REPEATABLE (1) WHERE %s AND terms @@ $5 GROUP BY 1', name, condition)
        USING owner, low, high, edges, whole;
    END IF;
  END LOOP;
END $$;
-- +goose StatementEnd
-- one loop works on the streams of every organization: it takes leases and moves cursors
CREATE POLICY updates_leases ON log_streams FOR UPDATE USING (current_setting('app.scope', true) = 'deployment') WITH CHECK (current_setting('app.scope', true) = 'deployment');
