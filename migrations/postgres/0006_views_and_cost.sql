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

-- audit/search: which way a search goes, by what it would cost.

-- which part of the newest entries of everybody (2,000 of the first month that has some) has each of needs
-- +goose StatementBegin
CREATE FUNCTION audit_shares(needs tsquery[], months text[], descending boolean) RETURNS float8[] LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_sort = off AS $$
DECLARE
  name   text;
  shares float8[];
  looked bigint;
  counts text := '';
BEGIN
  FOR i IN 1..array_length(needs, 1) LOOP
    counts := counts || format(', count(*) FILTER (WHERE terms @@ %L::tsquery)::float8 / greatest(count(*), 1)', needs[i]::text);
  END LOOP;
  FOREACH name IN ARRAY months LOOP
    EXECUTE format('SELECT count(*), ARRAY[%s] FROM (SELECT terms FROM %I ORDER BY event_id %s LIMIT 2000) r', substr(counts, 3), name, CASE WHEN descending THEN 'DESC' ELSE 'ASC' END) INTO looked, shares;
    EXIT WHEN looked >= 200;
  END LOOP;
  RETURN shares;
END $$;
-- +goose StatementEnd

-- what is asked of the index of terms, beside the organization, and what a month then takes, in microseconds: of a
-- beginning all that have it are collected, of a whole term what the others leave; a row that is found is a page that is
-- read. entries are a month's, part is what the organization has of them.
-- +goose StatementBegin
CREATE FUNCTION audit_ask(needs tsquery[], shares float8[], entries float8, part float8, OUT asked tsquery, OUT cost float8) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  need    record;
  reading float8;
  rows    float8 := entries * part * 8;
BEGIN
  cost := 300;
  FOR need IN SELECT needs[n] AS query, share FROM unnest(shares) WITH ORDINALITY AS s (share, n) ORDER BY share LOOP
    reading := entries * need.share * (CASE WHEN need.query::text LIKE '%:*%' THEN 0.25 ELSE 0.03 END);
    EXIT WHEN (asked IS NOT NULL OR part < 1) AND reading >= rows * (1 - need.share);
    asked := coalesce(asked && need.query, need.query);
    cost := cost + reading;
    rows := rows * greatest(need.share, 0.0005);
  END LOOP;
  cost := cost + rows;
END $$;
-- +goose StatementEnd

-- ids of entries that have all of needs, low <= id < high. First some are looked at in order (at most 20,000): a page of
-- what many entries have is among them. By how many of them had it the rest is estimated, in order (an organization's
-- entries lie apart, everybody's together) and by the index of terms, which is asked month by month.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_find(needs tsquery[], organization text, low text, high text, since timestamptz, before timestamptz, descending boolean, wanted bigint, newest bigint)
  RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp SET enable_seqscan = off SET enable_sort = off -- in the order of the index, also before a new partition has statistics
  SET work_mem = '32MB' SET jit = off AS $$
DECLARE
  owner     text := audit_scope(organization);
  condition text := CASE WHEN owner IS NULL THEN '$1::text IS NULL' ELSE 'organization_id = $1' END || ' AND event_id >= $2 AND event_id < $3';
  months    text[] := audit_months(since, before, descending);
  direction text := CASE WHEN descending THEN 'DESC' ELSE 'ASC' END;
  everybody float8 := greatest((SELECT h.sequence FROM audit_heads h WHERE h.id = 'all'), 1);
  size      float8 := CASE WHEN owner IS NULL THEN everybody ELSE coalesce((SELECT h.sequence FROM audit_heads h WHERE h.id = owner), 0) END; -- at most
  chunk     bigint := least(CASE WHEN owner IS NULL THEN 500 ELSE 200 END, newest);
  whole     tsquery := needs[1];
  asked     bigint := wanted;
  looked    bigint := 0;
  needed    float8; -- entries in order for what is wanted still
  entries   float8; -- of a month
  shares    float8[];
  way       record;
  rare      tsquery;
  name      text;
  here      bigint;
  edge      text;
  found     text[];
BEGIN
  FOR i IN 2..array_length(needs, 1) LOOP
    whole := whole && needs[i];
  END LOOP;
  WHILE array_length(months, 1) > 0 LOOP
    name := months[1];
    EXECUTE format('SELECT array_agg(event_id ORDER BY event_id %1$s) FROM (SELECT event_id FROM (SELECT event_id, terms FROM %2$I WHERE %3$s ORDER BY event_id %1$s LIMIT $5) r WHERE terms @@ $4 LIMIT $6) f', direction, name, condition)
      INTO found USING owner, low, high, whole, chunk, wanted;
    RETURN QUERY SELECT f FROM unnest(found) WITH ORDINALITY AS f (f, n) ORDER BY n;
    wanted := wanted - coalesce(array_length(found, 1), 0);
    IF wanted <= 0 THEN
      RETURN;
    END IF;
    EXECUTE format('SELECT count(*), %s(event_id) FROM (SELECT event_id FROM %I WHERE %s ORDER BY event_id %s LIMIT $4) r', CASE WHEN descending THEN 'min' ELSE 'max' END, name, condition, direction)
      INTO here, edge USING owner, low, high, chunk;
    looked := looked + here;
    IF here < chunk THEN
      months := months[2:]; -- it holds nothing more
      CONTINUE WHEN looked < 200 AND newest > 200;
    ELSIF descending THEN
      high := edge;
    ELSE
      low := edge || '0';
    END IF;
    EXIT WHEN looked >= newest;
    needed := least(wanted * looked / greatest(asked - wanted, 0.5), greatest(size - looked, 0));
    chunk := least(newest - looked, greatest(500, needed * 1.5));
    CONTINUE WHEN needed * (CASE WHEN owner IS NULL THEN 3 ELSE 8 END) < 12000; -- not worth a thought
    IF shares IS NULL THEN
      shares := audit_shares(needs, months, descending);
      SELECT sum(greatest(c.reltuples, 0)) INTO entries FROM pg_partition_tree(months[1]::regclass) t JOIN pg_class c ON c.oid = t.relid WHERE t.isleaf;
    END IF;
    way := audit_ask(needs, shares, entries, size / everybody);
    EXIT WHEN needed > newest - looked
      OR way.cost * greatest(1, least(array_length(months, 1), needed / greatest(entries * size / everybody, 1))) < needed * (CASE WHEN owner IS NULL THEN 3 ELSE 8 END);
  END LOOP;
  IF array_length(months, 1) IS NULL THEN
    RETURN;
  END IF;
  IF shares IS NULL THEN
    shares := audit_shares(needs, months, descending);
    SELECT sum(greatest(c.reltuples, 0)) INTO entries FROM pg_partition_tree(months[1]::regclass) t JOIN pg_class c ON c.oid = t.relid WHERE t.isleaf;
  END IF;
  way := audit_ask(needs, shares, entries, size / everybody);
  rare := way.asked;
  IF owner IS NOT NULL THEN
    rare := coalesce(format('%L', 'o:' || owner)::tsquery && rare, format('%L', 'o:' || owner)::tsquery);
  END IF;
  rare := coalesce(rare, whole);
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

-- audit/views: ways of looking at the log that somebody keeps, for themselves or for those they work with
CREATE TABLE audit_views (
  id              text PRIMARY KEY,
  organization_id text REFERENCES organizations (id) ON DELETE CASCADE, -- null: of the deployment's log
  user_id         text REFERENCES users (id) ON DELETE CASCADE,         -- null: everybody's who sees that log
  name            text NOT NULL,
  folded          text NOT NULL, -- the name, as two are compared
  query           text NOT NULL, -- of an address
  made_by         text NOT NULL, -- as people call them
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX audit_views_name ON audit_views (COALESCE(organization_id, ''), COALESCE(user_id, ''), folded);
CREATE INDEX audit_views_organization ON audit_views (organization_id, id);
CREATE INDEX audit_views_user ON audit_views (user_id);
SELECT gatehouse_isolate('audit_views');

-- audit/search: the day on which each person came in last, for 60 days, and by how much the number of people who came in
-- within 30 days changes on each day (days since 1970)
CREATE TABLE audit_people (
  id       text PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  last_day bigint NOT NULL
);
CREATE INDEX audit_people_day ON audit_people (last_day);
CREATE TABLE audit_active_days (
  day    bigint PRIMARY KEY,
  change bigint NOT NULL
);

-- export/webhook: a deleted endpoint is gone for everybody; its row waits until its deliveries have been taken away
ALTER TABLE webhook_endpoints ADD COLUMN deleted_at timestamptz;
