-- Entries over the days before now, of 2,000 organizations whose sizes fall as 1/n, but the first has a third of all: most
-- of its entries come in bursts of 20 to 100 within a tenth of a second, the others' one by one. Each has the shape of a
-- sign-in or a change: one actor, two targets, an address, a browser; one in two hundred has a reference. Every other
-- organization keeps its log for 30 days. Tiles are as the sequencer makes them, but there is no chain: nothing here
-- verifies one.
CREATE OR REPLACE FUNCTION bench_event(ms bigint, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT 'event_' || substr(d, ((ms >> 45) & 31)::int + 1, 1) || substr(d, ((ms >> 40) & 31)::int + 1, 1) || substr(d, ((ms >> 35) & 31)::int + 1, 1)
    || substr(d, ((ms >> 30) & 31)::int + 1, 1) || substr(d, ((ms >> 25) & 31)::int + 1, 1) || substr(d, ((ms >> 20) & 31)::int + 1, 1)
    || substr(d, ((ms >> 15) & 31)::int + 1, 1) || substr(d, ((ms >> 10) & 31)::int + 1, 1) || substr(d, ((ms >> 5) & 31)::int + 1, 1)
    || substr(d, (ms & 31)::int + 1, 1) || upper(lpad(to_hex(n), 16, '0'))
  FROM (SELECT '0123456789ABCDEFGHJKMNPQRSTVWXYZ'::text AS d) a
$$;
CREATE OR REPLACE FUNCTION bench_organization(o bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'org_01BENCH' || upper(lpad(to_hex(o), 19, '0')) $$;
CREATE OR REPLACE FUNCTION bench_rows(total bigint, days bigint, first bigint, last bigint)
  RETURNS TABLE (n bigint, id text, recorded timestamptz, o bigint, org text, type text, actor text, person text, address text, ref text) LANGUAGE sql STABLE AS $$
  SELECT n, bench_event(ms, n), timestamptz 'epoch' + ms * interval '1 millisecond', o, bench_organization(o),
    CASE WHEN t < 0.35 THEN 'session.created' WHEN t < 0.60 THEN 'authentication.password_succeeded' WHEN t < 0.80 THEN 'session.refreshed'
      WHEN t < 0.90 THEN 'session.revoked' WHEN t < 0.95 THEN 'user.updated' WHEN t < 0.98 THEN 'organization_membership.updated'
      WHEN t < 0.995 THEN 'authentication.password_failed' WHEN t < 0.9999 THEN 'user.created' ELSE 'organization.deleted' END,
    'user_01BENCH' || upper(lpad(to_hex(o * 100000 + p), 19, '0')), 'person' || p, '10.' || o % 256 || '.' || p / 256 % 256 || '.' || p % 256,
    CASE WHEN n % 200 = 0 THEN 'GH-' || upper(lpad(to_hex(n), 8, '0')) END
  FROM (SELECT n, (extract(epoch FROM now()) * 1000)::bigint - days * 86400000 + (days * 86400000 / total) *
        CASE WHEN u < 0.333333 AND h % 100 < 20 + (hashint8(n / 300) & 1048575) % 80 THEN n / 300 * 300 ELSE n END + CASE WHEN u < 0.333333 THEN h % 100 ELSE 0 END AS ms,
      CASE WHEN u < 0.333333 THEN 1 ELSE floor(power(2000, (u - 0.333333) * 1.5))::bigint + 1 END AS o, t,
      floor(power(v, 3) * CASE WHEN u < 0.333333 THEN 20000 ELSE 500 END)::bigint AS p
    FROM (SELECT n, (hashint8(n) & 1048575) / 1048576.0::float8 AS u, (hashint8(n * 7 + 1) & 1048575) / 1048576.0::float8 AS t, (hashint8(n * 13 + 5) & 1048575) / 1048576.0::float8 AS v,
        hashint8(n * 17 + 3) & 1048575 AS h FROM generate_series(first, last) n) r) s
$$;
CREATE OR REPLACE FUNCTION bench_fill(total bigint, days bigint, first bigint, last bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO audit_events (id, organization_id, type, source, occurred_at, recorded_at, retention, actor_kind, actor_id, actor_name, targets, ip_address, user_agent, reference, data)
  SELECT id, org, type, 'gatehouse', recorded, recorded, CASE WHEN o % 2 = 0 THEN 30 ELSE 365 END, 'user', actor, person || ' of ' || o,
    json_build_array(json_build_object('type', 'user', 'id', actor), json_build_object('type', 'session', 'id', 'session_' || n)), address,
    'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', ref, json_build_object('email', person || '@org' || o || '.example')
  FROM bench_rows(total, days, first, last);
  INSERT INTO audit_tiles (position, last_position, organization_id, sequence, last_sequence, recorded_at, last_recorded_at, retention, numbered_at, events, types, previous_hash, hashes, terms)
  SELECT min(position), max(position), org, min(sequence), max(sequence), min(recorded), max(recorded), min(CASE WHEN o % 2 = 0 THEN 30 ELSE 365 END), max(recorded),
    array_agg(id ORDER BY position), array_agg(type ORDER BY position), sha256((min(position) - 1)::text::bytea), string_agg(sha256(position::text::bytea), ''::bytea ORDER BY position),
    string_agg('''' || array_to_string(ARRAY['o:' || org, 'a:' || type, 'u:' || actor, 't:' || actor, 't:session_' || n, 'i:' || address, 'r:' || ref,
      'w:' || type, 'w:' || split_part(type, '.', 1), 'w:' || split_part(type, '.', 2), 'w:' || person, 'w:of', 'w:' || o,
      'w:' || person || '@org' || o || '.example', 'w:org' || o, 'w:firefox'], ''':' || position - first + 1 || ' ''') || ''':' || position - first + 1, ' ')::tsvector
  FROM (SELECT *, min(position) OVER (PARTITION BY org, part) AS first FROM (
    SELECT *, bench_fill.first + row_number() OVER (ORDER BY oldest, id) AS position, bench_fill.first + row_number() OVER (PARTITION BY org ORDER BY oldest, id) AS sequence FROM (
      SELECT *, min(id) OVER (PARTITION BY org, part) AS oldest FROM (
        SELECT *, date_trunc('second', recorded) AS part FROM bench_rows(total, days, first, last)) r) r) r) r
  GROUP BY org, part ORDER BY 1;
$$;
