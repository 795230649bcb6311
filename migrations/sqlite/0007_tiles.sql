-- +goose Up

-- login/pace: how long people waited for the answer to what they signed in with, in counts by hour and bucket, which
-- every server adds to
CREATE TABLE sign_in_times (
  hour     timestamp NOT NULL,
  up_to_ms bigint NOT NULL, -- where the bucket ends; it begins at the bound below
  answers  bigint NOT NULL,
  PRIMARY KEY (hour, up_to_ms)
);

-- what waits for its number: here a row for each entry
ALTER TABLE audit_pending ADD COLUMN events text NOT NULL DEFAULT '[]';
ALTER TABLE audit_pending ADD COLUMN entries bigint NOT NULL DEFAULT 1;
ALTER TABLE audit_pending ADD COLUMN last_recorded_at timestamp NOT NULL DEFAULT '1970-01-01 00:00:00';
UPDATE audit_pending SET events = json_array(event_id), last_recorded_at = recorded_at;
DROP TRIGGER audit_events_queue;
-- +goose StatementBegin
CREATE TRIGGER audit_events_queue AFTER INSERT ON audit_events BEGIN
  UPDATE audit_events SET retention = coalesce((SELECT audit_retention_days FROM organizations WHERE id = NEW.organization_id), (SELECT audit_retention_days FROM deployment), 365)
    WHERE id = NEW.id AND retention = 0;
  INSERT INTO audit_pending (event_id, events, entries, recorded_at, last_recorded_at, retention) SELECT id, json_array(id), 1, recorded_at, recorded_at, retention FROM audit_events WHERE id = NEW.id;
END;
-- +goose StatementEnd

-- audit: what the sequencer says of entries that follow one another in one chain: their numbers, their links, and the
-- words by which they are found. Of an organization whose log is busy a row has a hundred of them, so that neither their
-- numbers nor the words that they share cost a row each. Rows are written once, as entries are.
CREATE TABLE audit_tiles (
  position         bigint NOT NULL, -- of the first one over the whole deployment, gap-free; the next one's is one more
  last_position    bigint NOT NULL,
  organization_id  text,            -- null: the deployment's own entries, which are a chain too
  sequence         bigint NOT NULL, -- of the first one within the organization, gap-free, from 1
  last_sequence    bigint NOT NULL,
  recorded_at      timestamp NOT NULL, -- of the oldest one
  last_recorded_at timestamp NOT NULL, -- of the newest one: less than a second later
  retention        bigint NOT NULL,    -- of all of them
  numbered_at      timestamp NOT NULL,
  events           text NOT NULL, -- ids, in the order of their numbers, at most 128: an array as JSON
  types            text NOT NULL, -- likewise
  previous_hash    blob NOT NULL, -- before the first one
  hashes           blob NOT NULL, -- 32 bytes for each
  terms            text NOT NULL, -- audit/search: words with a space before and after each: a term, =, and the places, from 1, of the entries that have it
  PRIMARY KEY (last_position, recorded_at, retention)
);
CREATE INDEX audit_tiles_sequence ON audit_tiles (organization_id, last_sequence);
CREATE INDEX audit_tiles_place ON audit_tiles (organization_id, last_position); -- one organization's feed
CREATE INDEX audit_tiles_organization ON audit_tiles (organization_id, recorded_at, last_recorded_at); -- a tile that ends too early is passed in the index
CREATE INDEX audit_tiles_recorded ON audit_tiles (recorded_at, last_recorded_at);
-- +goose StatementBegin
CREATE TRIGGER audit_tiles_fixed BEFORE UPDATE ON audit_tiles BEGIN
  SELECT RAISE(ABORT, 'audit entries are never changed');
END;
-- +goose StatementEnd

-- what was numbered before, a tile for each entry. One of the oldest releases has a recorded_at that is not the id's own
-- time, but a little earlier: it is looked for by either.
INSERT INTO audit_tiles (position, last_position, organization_id, sequence, last_sequence, recorded_at, last_recorded_at, retention, numbered_at, events, types, previous_hash, hashes, terms)
  WITH digits (n) AS (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)), -- of an id: its time, in milliseconds
  timed AS (
    SELECT p.*, rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', (
        SELECT sum((instr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', substr(substr(p.event_id, -26), n, 1)) - 1) << (50 - 5 * n)) FROM digits) / 1000.0, 'unixepoch'), '0'), '.') || '+00:00' AS made
    FROM audit_positions p),
  numbered AS (SELECT *, iif(abs(julianday(recorded_at) - julianday(made)) * 86400 < 0.9, made, recorded_at) AS other FROM timed)
  SELECT position, position, organization_id, sequence, sequence, min(recorded_at, other), max(recorded_at, other), retention, numbered_at,
    json_array(event_id), json_array(type), previous_hash, hash, ' ' || replace(trim(terms), ' ', '=1 ') || '=1 ' FROM numbered;
DROP TABLE audit_positions;
