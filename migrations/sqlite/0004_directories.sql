-- +goose Up

-- scim/directory: what an organization's identity provider pushes people and groups into
CREATE TABLE directories (
  id                 text NOT NULL PRIMARY KEY,
  organization_id    text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  type               text NOT NULL, -- the wire's: okta scim v2.0 …
  name               text NOT NULL,
  state              text NOT NULL, -- waiting, active, inactive
  staged             boolean NOT NULL, -- what comes is kept and shown; nobody becomes a member until somebody says so
  attribute_map      text NOT NULL, -- custom attribute → path of the resource
  trust_roles        boolean NOT NULL, -- roles that the provider sends count like mapped groups
  jit                boolean NOT NULL, -- who signs in first by single sign-on may become a member beside the directory
  max_deactivations  bigint,           -- more within the window are held; null: no such bound
  max_percent        bigint,           -- and more than this share of the active people
  window_seconds     bigint NOT NULL,
  held_at            timestamp,      -- since when people's leaving is held
  released_until     timestamp,      -- until then nothing is held
  released_by        text,
  setup_step         text,             -- where the portal's set-up stands
  activated_at       timestamp,      -- the first request that was let in
  last_synced_at     timestamp,      -- the last one
  created_at         timestamp NOT NULL,
  updated_at         timestamp NOT NULL
);
CREATE UNIQUE INDEX directories_owned ON directories (organization_id, id); -- what hangs on a directory belongs to its organization
CREATE INDEX directories_state ON directories (state, id);

CREATE TABLE directory_tokens (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL,
  directory_id    text NOT NULL,
  token_hash      blob NOT NULL,
  last_four       text NOT NULL,
  made_by         text NOT NULL,    -- as people call who made it
  expires_at      timestamp,
  notice          bigint,           -- days before it, of the last reminder
  revoked_at      timestamp,
  revoked_by      text,
  last_used_at    timestamp,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL,
  FOREIGN KEY (organization_id, directory_id) REFERENCES directories (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX directory_tokens_hash ON directory_tokens (token_hash);
CREATE INDEX directory_tokens_directory ON directory_tokens (directory_id, id);
CREATE INDEX directory_tokens_expiry ON directory_tokens (expires_at);

-- how many a directory has, spread over several rows: whoever adds one locks one of them
CREATE TABLE directory_counts (
  id              text NOT NULL PRIMARY KEY, -- directory and shard
  organization_id text NOT NULL,
  directory_id    text NOT NULL,
  users_active    bigint NOT NULL,
  users_inactive  bigint NOT NULL,
  groups_total    bigint NOT NULL,
  users_gone      bigint NOT NULL DEFAULT 0, -- ever: a place in the list holds until somebody goes
  groups_gone     bigint NOT NULL DEFAULT 0,
  FOREIGN KEY (organization_id, directory_id) REFERENCES directories (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX directory_counts_directory ON directory_counts (directory_id);

CREATE TABLE directory_users (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL,
  directory_id    text NOT NULL,
  user_name       text NOT NULL,
  user_name_key   text NOT NULL, -- folded: SQLite folds ASCII alone
  external_id     text,
  email           text,          -- the primary one, as it came
  email_key       text,          -- users.Address.Key of it, where it is one
  active          boolean NOT NULL,
  resource        text NOT NULL, -- schema.Resource: what came, less what is read-only or secret
  version         bigint NOT NULL,
  user_id         text REFERENCES users (id) ON DELETE SET NULL, -- the account; null: nobody has proven the mailbox
  kept            boolean NOT NULL, -- inactive here, and still a member: the last owner
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL,
  FOREIGN KEY (organization_id, directory_id) REFERENCES directories (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX directory_users_owned ON directory_users (id, organization_id); -- this way round: SQLite, which has no statistics, would read a whole organization in the order of the ids
CREATE UNIQUE INDEX directory_users_name ON directory_users (directory_id, user_name_key);
CREATE INDEX directory_users_page ON directory_users (directory_id, id, organization_id); -- whose they are is asked of every row: counting through to a page needs nothing else
CREATE INDEX directory_users_external ON directory_users (directory_id, external_id);
CREATE INDEX directory_users_changed ON directory_users (directory_id, updated_at, id);
CREATE INDEX directory_users_user ON directory_users (user_id, directory_id);
CREATE INDEX directory_users_email ON directory_users (email_key, organization_id);
CREATE INDEX directory_users_pending ON directory_users (directory_id, id) WHERE user_id IS NULL AND active;
CREATE INDEX directory_users_kept ON directory_users (id) WHERE kept;

-- addresses, for look-ups by any of them
CREATE TABLE directory_user_emails (
  id                text NOT NULL PRIMARY KEY,
  organization_id   text NOT NULL,
  directory_id      text NOT NULL,
  directory_user_id text NOT NULL,
  value_key         text NOT NULL, -- folded
  type_key          text NOT NULL, -- folded; empty where it has none
  is_primary        boolean NOT NULL,
  FOREIGN KEY (organization_id, directory_user_id) REFERENCES directory_users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX directory_user_emails_value ON directory_user_emails (directory_id, value_key, type_key);
CREATE INDEX directory_user_emails_user ON directory_user_emails (directory_user_id);

CREATE TABLE directory_groups (
  id               text NOT NULL PRIMARY KEY,
  organization_id  text NOT NULL,
  directory_id     text NOT NULL,
  display_name     text NOT NULL,
  display_name_key text NOT NULL,
  external_id      text,
  resource         text NOT NULL, -- schema.Resource, less the members
  version          bigint NOT NULL,
  created_at       timestamp NOT NULL,
  updated_at       timestamp NOT NULL,
  FOREIGN KEY (organization_id, directory_id) REFERENCES directories (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX directory_groups_owned ON directory_groups (id, organization_id);
CREATE UNIQUE INDEX directory_groups_name ON directory_groups (directory_id, display_name_key);
CREATE INDEX directory_groups_page ON directory_groups (directory_id, id, organization_id);
CREATE INDEX directory_groups_external ON directory_groups (directory_id, external_id);
CREATE INDEX directory_groups_changed ON directory_groups (directory_id, updated_at, id);

CREATE TABLE directory_group_members (
  organization_id   text NOT NULL,
  directory_id      text NOT NULL,
  group_id          text NOT NULL,
  directory_user_id text NOT NULL,
  created_at        timestamp NOT NULL,
  PRIMARY KEY (group_id, directory_user_id),
  FOREIGN KEY (organization_id, group_id) REFERENCES directory_groups (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, directory_user_id) REFERENCES directory_users (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX directory_group_members_user ON directory_group_members (directory_user_id, group_id);

-- groups in groups: stored and shown, never expanded
CREATE TABLE directory_group_groups (
  organization_id text NOT NULL,
  directory_id    text NOT NULL,
  group_id        text NOT NULL,
  child_id        text NOT NULL,
  created_at      timestamp NOT NULL,
  PRIMARY KEY (group_id, child_id),
  FOREIGN KEY (organization_id, group_id) REFERENCES directory_groups (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, child_id) REFERENCES directory_groups (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX directory_group_groups_child ON directory_group_groups (child_id, group_id);

CREATE TABLE directory_role_mappings (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL,
  directory_id    text NOT NULL,
  group_id        text NOT NULL,
  role_slug       text NOT NULL,
  made_by         text NOT NULL,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL,
  FOREIGN KEY (organization_id, directory_id) REFERENCES directories (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, group_id) REFERENCES directory_groups (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX directory_role_mappings_once ON directory_role_mappings (group_id);
CREATE INDEX directory_role_mappings_directory ON directory_role_mappings (directory_id, id);

-- people whom a directory took away: what the safeguard counts, and the proof that nothing of theirs lives on
CREATE TABLE directory_departures (
  id                text NOT NULL PRIMARY KEY,
  organization_id   text NOT NULL,
  directory_id      text NOT NULL,
  directory_user_id text NOT NULL, -- of one that may be gone
  user_id           text,          -- the account
  kind              text NOT NULL, -- deactivated, deleted
  request_id        text NOT NULL, -- the HTTP request that asked for it
  received_at       timestamp NOT NULL, -- when that came in
  sessions          bigint NOT NULL, -- that were live, and ended
  refresh_tokens    bigint NOT NULL,
  api_keys          bigint NOT NULL,
  kept              boolean NOT NULL, -- the last owner stayed
  proven_at         timestamp,   -- when, in another transaction after it, nothing live was found
  access_until      timestamp,   -- the last instant at which an access token from before could still be within its lifetime
  created_at        timestamp NOT NULL,
  updated_at        timestamp NOT NULL,
  FOREIGN KEY (organization_id, directory_id) REFERENCES directories (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX directory_departures_window ON directory_departures (directory_id, created_at);
CREATE INDEX directory_departures_page ON directory_departures (directory_id, id);
CREATE INDEX directory_departures_user ON directory_departures (directory_user_id, id);
CREATE INDEX directory_departures_account ON directory_departures (user_id, id);
CREATE INDEX directory_departures_unproven ON directory_departures (created_at) WHERE proven_at IS NULL;

-- every request of a provider, and what became of it; kept for 30 days
CREATE TABLE scim_requests (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL,
  directory_id    text NOT NULL,
  token_id        text,
  request_id      text NOT NULL, -- req_…
  method          text NOT NULL,
  path            text NOT NULL, -- below the directory's address, with its query, redacted
  operation       text NOT NULL, -- user.created, user.deactivated, group.members_added, users.listed …
  resource_type   text NOT NULL, -- User, Group, or empty
  resource_id     text,
  person_id       text,          -- the one person whom a change of a group is about
  subject         text,          -- userName or displayName, as people know it
  subject_key     text,          -- folded
  outcome         text NOT NULL, -- applied, unchanged, read, refused, held
  status          bigint NOT NULL,
  code            text,          -- scimType, or ours
  reason          text NOT NULL, -- a sentence
  body            text,          -- what came, redacted and cut
  took_us         bigint NOT NULL,
  ip_address      text,
  user_agent      text,
  created_at      timestamp NOT NULL,
  FOREIGN KEY (organization_id, directory_id) REFERENCES directories (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX scim_requests_page ON scim_requests (directory_id, id);
CREATE INDEX scim_requests_outcome ON scim_requests (directory_id, outcome, id);
CREATE INDEX scim_requests_resource ON scim_requests (resource_id, id);
CREATE INDEX scim_requests_person ON scim_requests (person_id, id) WHERE person_id IS NOT NULL;
CREATE INDEX scim_requests_subject ON scim_requests (directory_id, subject_key, id) WHERE subject_key IS NOT NULL;
CREATE INDEX scim_requests_not_applied ON scim_requests (directory_id, id) WHERE outcome IN ('refused', 'held'); -- few among many: internal/db NotApplied
CREATE INDEX scim_requests_age ON scim_requests (created_at);

-- sessions: a person's in one organization, which end as they leave it; SQLite walked all of the organization's
DROP INDEX sessions_user;
CREATE INDEX sessions_user ON sessions (user_id, organization_id, id);

-- users: whose word a membership's role and end are
ALTER TABLE memberships ADD COLUMN given_role text;     -- managed by a directory: the role that people gave, beside the directory's
ALTER TABLE memberships ADD COLUMN directory_role text; -- the role that its groups give
ALTER TABLE memberships ADD COLUMN deactivated_by text; -- directory; null: people

-- apikeys: a member's own keys for the application's customers' API; they open nothing here
CREATE TABLE member_api_keys (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  user_id         text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name            text NOT NULL,
  key_hash        blob NOT NULL,
  last_four       text NOT NULL,
  permissions     text NOT NULL,
  expires_at      timestamp,
  ended_at        timestamp,
  end_reason      text, -- revoked, membership_ended
  last_used_at    timestamp,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL
);
CREATE UNIQUE INDEX member_api_keys_hash ON member_api_keys (key_hash);
CREATE INDEX member_api_keys_user ON member_api_keys (organization_id, user_id, id);
CREATE INDEX member_api_keys_of ON member_api_keys (user_id, id);

