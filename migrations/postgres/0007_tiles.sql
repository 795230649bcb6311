-- +goose Up

-- audit: what the sequencer says of entries that follow one another in one chain: their numbers, their links, and the
-- words by which they are found. Of an organization whose log is busy a row has a hundred of them, so that neither their
-- numbers nor the words that they share cost a row or a place in an index each. Rows are written once, as entries are.
CREATE TABLE audit_tiles (
  position         bigint NOT NULL, -- of the first one over the whole deployment, gap-free; the next one's is one more
  last_position    bigint NOT NULL,
  organization_id  text,            -- null: the deployment's own entries, which are a chain too
  sequence         bigint NOT NULL, -- of the first one within the organization, gap-free, from 1
  last_sequence    bigint NOT NULL,
  recorded_at      timestamptz NOT NULL, -- of the oldest one; with retention: the partition of all of them, and this row's
  last_recorded_at timestamptz NOT NULL, -- of the newest one: less than a second later
  retention        bigint NOT NULL,
  numbered_at      timestamptz NOT NULL,
  events           text[] COLLATE "C" NOT NULL, -- ids, in the order of their numbers, at most 128
  types            text[] NOT NULL,
  previous_hash    bytea NOT NULL, -- before the first one
  hashes           bytea NOT NULL, -- 32 bytes for each
  terms            tsvector NOT NULL, -- audit/search: each with the places, from 1, of the entries that have it
  PRIMARY KEY (last_position, recorded_at, retention)
) PARTITION BY RANGE (recorded_at);
ALTER TABLE audit_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL; -- nothing makes them shorter
-- +goose StatementBegin
DO $$
BEGIN
  ALTER TABLE audit_tiles ALTER COLUMN events SET COMPRESSION lz4, ALTER COLUMN types SET COMPRESSION lz4, ALTER COLUMN terms SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN -- by a server that was built without it
END $$;
-- +goose StatementEnd
CREATE INDEX audit_tiles_sequence ON audit_tiles (organization_id, last_sequence);
CREATE INDEX audit_tiles_place ON audit_tiles (organization_id, last_position); -- one organization's feed
CREATE INDEX audit_tiles_organization ON audit_tiles (organization_id, recorded_at, last_recorded_at); -- a tile that ends too early is passed in the index
CREATE INDEX audit_tiles_recorded ON audit_tiles (recorded_at, last_recorded_at);
CREATE INDEX audit_tiles_terms ON audit_tiles USING gin (terms);
CREATE TABLE audit_tiles_other PARTITION OF audit_tiles DEFAULT;

-- the partitions of one month and, below it, of one retention; other takes what no other one takes. False: not now,
-- somebody reads them.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_partition(month date, days bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '20ms' AS $$
DECLARE
  parent text;
  name   text;
  first  text := to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00';
  after  text := to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00';
BEGIN
  IF month <> date_trunc('month', month)::date OR days < 1 THEN
    RAISE EXCEPTION 'partitions are of months and whole days';
  END IF;
  FOREACH parent IN ARRAY ARRAY['audit_events', 'audit_tiles'] LOOP
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

-- partitions that will be needed between two months and are not there: of each retention that an organization or the
-- deployment has; and those of what was written before its partition was there
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_wanted(first date, last date) RETURNS TABLE (month date, days bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  other text;
BEGIN
  RETURN QUERY SELECT m::date, r.kept FROM generate_series(date_trunc('month', first::timestamp), last::timestamp, interval '1 month') m,
    (SELECT audit_retention_days AS kept FROM organizations WHERE audit_retention_days IS NOT NULL UNION SELECT audit_retention_days FROM deployment UNION SELECT 365) r
    WHERE to_regclass('audit_events' || to_char(m, '_YYYY_MM_') || r.kept) IS NULL OR to_regclass('audit_tiles' || to_char(m, '_YYYY_MM_') || r.kept) IS NULL;
  RETURN QUERY SELECT DISTINCT date_trunc('month', o.recorded_at AT TIME ZONE 'UTC')::date, o.retention
    FROM (SELECT e.recorded_at, e.retention FROM audit_events_other e UNION ALL SELECT t.recorded_at, t.retention FROM audit_tiles_other t) o;
  FOR other IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^audit_(events|tiles)_\d{4}_\d\d_other$' LOOP
    RETURN QUERY EXECUTE format('SELECT DISTINCT %L::date, retention FROM %I', to_date(substring(other from '\d{4}_\d\d'), 'YYYY_MM'), other);
  END LOOP;
END $$;
-- +goose StatementEnd

-- the leaves whose entries' time is up, by month and retention; 0 is a month that has no leaf any more
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_expired(at timestamptz) RETURNS TABLE (month date, days bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH leaves AS (
    SELECT to_date(substring(c.relname from '\d{4}_\d\d'), 'YYYY_MM') AS month, substring(c.relname from '_\d{4}_\d\d_(\d+)$')::bigint AS days
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relispartition AND c.relname ~ '^audit_(events|tiles)_\d{4}_\d\d(_\d+)?$')
  SELECT l.month, coalesce(max(l.days), 0) FROM leaves l
  GROUP BY l.month, coalesce(l.days, (SELECT max(o.days) FROM leaves o WHERE o.month = l.month), 0)
  HAVING (l.month + interval '1 month') AT TIME ZONE 'UTC' + coalesce(max(l.days), 0) * interval '1 day' <= least(at, now())
  ORDER BY 1, 2
$$;
-- +goose StatementEnd

-- unbroken runs of sequences among a leaf's entries, by which they are signed before they go
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_runs(month date, days bigint) RETURNS TABLE (organization_id text, first_sequence bigint, last_sequence bigint, previous_hash bytea, hash bytea)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  leaf text := 'audit_tiles' || to_char(month, '_YYYY_MM_') || days;
BEGIN
  IF to_regclass(leaf) IS NULL OR current_setting('app.scope', true) IS DISTINCT FROM 'deployment' THEN
    RETURN;
  END IF;
  -- the tiles at which a run begins or ends: the end of one that begins is its own or that of the next of them
  RETURN QUERY EXECUTE format('SELECT b.organization_id, b.sequence, CASE WHEN b.ends THEN b.last_sequence ELSE b.next END, b.previous_hash, CASE WHEN b.ends THEN b.hash ELSE b.next_hash END FROM (
      SELECT x.*, lead(x.last_sequence) OVER w AS next, lead(x.hash) OVER w AS next_hash FROM (
        SELECT t.organization_id, t.sequence, t.last_sequence, t.previous_hash, substr(t.hashes, octet_length(t.hashes) - 31) AS hash,
          lag(t.last_sequence) OVER v IS DISTINCT FROM t.sequence - 1 AS begins, lead(t.sequence) OVER v IS DISTINCT FROM t.last_sequence + 1 AS ends
        FROM %I t WINDOW v AS (PARTITION BY t.organization_id ORDER BY t.sequence)) x
      WHERE x.begins OR x.ends WINDOW w AS (PARTITION BY x.organization_id ORDER BY x.sequence)) b
    WHERE b.begins ORDER BY 1, 2', leaf);
END $$;
-- +goose StatementEnd

-- drops a leaf of one of the two tables, or (0 days) a month of one that has no leaves. It refuses what is not old
-- enough, whoever asks. One table at a time, so that nobody waits for two locks. True: go on until nothing is left.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_expire(month date, days bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '30ms' AS $$
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
  FOREACH parent IN ARRAY ARRAY['audit_events', 'audit_tiles'] LOOP
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

-- what was numbered before, one row for each entry
SELECT set_config('app.scope', 'deployment', true);
-- +goose StatementBegin
DO $$
DECLARE
  leaf record;
BEGIN
  FOR leaf IN SELECT to_date(substring(c.relname from '\d{4}_\d\d'), 'YYYY_MM') AS month, substring(c.relname from '_\d{4}_\d\d_(\d+)$')::bigint AS days
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname ~ '^audit_events_\d{4}_\d\d(_\d+)?$' AND c.relispartition LOOP
    IF NOT audit_partition(leaf.month, leaf.days) THEN
      RAISE EXCEPTION 'somebody reads the log; migrate again';
    END IF;
  END LOOP;
END $$;
-- +goose StatementEnd
CREATE TEMPORARY TABLE placed ON COMMIT DROP AS
  SELECT t.position, min(t.position) OVER t AS tile, row_number() OVER (t ORDER BY t.position) AS place FROM (
    SELECT i.*, (row_number() OVER (PARTITION BY i.organization_id, i.island ORDER BY i.position) - 1) / 128 AS part FROM (
      SELECT b.*, sum(b.begins::int) OVER (PARTITION BY b.organization_id ORDER BY b.position) AS island FROM (
        SELECT p.position, p.organization_id, (lag(p.position) OVER w IS DISTINCT FROM p.position - 1 OR lag(p.sequence) OVER w IS DISTINCT FROM p.sequence - 1
          OR lag(p.retention) OVER w <> p.retention OR lag(floor(extract(epoch FROM p.recorded_at))) OVER w <> floor(extract(epoch FROM p.recorded_at))) AS begins
        FROM audit_positions p WINDOW w AS (PARTITION BY p.organization_id ORDER BY p.position)) b) i) t
  WINDOW t AS (PARTITION BY t.organization_id, t.island, t.part);
INSERT INTO audit_tiles (position, last_position, organization_id, sequence, last_sequence, recorded_at, last_recorded_at, retention, numbered_at, events, types, previous_hash, hashes, terms)
  SELECT min(p.position), max(p.position), min(p.organization_id), min(p.sequence), max(p.sequence), min(p.recorded_at), max(p.recorded_at), min(p.retention), max(p.numbered_at),
    array_agg(p.event_id ORDER BY p.position), array_agg(p.type ORDER BY p.position), (array_agg(p.previous_hash ORDER BY p.position))[1], string_agg(p.hash, ''::bytea ORDER BY p.position), min(w.terms)::tsvector
  FROM audit_positions p JOIN placed o USING (position) JOIN (
    SELECT l.tile, string_agg('''' || replace(replace(l.lexeme, '\', '\\'), '''', '''''') || ''':' || l.places, ' ') AS terms FROM (
      SELECT o.tile, u.lexeme, string_agg(o.place::text, ',') AS places FROM audit_positions p JOIN placed o USING (position) CROSS JOIN LATERAL unnest(p.terms) u GROUP BY o.tile, u.lexeme) l
    GROUP BY l.tile) w USING (tile)
  GROUP BY o.tile;
DROP TABLE audit_positions;

SELECT gatehouse_isolate('audit_tiles');
-- the sequencer adds tiles of every organization in one statement
CREATE POLICY inserts_numbers ON audit_tiles FOR INSERT WITH CHECK (current_setting('app.scope', true) = 'sequence');

-- login/pace: how long people waited for the answer to what they signed in with, in counts by hour and bucket, which
-- every server adds to. They are the deployment's own: no organization's transaction sees them
CREATE TABLE sign_in_times (
  hour     timestamptz NOT NULL,
  up_to_ms bigint NOT NULL, -- where the bucket ends; it begins at the bound below
  answers  bigint NOT NULL,
  PRIMARY KEY (hour, up_to_ms)
);
ALTER TABLE sign_in_times ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_in_times FORCE ROW LEVEL SECURITY;
CREATE POLICY deployment ON sign_in_times USING (current_setting('app.scope', true) = 'deployment');

-- what waits for its number: a row for the entries that one statement wrote (of one month and retention)
ALTER TABLE audit_pending ADD COLUMN events text[] COLLATE "C", ADD COLUMN entries bigint NOT NULL DEFAULT 1, ADD COLUMN last_recorded_at timestamptz;
UPDATE audit_pending SET events = ARRAY[event_id], last_recorded_at = recorded_at;
ALTER TABLE audit_pending ALTER COLUMN events SET NOT NULL, ALTER COLUMN last_recorded_at SET NOT NULL, ALTER COLUMN entries DROP DEFAULT;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_pending (event_id, events, entries, recorded_at, last_recorded_at, retention)
    SELECT min(id), array_agg(id), count(*), min(recorded_at), max(recorded_at), retention FROM written GROUP BY retention, date_trunc('month', recorded_at AT TIME ZONE 'UTC');
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- audit/search: what is found are entries, of which a tile has several. A tile is asked for by its terms; that one and
-- the same entry has all that is needed is asked with distance 0 between what the needs find, which are places of entries.

DROP FUNCTION audit_find(tsquery[], text, text, text, timestamptz, timestamptz, boolean, bigint, bigint);
DROP FUNCTION audit_count(tsquery[], text, text, text, timestamptz, timestamptz, timestamptz[], boolean);
DROP FUNCTION audit_rare(tsquery[], text[], text, text, text, text);
DROP FUNCTION audit_ask(tsquery[], float8[], float8, float8);
DROP FUNCTION audit_shares(tsquery[], text[], boolean);

-- the months between two instants, in their order or against it, but not those that are to come (nobody's clock is a day
-- ahead); the whole table where its default holds something
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_months(since timestamptz, before timestamptz, descending boolean) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  names text[];
BEGIN
  IF EXISTS (SELECT 1 FROM audit_tiles_other) THEN
    RETURN ARRAY['audit_tiles'];
  END IF;
  SELECT array_agg(m.relname ORDER BY m.relname) INTO names FROM (
    SELECT c.relname::text, to_date(right(c.relname, 7), 'YYYY_MM')::timestamp AS month FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'audit_tiles'::regclass AND c.relkind = 'p') m
  WHERE m.month AT TIME ZONE 'UTC' < least(before, now() + interval '1 day') AND (m.month + interval '1 month') AT TIME ZONE 'UTC' > since;
  IF descending THEN
    SELECT array_agg(n ORDER BY n DESC) INTO names FROM unnest(names) n;
  END IF;
  RETURN coalesce(names, ARRAY[]::text[]);
END $$;
-- +goose StatementEnd

-- the first id that can be made at a time (ULID: the first ten characters after the prefix are milliseconds)
-- +goose StatementBegin
CREATE FUNCTION audit_lowest(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT 'event_' || string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (ceil(extract(epoch FROM at) * 1000)::bigint >> 5 * n & 31)::int + 1, 1), '' ORDER BY n DESC) || repeat('0', 16)
  FROM generate_series(0, 9) n
$$;
-- +goose StatementEnd

-- what is needed, each one as a query: of the terms, or their beginnings, that have its number
-- +goose StatementBegin
CREATE FUNCTION audit_needs(need bigint[], term text[], prefix boolean[]) RETURNS tsquery[] LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(q.query::tsquery ORDER BY q.n) FROM (
    SELECT a.n, string_agg('''' || a.t || '''' || CASE WHEN a.begins THEN ':*' ELSE '' END, ' | ') AS query FROM unnest(need, term, prefix) a (n, t, begins) GROUP BY a.n) q
$$;
-- +goose StatementEnd

-- all of it, in one entry
-- +goose StatementBegin
CREATE FUNCTION audit_whole(needs tsquery[]) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  whole tsquery := needs[1];
BEGIN
  FOR i IN 2..coalesce(array_length(needs, 1), 0) LOOP
    whole := tsquery_phrase(whole, needs[i], 0);
  END LOOP;
  RETURN whole;
END $$;
-- +goose StatementEnd

-- the entries of a tile that have all of it; the tile itself does. Of a hundred entries a tile has a thousand terms: those
-- that count are marked and taken out by functions that do not make rows of all the others. PL/pgSQL keeps its plan.
-- +goose StatementBegin
CREATE FUNCTION audit_entries(events text[], terms tsvector, need bigint[], term text[], prefix boolean[]) RETURNS SETOF text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  lexemes text[] := term;
BEGIN
  IF cardinality(events) = 1 OR cardinality(need) = 0 THEN
    RETURN QUERY SELECT e FROM unnest(events) e;
    RETURN;
  END IF;
  IF true = ANY (prefix) THEN
    lexemes := lexemes || ARRAY(SELECT l FROM unnest(tsvector_to_array(terms)) l, unnest(term, prefix) a (t, begins) WHERE a.begins AND starts_with(l, a.t));
  END IF;
  RETURN QUERY SELECT events[p] FROM unnest(ts_filter(setweight(terms, 'A', lexemes), '{a}')) u, unnest(need, term, prefix) a (n, t, begins), unnest(u.positions) p
    WHERE u.lexeme = a.t OR a.begins AND starts_with(u.lexeme, a.t) GROUP BY p HAVING count(DISTINCT a.n) = (SELECT count(DISTINCT n) FROM unnest(need) n);
END $$;
-- +goose StatementEnd

-- which of the needs, and of whose entries they are, the index of a month's terms is asked for, and what that takes, in
-- microseconds: of a beginning all tiles that have it are collected, of a whole term what the others leave; a tile that is
-- found is a page that is read. How many there are is what the planner expects, who has statistics of each month: rows that
-- are owner's (null: everybody's), and hits of them that have all of it. Volatile, or EXPLAIN were refused.
-- +goose StatementBegin
CREATE FUNCTION audit_ask(month text, needs tsquery[], owner text, OUT asked tsquery, OUT cost float8, OUT rows float8, OUT hits float8) LANGUAGE plpgsql AS $$
DECLARE
  plan    json;
  tiles   float8;
  counts  float8[];
  reading float8;
  leave   float8;
  found   record;
BEGIN
  EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %I', month) INTO plan;
  tiles := greatest((plan->0->'Plan'->>'Plan Rows')::float8, 1);
  FOR i IN 1..array_length(needs, 1) LOOP
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %I WHERE terms @@ %L', month, needs[i]) INTO plan;
    counts[i] := (plan->0->'Plan'->>'Plan Rows')::float8;
  END LOOP;
  rows := tiles;
  IF owner IS NOT NULL THEN
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %I WHERE organization_id = %L', month, owner) INTO plan;
    rows := (plan->0->'Plan'->>'Plan Rows')::float8;
    needs := needs || format('%L', 'o:' || owner)::tsquery;
    counts := counts || rows;
  END IF;
  hits := tiles;
  leave := tiles;
  cost := 300;
  FOR found IN SELECT needs[n] AS query, count / tiles AS share, count FROM unnest(counts) WITH ORDINALITY AS c (count, n) ORDER BY count LOOP
    hits := hits * found.share;
    reading := found.count * (CASE WHEN found.query::text LIKE '%:*%' THEN 0.25 ELSE 0.03 END);
    CONTINUE WHEN asked IS NOT NULL AND reading >= leave * 8 * (1 - found.share);
    asked := coalesce(asked && found.query, found.query);
    cost := cost + reading;
    leave := leave * found.share;
  END LOOP;
  cost := cost + leave * 8;
END $$;
-- +goose StatementEnd

-- the conditions on tiles that may have entries of $1 (null: everybody's), $2 <= when it was recorded < $3
-- +goose StatementBegin
CREATE FUNCTION audit_between(owner text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN owner IS NULL THEN '$1::text IS NULL' ELSE 'organization_id = $1' END || ' AND recorded_at > $2 - interval ''1 s'' AND recorded_at < $3 AND last_recorded_at >= $2'
$$;
-- +goose StatementEnd

-- how far a month's tiles go that have as many entries as are wanted, in order: edge is null where they are all
-- +goose StatementBegin
CREATE FUNCTION audit_walk(month text, owner text, since timestamptz, before timestamptz, descending boolean, wanted bigint, OUT tiles bigint, OUT entries bigint, OUT edge timestamptz) LANGUAGE plpgsql STABLE AS $$
BEGIN
  EXECUTE format('SELECT count(*), coalesce(sum(size), 0), %1$s(recorded_at) FROM (
      SELECT recorded_at, size, sum(size) OVER (ORDER BY recorded_at %2$s ROWS UNBOUNDED PRECEDING) - size AS passed FROM (
        SELECT recorded_at, last_position - position + 1 AS size FROM %3$I WHERE %4$s AND ($5 OR recorded_at >= $2) ORDER BY recorded_at %2$s LIMIT $4) t) t WHERE passed < $4',
    CASE WHEN descending THEN 'min' ELSE 'max' END, CASE WHEN descending THEN 'DESC' ELSE 'ASC' END, month, audit_between(owner))
    INTO tiles, entries, edge USING owner, since, before, wanted, descending;
  edge := CASE WHEN entries < wanted THEN NULL WHEN descending THEN edge ELSE edge + interval '1 ms' END;
END $$;
-- +goose StatementEnd

-- ids of a month's entries that have all of it, the first ones that are wanted: of the tiles that the index gives for what
-- is asked or, where that is null, of all tiles between since and before. No more of them are opened than it takes: each
-- that lies between has one of its own.
-- +goose StatementBegin
CREATE FUNCTION audit_page(month text, asked tsquery, need bigint[], term text[], prefix boolean[], owner text, low text, high text, since timestamptz, before timestamptz, descending boolean, wanted bigint)
  RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  ids text[];
BEGIN
  EXECUTE format('WITH t AS MATERIALIZED (SELECT * FROM (SELECT organization_id, recorded_at, last_recorded_at, events, terms FROM %1$I WHERE %2$s OFFSET 0) t WHERE %3$s AND terms @@ $5)
    SELECT array_agg(f.id) FROM (SELECT e.id COLLATE "C" AS id FROM t, audit_entries(t.events, t.terms, $6, $7, $8) e (id)
      WHERE %4$s AND e.id COLLATE "C" >= $9 AND e.id COLLATE "C" < $10 ORDER BY 1 %5$s LIMIT $11) f',
    month, CASE WHEN asked IS NULL THEN audit_between(owner) ELSE 'terms @@ $4' END, audit_between(owner),
    CASE WHEN descending THEN 't.last_recorded_at >= coalesce((SELECT recorded_at FROM t WHERE recorded_at > $2 AND last_recorded_at < $3 - interval ''1 ms'' ORDER BY 1 DESC OFFSET $11 - 1 LIMIT 1), $2)'
      ELSE 't.recorded_at <= coalesce((SELECT last_recorded_at FROM t WHERE recorded_at > $2 AND last_recorded_at < $3 - interval ''1 ms'' ORDER BY 1 OFFSET $11 - 1 LIMIT 1), $3)' END,
    CASE WHEN descending THEN 'DESC' ELSE 'ASC' END)
    INTO ids USING owner, since, before, asked, audit_whole(audit_needs(need, term, prefix)), need, term, prefix, low, high, wanted;
  RETURN ids;
END $$;
-- +goose StatementEnd

-- ids of entries that have all that is needed, low <= id < high, month by month. Either tiles are looked at in order, where
-- a page of what many entries have is found at once, or the index of terms is asked for all of the month's: whichever costs
-- less, by how many the planner expects to have it and how many so far in the month had it; but no more
-- than newest entries are looked at in order. A tile lasts for less than a second, and others begin within that: what is
-- read in order goes as far as a time, and each tile is asked that may have an entry until then.
-- +goose StatementBegin
CREATE FUNCTION audit_find(need bigint[], term text[], prefix boolean[], organization text, low text, high text, since timestamptz, before timestamptz, descending boolean, wanted bigint, newest bigint)
  RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp SET enable_seqscan = off -- also before a new partition has statistics
  SET work_mem = '32MB' SET jit = off AS $$
DECLARE
  owner  text := audit_scope(organization);
  first  bigint := least(CASE WHEN owner IS NULL THEN 500 ELSE 200 END, newest); -- entries that are looked at whatever it costs
  each   float8 := CASE WHEN owner IS NULL THEN 3 ELSE 8 END; -- microseconds for a tile in order: everybody's lie together
  looked bigint := 0; -- entries in order,
  walked bigint := 0; -- of so many tiles;
  seen   bigint;      -- those of the month,
  had    bigint;      -- of which so many are found
  month  text;
  way    record;
  asked  tsquery;     -- of the index
  usual  float8;
  needed float8;      -- entries in order, for what is wanted still
  chunk  bigint;
  step   record;
  edge   timestamptz; -- how far that goes; null: to the end of the month
  found  text[];
BEGIN
  FOREACH month IN ARRAY audit_months(since, before, descending) LOOP
    seen := 0;
    had := 0;
    way := NULL;
    asked := NULL;
    LOOP
      chunk := first;
      IF looked >= first THEN
        IF way IS NULL THEN
          way := audit_ask(month, audit_needs(need, term, prefix), owner);
        END IF;
        usual := looked::float8 / walked; -- entries of a tile
        needed := least(usual * way.rows, wanted * (seen + usual * way.rows / greatest(way.hits, 0.5)) / (had + 1));
        chunk := least(newest - looked, greatest(500, needed * 1.5));
        IF needed > newest - looked OR way.cost < needed * (each / usual + 0.15) THEN
          chunk := 0;
          asked := way.asked;
        END IF;
      END IF;
      edge := NULL;
      IF chunk > 0 THEN
        step := audit_walk(month, owner, since, before, descending, chunk);
        looked := looked + step.entries;
        walked := walked + step.tiles;
        seen := seen + step.entries;
        edge := step.edge;
      END IF;
      IF edge IS NULL THEN
        found := audit_page(month, asked, need, term, prefix, owner, low, high, since, before, descending, wanted);
      ELSIF descending THEN
        found := audit_page(month, NULL, need, term, prefix, owner, greatest(low COLLATE "C", audit_lowest(edge)), high, edge, before, descending, wanted);
        before := edge;
        high := audit_lowest(before);
      ELSE
        found := audit_page(month, NULL, need, term, prefix, owner, low, least(high COLLATE "C", audit_lowest(edge)), since, edge, descending, wanted);
        since := edge;
        low := audit_lowest(since);
      END IF;
      RETURN QUERY SELECT f FROM unnest(found) WITH ORDINALITY AS f (f, n) ORDER BY n;
      had := had + coalesce(array_length(found, 1), 0);
      wanted := wanted - coalesce(array_length(found, 1), 0);
      IF wanted <= 0 THEN
        RETURN;
      END IF;
      EXIT WHEN edge IS NULL;
    END LOOP;
  END LOOP;
END $$;
-- +goose StatementEnd

-- how many entries have all that is needed, low <= id < high, by the spans that begin at edges. Of a few entries (or what
-- the index of terms gives soon) each is counted; of many, one page of tiles in a hundred is looked at: sampled.
-- +goose StatementBegin
CREATE FUNCTION audit_count(need bigint[], term text[], prefix boolean[], organization text, low text, high text, since timestamptz, before timestamptz, edges text[], few boolean)
  RETURNS TABLE (span bigint, entries bigint, sampled boolean) LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp SET enable_seqscan = off SET work_mem = '32MB' SET jit = off AS $$
DECLARE
  owner text := audit_scope(organization);
  needs tsquery[] := audit_needs(need, term, prefix);
  month text;
  asked tsquery;
BEGIN
  sampled := false;
  FOREACH month IN ARRAY audit_months(since, before, true) LOOP
    IF NOT few THEN
      SELECT a.asked, a.cost + a.hits * 40 > 40000 INTO asked, sampled FROM audit_ask(month, needs, owner) a; -- each is opened
    END IF;
    RETURN QUERY EXECUTE format('WITH t AS MATERIALIZED (
        SELECT events, terms FROM (SELECT organization_id, recorded_at, last_recorded_at, events, terms FROM %3$I %4$s WHERE %5$s OFFSET 0) t WHERE %6$s AND ($5 IS NULL OR terms @@ $5))
      SELECT width_bucket(e.id COLLATE "C", $11)::bigint, count(*) * %1$s, %2$L::boolean FROM (
        SELECT events[1] AS id FROM t WHERE cardinality(events) = 1 UNION ALL SELECT e.id FROM t, audit_entries(t.events, t.terms, $6, $7, $8) e (id) WHERE cardinality(t.events) > 1) e
      WHERE e.id COLLATE "C" >= $9 AND e.id COLLATE "C" < $10 GROUP BY 1',
      CASE WHEN sampled THEN 100 ELSE 1 END, sampled, month, CASE WHEN sampled THEN 'TABLESAMPLE SYSTEM (1) REPEATABLE (1)' END, CASE WHEN few OR sampled THEN audit_between(owner) ELSE 'terms @@ $4' END, audit_between(owner))
      USING owner, since, before, asked, audit_whole(needs), need, term, prefix, low, high, edges;
  END LOOP;
END $$;
-- +goose StatementEnd
