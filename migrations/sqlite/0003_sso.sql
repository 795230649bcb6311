-- +goose Up

-- sso: an organization's identity providers
CREATE TABLE connections (
  id                     text NOT NULL PRIMARY KEY,
  organization_id        text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  type                   text NOT NULL, -- the wire's connection_type
  protocol               text NOT NULL, -- saml, oidc
  name                   text NOT NULL,
  state                  text NOT NULL, -- draft, active, inactive
  idp_initiated          boolean NOT NULL,
  jit                    boolean NOT NULL, -- whoever comes becomes a member
  allow_guests           boolean NOT NULL, -- addresses of domains that the organization has not verified
  default_role           text,
  attribute_map          text NOT NULL, -- sso.AttributeMap
  role_mappings          text NOT NULL, -- [sso.RoleMapping]
  replaces_id            text,           -- the connection whose people move here, as an owner approved
  replaces_approved_by   text,
  replaces_approved_at   timestamp,
  metadata_checked_at    timestamp,
  metadata_error         text,
  metadata_due_at        timestamp, -- the next look at the metadata; null: there is none to look at
  certificate_expires_at timestamp, -- when the last of those that are accepted ends
  certificate_notice     bigint,      -- days before it, of the last reminder
  setup_step             text,        -- where the portal's set-up stands
  tested_at              timestamp, -- the last test that passed
  tested_by              text,
  last_used_at           timestamp,
  activated_at           timestamp,
  created_at             timestamp NOT NULL,
  updated_at             timestamp NOT NULL
);
CREATE UNIQUE INDEX connections_owned ON connections (organization_id, id); -- what hangs on a connection belongs to its organization
CREATE INDEX connections_state ON connections (state, id);
CREATE INDEX connections_certificate ON connections (certificate_expires_at);
CREATE INDEX connections_metadata ON connections (metadata_due_at);

-- domains whose people are sent to a connection; without any, all of its organization's
CREATE TABLE connection_domains (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL,
  connection_id   text NOT NULL,
  domain          text NOT NULL,
  created_at      timestamp NOT NULL,
  FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX connection_domains_once ON connection_domains (connection_id, domain);
CREATE INDEX connection_domains_domain ON connection_domains (domain);

-- how a connection is configured: what counts, what is tried beside it, what counted before
CREATE TABLE connection_configurations (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL,
  connection_id   text NOT NULL,
  standing        text NOT NULL, -- live, candidate, previous
  configuration   text NOT NULL, -- sso.Configuration
  sealed          blob,          -- the client's secret (OIDC)
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL,
  FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX connection_configurations_once ON connection_configurations (connection_id, standing);

-- our own keys for a connection: the identity provider is told of each
CREATE TABLE connection_keys (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL,
  connection_id   text NOT NULL,
  standing        text NOT NULL, -- active, next, previous
  certificate     blob NOT NULL,
  sealed          blob NOT NULL, -- the private key
  not_after       timestamp NOT NULL,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL,
  FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX connection_keys_once ON connection_keys (connection_id, standing);

-- one sending of a browser to an identity provider
CREATE TABLE sso_requests (
  id              text NOT NULL PRIMARY KEY, -- SAML: the request's ID is made of it
  organization_id text NOT NULL,
  connection_id   text NOT NULL,
  purpose         text NOT NULL, -- sign_in, test, logout
  state_hash      blob NOT NULL, -- of RelayState or state
  bound_hash      blob NOT NULL, -- of the cookie of the browser that was sent
  attempt_id      text,           -- the sign-in that it is for
  portal_session  text,           -- or the admin's test
  recorded_id     text,           -- its sso_attempts row
  return_path     text,
  sealed          blob NOT NULL, -- nonce, verifier; later who came
  answered_at     timestamp,    -- an answer counts once
  used_at         timestamp,    -- and who came signs in once
  expires_at      timestamp NOT NULL,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL,
  FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX sso_requests_state ON sso_requests (state_hash);
CREATE INDEX sso_requests_expiry ON sso_requests (expires_at);

-- assertions, and logout tokens, that were used: each counts once until it has run out
CREATE TABLE assertions_seen (
  id              text NOT NULL PRIMARY KEY, -- made of connection and assertion: the second insert fails
  organization_id text NOT NULL,
  connection_id   text NOT NULL,
  expires_at      timestamp NOT NULL,
  created_at      timestamp NOT NULL,
  FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX assertions_seen_expiry ON assertions_seen (expires_at);

-- every try to sign in by a connection, and what became of it; kept for 30 days
CREATE TABLE sso_attempts (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL,
  connection_id   text NOT NULL,
  reference       text NOT NULL, -- GH-XXXX-XXXX
  kind            text NOT NULL, -- sign_in, test, idp_initiated, logout
  outcome         text NOT NULL, -- started, succeeded, failed
  code            text,
  expected        text,
  received        text,
  steps           text NOT NULL, -- [trail.Step]
  document        text,           -- what came, redacted
  attributes      text NOT NULL, -- what was said of the person, as examples for the mapping
  shadow          text,          -- what the candidate configuration makes of the same answer
  subject         text,
  email           text,
  user_id         text,
  actor           text,           -- who tested
  ip_address      text,
  user_agent      text,
  finished_at     timestamp,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL,
  FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX sso_attempts_connection ON sso_attempts (connection_id, id);
CREATE INDEX sso_attempts_reference ON sso_attempts (reference);
CREATE INDEX sso_attempts_age ON sso_attempts (created_at);

-- sso/people: who a subject of a connection is here
CREATE TABLE sso_identities (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL,
  connection_id   text NOT NULL,
  user_id         text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  subject         text NOT NULL, -- NameID, sub, or the attribute that was chosen
  external_id     text,
  email           text,
  guest           boolean NOT NULL, -- the organization does not hold the address's domain
  profile         blob NOT NULL,   -- sealed: wire.Profile at the last sign-in
  proven_at       timestamp, -- since when the account is theirs for sure: a guest proves the mailbox first
  mapped_role     text,      -- the role that a group gave at the last sign-in
  last_used_at    timestamp,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL,
  FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX sso_identities_once ON sso_identities (connection_id, subject);
CREATE INDEX sso_identities_user ON sso_identities (user_id, id);
CREATE INDEX sso_identities_external ON sso_identities (connection_id, external_id);

-- sso/people: what single logout is about
CREATE TABLE sso_sessions (
  id                 text NOT NULL PRIMARY KEY,
  organization_id    text NOT NULL,
  connection_id      text NOT NULL,
  identity_id        text NOT NULL REFERENCES sso_identities (id) ON DELETE CASCADE,
  browser_session_id text NOT NULL REFERENCES browser_sessions (id) ON DELETE CASCADE,
  subject_hash       blob NOT NULL,
  index_hash         blob, -- of SessionIndex, or of sid
  sealed             blob NOT NULL, -- NameID as it came, SessionIndex; ID token
  expires_at         timestamp NOT NULL,
  created_at         timestamp NOT NULL,
  updated_at         timestamp NOT NULL,
  FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX sso_sessions_subject ON sso_sessions (connection_id, subject_hash);
CREATE INDEX sso_sessions_browser ON sso_sessions (browser_session_id);
CREATE INDEX sso_sessions_expiry ON sso_sessions (expires_at);

-- oauth: bearers of GET /sso/profile, and of GET /sso/logout
CREATE TABLE sso_tokens (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  kind            text NOT NULL, -- profile, logout
  token_hash      blob NOT NULL,
  client_id       text REFERENCES clients (id) ON DELETE CASCADE, -- NULL: an API key asked
  grant_id        text, -- whose code it was given for
  identity_id     text NOT NULL REFERENCES sso_identities (id) ON DELETE CASCADE,
  used_at         timestamp,
  expires_at      timestamp NOT NULL,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL
);
CREATE UNIQUE INDEX sso_tokens_hash ON sso_tokens (token_hash);
CREATE INDEX sso_tokens_expiry ON sso_tokens (expires_at);

-- portal: links that open it, and who is in it
CREATE TABLE portal_links (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  token_hash      blob NOT NULL,
  scopes          text NOT NULL, -- sso, domains, directory, audit_log, log_stream, certificates
  connection_id   text,           -- that connection's set-up alone
  provider_type   text,           -- the set-up begins with it
  return_url      text,
  success_url     text,
  made_by         text NOT NULL,  -- as people call who made it
  maker_id        text,           -- the person, where it was one
  mailed_to       text,           -- the address that it was mailed to
  renewable_until timestamp,    -- until then another is mailed there on request
  extendable      boolean NOT NULL, -- the visit may be made longer, once
  asked_at        timestamp,    -- somebody found it used and asked for another
  used_at         timestamp,
  expires_at      timestamp NOT NULL,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL
);
CREATE UNIQUE INDEX portal_links_token ON portal_links (token_hash);
CREATE INDEX portal_links_expiry ON portal_links (expires_at);

CREATE TABLE portal_sessions (
  id              text NOT NULL PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  secret_hash     blob NOT NULL,
  link_id         text,           -- or, by role:
  user_id         text REFERENCES users (id) ON DELETE CASCADE,
  name            text NOT NULL,  -- who it is, as people and the log call them
  scopes          text NOT NULL,
  connection_id   text,
  provider_type   text,
  return_url      text,
  success_url     text,
  extendable      boolean NOT NULL,
  ended_at        timestamp,
  expires_at      timestamp NOT NULL,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL
);
CREATE UNIQUE INDEX portal_sessions_secret ON portal_sessions (secret_hash);
CREATE INDEX portal_sessions_expiry ON portal_sessions (expires_at);

-- domains: what the last look at DNS found, and a domain that is on its way to another holder
ALTER TABLE organization_domains ADD COLUMN claim_ends_at timestamp; -- pending: not proven until then, it has failed
ALTER TABLE organization_domains ADD COLUMN checked_at timestamp;
ALTER TABLE organization_domains ADD COLUMN check_result text;    -- tenants.DNSCheck
ALTER TABLE organization_domains ADD COLUMN next_check_at timestamp;
ALTER TABLE organization_domains ADD COLUMN missing_since timestamp; -- verified, and the record is gone
ALTER TABLE organization_domains ADD COLUMN moves_at timestamp;      -- proven while another holds it: becomes ours then
CREATE INDEX organization_domains_check ON organization_domains (next_check_at);
UPDATE organization_domains SET next_check_at = created_at WHERE state = 'pending' AND verification_strategy = 'dns';

-- single sign-on that is required from a date: who was told of it
ALTER TABLE organization_policies ADD COLUMN sso_required_from timestamp;
ALTER TABLE organization_policies ADD COLUMN sso_notice bigint;      -- days before it, of the last reminder
ALTER TABLE organization_policies ADD COLUMN sso_notified_to text;   -- the membership that it has come to
CREATE INDEX organization_policies_sso ON organization_policies (sso_required_from);

-- a sign-in by a connection: it counts as one for that organization alone
ALTER TABLE login_attempts ADD COLUMN connection_id text;        -- go there at once, or came from there
ALTER TABLE login_attempts ADD COLUMN sso_organization_id text;
ALTER TABLE login_attempts ADD COLUMN sso_guest boolean NOT NULL DEFAULT 0;
ALTER TABLE login_attempts ADD COLUMN sso_request_id text;       -- who came waits there
ALTER TABLE login_attempts ADD COLUMN sso_identity_id text;      -- and is this one of the connection's people
ALTER TABLE browser_sessions ADD COLUMN sso_organization_id text;
ALTER TABLE browser_sessions ADD COLUMN sso_guest boolean NOT NULL DEFAULT 0;
ALTER TABLE browser_sessions ADD COLUMN connection_id text;
CREATE INDEX browser_sessions_sso ON browser_sessions (sso_organization_id) WHERE sso_organization_id IS NOT NULL;
ALTER TABLE sessions ADD COLUMN sso_organization_id text;
ALTER TABLE sessions ADD COLUMN sso_guest boolean NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN connection_id text;
CREATE INDEX sessions_sso ON sessions (sso_organization_id) WHERE sso_organization_id IS NOT NULL;
ALTER TABLE grants ADD COLUMN sso_organization_id text;
ALTER TABLE grants ADD COLUMN sso_guest boolean NOT NULL DEFAULT 0;
ALTER TABLE grants ADD COLUMN connection_id text;
ALTER TABLE grants ADD COLUMN profile_id text;                   -- a code of /sso/authorize
ALTER TABLE authorization_requests ADD COLUMN connection_id text;
