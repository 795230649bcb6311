-- +goose Up

-- Row security, the second wall behind db.OrgTx. A row of an organization is
-- seen and written in that organization's transactions (app.organization_id),
-- read across organizations in the deployment's and in look-ups (app.scope).
-- Rows without an organization are the deployment's own.
-- +goose StatementBegin
CREATE FUNCTION gatehouse_isolate(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  mine   text := 'organization_id = current_setting(''app.organization_id'', true)';
  across text := 'current_setting(''app.scope'', true) IN (''deployment'', ''locate'')';
  own    text := '(organization_id IS NULL AND current_setting(''app.scope'', true) = ''deployment'')';
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY reads   ON %s FOR SELECT USING (%s OR %s)', target, mine, across);
  EXECUTE format('CREATE POLICY inserts ON %s FOR INSERT WITH CHECK (%s OR %s)', target, mine, own);
  EXECUTE format('CREATE POLICY updates ON %s FOR UPDATE USING (%s OR %s) WITH CHECK (%s OR %s)', target, mine, own, mine, own);
  EXECUTE format('CREATE POLICY deletes ON %s FOR DELETE USING (%s OR %s)', target, mine, own);
END $$;
-- +goose StatementEnd

-- deployment: one row of facts about this installation
CREATE TABLE deployment (
  id                     text PRIMARY KEY,
  system_organization_id text NOT NULL,
  created_at             timestamptz NOT NULL,
  updated_at             timestamptz NOT NULL
);

-- data keys: each seals the secrets of one organization (or of the deployment); the master key wraps them
CREATE TABLE data_keys (
  id              text PRIMARY KEY,
  owner           text NOT NULL, -- an organization's id, or "deployment"
  wrapped         bytea NOT NULL,
  created_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX data_keys_owner ON data_keys (owner);

-- tenants
CREATE TABLE organizations (
  id                                  text PRIMARY KEY,
  name                                text NOT NULL,
  external_id                         text,
  stripe_customer_id                  text,
  allow_profiles_outside_organization boolean NOT NULL DEFAULT false,
  metadata                            jsonb NOT NULL,
  system                              boolean NOT NULL DEFAULT false,
  created_at                          timestamptz NOT NULL,
  updated_at                          timestamptz NOT NULL
);
CREATE UNIQUE INDEX organizations_external_id ON organizations (external_id);

CREATE TABLE organization_domains (
  id                    text PRIMARY KEY,
  organization_id       text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  domain                text NOT NULL,
  state                 text NOT NULL,
  verification_strategy text NOT NULL,
  verification_token    text,
  verification_prefix   text,
  verified_at           timestamptz,
  created_at            timestamptz NOT NULL,
  updated_at            timestamptz NOT NULL
);
CREATE UNIQUE INDEX organization_domains_once ON organization_domains (organization_id, domain);
-- a verified domain belongs to one organization
CREATE UNIQUE INDEX organization_domains_verified ON organization_domains (domain) WHERE state = 'verified';
CREATE INDEX organization_domains_domain ON organization_domains (domain);

CREATE TABLE branding (
  organization_id text PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
  color           text,
  panel_color     text,
  radius          bigint,
  layout          text NOT NULL,
  panel_words     text,
  logo            bytea,
  logo_type       text,
  logo_dark       bytea,
  logo_dark_type  text,
  privacy_url     text,
  terms_url       text,
  support_url     text,
  secured_by      boolean NOT NULL DEFAULT true,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL
);

CREATE TABLE roles (
  id              text PRIMARY KEY,
  organization_id text REFERENCES organizations (id) ON DELETE CASCADE,
  slug            text NOT NULL,
  name            text NOT NULL,
  description     text,
  rank            bigint NOT NULL,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX roles_slug ON roles (organization_id, slug);
CREATE UNIQUE INDEX roles_slug_deployment ON roles (slug) WHERE organization_id IS NULL;

-- users
CREATE TABLE users (
  id                  text PRIMARY KEY,
  email               text NOT NULL,
  email_key           text NOT NULL, -- the address as it is compared: lower case
  email_verified      boolean NOT NULL DEFAULT false,
  first_name          text,
  last_name           text,
  name                text,
  profile_picture_url text,
  locale              text,
  external_id         text,
  metadata            jsonb NOT NULL,
  last_sign_in_at     timestamptz,
  banned_at           timestamptz,
  banned_until        timestamptz,
  ban_reason          text,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL
);
CREATE UNIQUE INDEX users_email_key ON users (email_key);
CREATE UNIQUE INDEX users_external_id ON users (external_id);

CREATE TABLE passwords (
  user_id    text PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  hash       text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE memberships (
  id                text PRIMARY KEY,
  organization_id   text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  user_id           text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  status            text NOT NULL,
  role_slug         text NOT NULL,
  directory_managed boolean NOT NULL DEFAULT false,
  custom_attributes jsonb NOT NULL,
  last_used_at      timestamptz,
  deactivated_at    timestamptz,
  created_at        timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL
);
CREATE UNIQUE INDEX memberships_once ON memberships (organization_id, user_id);
CREATE INDEX memberships_user ON memberships (user_id, id);
CREATE INDEX memberships_page ON memberships (organization_id, id);

-- sessions
CREATE TABLE browser_sessions (
  id               text PRIMARY KEY,
  secret_hash      bytea NOT NULL,
  user_id          text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  auth_method      text NOT NULL,
  authenticated_at timestamptz NOT NULL,
  ip_address       text,
  user_agent       text,
  last_seen_at     timestamptz NOT NULL,
  idle_seconds     bigint NOT NULL,
  expires_at       timestamptz NOT NULL,
  ended_at         timestamptz,
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL
);
CREATE UNIQUE INDEX browser_sessions_secret ON browser_sessions (secret_hash);
CREATE INDEX browser_sessions_user ON browser_sessions (user_id);
CREATE INDEX browser_sessions_expiry ON browser_sessions (expires_at);

CREATE TABLE sessions (
  id                  text PRIMARY KEY,
  browser_session_id  text REFERENCES browser_sessions (id) ON DELETE CASCADE,
  user_id             text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id           text NOT NULL,
  organization_id     text REFERENCES organizations (id) ON DELETE SET NULL,
  auth_method         text NOT NULL,
  authenticated_at    timestamptz NOT NULL,
  ip_address          text,
  user_agent          text,
  impersonator_email  text,
  impersonator_reason text,
  last_active_at      timestamptz NOT NULL,
  idle_seconds        bigint NOT NULL,
  expires_at          timestamptz NOT NULL,
  ended_at            timestamptz,
  end_reason          text,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL
);
CREATE INDEX sessions_browser ON sessions (browser_session_id);
CREATE INDEX sessions_user ON sessions (user_id, id);
CREATE INDEX sessions_organization ON sessions (organization_id, id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- login
CREATE TABLE login_attempts (
  id                 text PRIMARY KEY,
  secret_hash        bytea NOT NULL,
  reference          text NOT NULL,
  return_path        text NOT NULL,
  application_name   text NOT NULL,
  application_url    text,
  lands_at           text, -- where the browser goes in the end: the pages' forms must be allowed to lead there
  organization_id    text REFERENCES organizations (id) ON DELETE CASCADE,
  needs_organization boolean NOT NULL DEFAULT false,
  fresh_after        timestamptz,
  screen             text NOT NULL,
  email              text,
  first_name         text,
  last_name          text,
  ui_locales         text,
  user_id            text REFERENCES users (id) ON DELETE CASCADE,
  auth_method        text,
  authenticated_at   timestamptz,
  browser_session_id text,
  completed_at       timestamptz,
  expires_at         timestamptz NOT NULL,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX login_attempts_secret ON login_attempts (secret_hash);
CREATE INDEX login_attempts_expiry ON login_attempts (expires_at);

-- oauth
CREATE TABLE clients (
  id                   text PRIMARY KEY,
  name                 text NOT NULL,
  type                 text NOT NULL, -- web, spa, native, machine
  built_in             boolean NOT NULL DEFAULT false,
  first_party          boolean NOT NULL DEFAULT true,
  token_algorithm      text NOT NULL, -- RS256 or ES256
  access_token_seconds bigint NOT NULL,
  sign_in_url          text,
  home_url             text,
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL
);

CREATE TABLE client_secrets (
  id           text PRIMARY KEY,
  client_id    text NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  name         text NOT NULL,
  secret_hash  bytea NOT NULL,
  last_four    text NOT NULL,
  last_used_at timestamptz,
  expires_at   timestamptz,
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL
);
CREATE UNIQUE INDEX client_secrets_hash ON client_secrets (secret_hash);
CREATE INDEX client_secrets_client ON client_secrets (client_id);

CREATE TABLE redirect_uris (
  id          text PRIMARY KEY,
  client_id   text NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  uri         text NOT NULL,
  purpose     text NOT NULL, -- redirect or logout
  is_default  boolean NOT NULL DEFAULT false,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX redirect_uris_once ON redirect_uris (client_id, purpose, uri);

CREATE TABLE authorization_requests (
  id                    text PRIMARY KEY,
  client_id             text NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  surface               text NOT NULL, -- wire or oauth2
  attempt_id            text NOT NULL,
  redirect_uri          text NOT NULL,
  state                 text,
  nonce                 text,
  scope                 text,
  code_challenge        text,
  organization_id       text REFERENCES organizations (id) ON DELETE CASCADE,
  used_at               timestamptz,
  expires_at            timestamptz NOT NULL,
  created_at            timestamptz NOT NULL,
  updated_at            timestamptz NOT NULL
);
CREATE INDEX authorization_requests_expiry ON authorization_requests (expires_at);

-- a grant is what one authorization gave: a code first, then a session's tokens
CREATE TABLE grants (
  id                 text PRIMARY KEY,
  client_id          text NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  surface            text NOT NULL,
  user_id            text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  browser_session_id text REFERENCES browser_sessions (id) ON DELETE CASCADE,
  session_id         text REFERENCES sessions (id) ON DELETE CASCADE,
  organization_id    text REFERENCES organizations (id) ON DELETE CASCADE,
  redirect_uri       text NOT NULL,
  nonce              text,
  scope              text,
  code_hash          bytea NOT NULL,
  code_challenge     text,
  auth_method        text NOT NULL,
  authenticated_at   timestamptz NOT NULL,
  used_at            timestamptz,
  ended_at           timestamptz,
  expires_at         timestamptz NOT NULL,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX grants_code ON grants (code_hash);
CREATE INDEX grants_expiry ON grants (expires_at);

-- one row a family: successors are derived, so only the head's generation and hash are kept
CREATE TABLE refresh_tokens (
  id           text PRIMARY KEY,
  session_id   text NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  client_id    text NOT NULL,
  user_id      text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  surface      text NOT NULL,
  scope        text,
  generation   bigint NOT NULL,
  head_hash    bytea NOT NULL,
  rotations    text NOT NULL, -- when the newest generations were rotated out, for the grace
  rotated_at   timestamptz,
  ended_at     timestamptz,
  end_reason   text,
  expires_at   timestamptz NOT NULL,
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

CREATE TABLE signing_keys (
  id          text PRIMARY KEY, -- the kid
  algorithm   text NOT NULL,
  generation  bigint NOT NULL, -- 1, 2, 3 … within its algorithm: of two nodes that make the next key one wins
  public_jwk  text NOT NULL,
  sealed      bytea NOT NULL,
  signs_after timestamptz NOT NULL, -- published from created_at on, signs from here on
  retires_at  timestamptz,          -- no longer signs after this
  gone_at     timestamptz,          -- no longer published after this
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX signing_keys_generation ON signing_keys (algorithm, generation);

-- apikeys
CREATE TABLE api_keys (
  id              text PRIMARY KEY,
  organization_id text REFERENCES organizations (id) ON DELETE CASCADE,
  name            text NOT NULL,
  key_hash        bytea NOT NULL,
  last_four       text NOT NULL,
  permissions     jsonb NOT NULL,
  last_used_at    timestamptz,
  expires_at      timestamptz,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (key_hash);
CREATE INDEX api_keys_organization ON api_keys (organization_id, id);

CREATE TABLE idempotency_keys (
  id           text PRIMARY KEY, -- hash of API key, path and Idempotency-Key
  request_hash bytea NOT NULL,
  status       bigint NOT NULL,
  sealed       bytea NOT NULL,
  expires_at   timestamptz NOT NULL,
  created_at   timestamptz NOT NULL
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

-- limits: one row a subject (hashed), for windows and for growing waits
CREATE TABLE rate_limits (
  id            text PRIMARY KEY, -- hash of kind and subject
  window_start  timestamptz NOT NULL,
  count         bigint NOT NULL,
  failures      bigint NOT NULL,
  blocked_until timestamptz,
  expires_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL
);
CREATE INDEX rate_limits_expiry ON rate_limits (expires_at);

-- lifecycle: links by which the first operator is made
CREATE TABLE setup_links (
  token_hash bytea PRIMARY KEY,
  used_at    timestamptz,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL
);

-- audit: no position column; a sequencer numbers committed entries afterwards
CREATE TABLE audit_events (
  id              text PRIMARY KEY,
  organization_id text,
  type            text NOT NULL,
  occurred_at     timestamptz NOT NULL,
  actor_kind      text NOT NULL,
  actor_id        text,
  actor_name      text,
  targets         json NOT NULL,
  ip_address      text,
  user_agent      text,
  request_id      text,
  reference       text,
  data            json NOT NULL -- json, not jsonb: deliveries carry these very bytes
);
CREATE INDEX audit_events_organization ON audit_events (organization_id, id);
CREATE INDEX audit_events_reference ON audit_events (reference) WHERE reference IS NOT NULL;

CREATE TABLE audit_pending (
  event_id text PRIMARY KEY
);

-- whatever way an entry comes in, it waits for its number
-- +goose StatementBegin
CREATE FUNCTION audit_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_pending (event_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_events_queue AFTER INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_queue();

SELECT gatehouse_isolate('organization_domains');
SELECT gatehouse_isolate('branding');
SELECT gatehouse_isolate('memberships');
SELECT gatehouse_isolate('roles');
SELECT gatehouse_isolate('api_keys');
SELECT gatehouse_isolate('audit_events');
-- every organization may read the deployment's roles
CREATE POLICY reads_deployment ON roles FOR SELECT USING (organization_id IS NULL);
-- what happens to nobody's rows (an unknown address signs in) is written from anywhere
CREATE POLICY inserts_deployment ON audit_events FOR INSERT WITH CHECK (organization_id IS NULL);
