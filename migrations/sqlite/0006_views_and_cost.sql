-- +goose Up

-- export/stream: since when a destination takes nothing, and whether people were told
ALTER TABLE log_streams ADD COLUMN failing_since timestamp;
ALTER TABLE log_streams ADD COLUMN told_at timestamp;

-- export/webhook: what was given up is found without the millions that arrived, and so is what was sent again
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, id) WHERE state = 'failed';
CREATE INDEX webhook_deliveries_again ON webhook_deliveries (endpoint_id, event_id) WHERE cause = 'replay';

-- audit/views: ways of looking at the log that somebody keeps, for themselves or for those they work with
CREATE TABLE audit_views (
  id              text NOT NULL PRIMARY KEY,
  organization_id text REFERENCES organizations (id) ON DELETE CASCADE, -- null: of the deployment's log
  user_id         text REFERENCES users (id) ON DELETE CASCADE,         -- null: everybody's who sees that log
  name            text NOT NULL,
  folded          text NOT NULL, -- the name, as two are compared
  query           text NOT NULL, -- of an address
  made_by         text NOT NULL, -- as people call them
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL
);
CREATE UNIQUE INDEX audit_views_name ON audit_views (COALESCE(organization_id, ''), COALESCE(user_id, ''), folded);
CREATE INDEX audit_views_organization ON audit_views (organization_id, id);
CREATE INDEX audit_views_user ON audit_views (user_id);

-- audit/search: the day on which each person came in last, for 60 days, and by how much the number of people who came in
-- within 30 days changes on each day (days since 1970)
CREATE TABLE audit_people (
  id       text NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  last_day bigint NOT NULL
);
CREATE INDEX audit_people_day ON audit_people (last_day);
CREATE TABLE audit_active_days (
  day    bigint NOT NULL PRIMARY KEY,
  change bigint NOT NULL
);

-- export/webhook: a deleted endpoint is gone for everybody; its row waits until its deliveries have been taken away
ALTER TABLE webhook_endpoints ADD COLUMN deleted_at timestamp;
