-- +goose Up

-- what the deployment allows people to do by themselves, and which mails the server sends (tenants.Settings)
ALTER TABLE deployment ADD COLUMN settings text;

-- what an organization asks of those who sign in to it (tenants/policy)
CREATE TABLE organization_policies (
  organization_id text NOT NULL PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
  policy          text NOT NULL,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL
);

-- users: who vouches for the address (mailbox, api, operator, google_oauth …); null while nobody does
ALTER TABLE users ADD COLUMN email_asserted_by text;
UPDATE users SET email_asserted_by = 'api' WHERE email_verified;

-- accounts elsewhere by which a person signs in: the issuer's word for them
CREATE TABLE identities (
  id             text NOT NULL PRIMARY KEY,
  user_id        text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider       text NOT NULL, -- google_oauth, microsoft_oauth … oidc
  issuer         text NOT NULL,
  subject        text NOT NULL,
  email          text,          -- as the issuer says; not what the account is found by
  email_verified boolean NOT NULL DEFAULT 0,
  last_used_at   timestamp,
  created_at     timestamp NOT NULL,
  updated_at     timestamp NOT NULL
);
CREATE UNIQUE INDEX identities_once ON identities (issuer, subject);
CREATE INDEX identities_user ON identities (user_id);

-- mailbox: codes and links that prove that somebody reads a mailbox
CREATE TABLE email_proofs (
  id              text NOT NULL PRIMARY KEY,
  kind            text NOT NULL, -- magic_auth, email_verification, email_change, password_reset, disown
  user_id         text REFERENCES users (id) ON DELETE CASCADE, -- null while nobody has the address
  email           text NOT NULL,
  email_key       text NOT NULL,
  code_hash       blob,
  token_hash      blob,
  sealed          blob,          -- code and token, for the application that may read them again
  attempt_id      text,          -- the sign-in that asked
  invitation_id   text,
  tries           integer NOT NULL DEFAULT 0,
  used_at         timestamp,
  expires_at      timestamp NOT NULL,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL
);
CREATE UNIQUE INDEX email_proofs_token ON email_proofs (token_hash);
CREATE INDEX email_proofs_mailbox ON email_proofs (email_key, kind, id);
CREATE INDEX email_proofs_user ON email_proofs (user_id, kind, id);
CREATE INDEX email_proofs_expiry ON email_proofs (expires_at);

-- mfa
CREATE TABLE authentication_factors (
  id           text NOT NULL PRIMARY KEY,
  user_id      text REFERENCES users (id) ON DELETE CASCADE, -- null: an application enrolled it for whom it knows itself
  type         text NOT NULL, -- totp, sms, generic_otp
  name         text,
  issuer       text,
  account      text,
  sealed       blob NOT NULL, -- the secret, or the telephone number
  verified_at  timestamp,     -- asked for from then on
  last_step    integer NOT NULL DEFAULT 0, -- the TOTP step that was used last: a code works once
  last_used_at timestamp,
  created_at   timestamp NOT NULL,
  updated_at   timestamp NOT NULL
);
CREATE INDEX authentication_factors_user ON authentication_factors (user_id, id);

CREATE TABLE authentication_challenges (
  id          text NOT NULL PRIMARY KEY,
  factor_id   text NOT NULL REFERENCES authentication_factors (id) ON DELETE CASCADE,
  code_hash   blob,           -- null where the factor makes its own codes
  tries       integer NOT NULL DEFAULT 0,
  verified_at timestamp,
  expires_at  timestamp NOT NULL,
  created_at  timestamp NOT NULL,
  updated_at  timestamp NOT NULL
);
CREATE INDEX authentication_challenges_factor ON authentication_challenges (factor_id);
CREATE INDEX authentication_challenges_expiry ON authentication_challenges (expires_at);

CREATE TABLE recovery_codes (
  id         text NOT NULL PRIMARY KEY,
  user_id    text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  code_hash  blob NOT NULL,
  used_at    timestamp,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE UNIQUE INDEX recovery_codes_once ON recovery_codes (user_id, code_hash);

CREATE TABLE passkeys (
  id              text NOT NULL PRIMARY KEY,
  user_id         text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  credential_hash blob NOT NULL, -- SHA-256 of the credential's id
  credential      text NOT NULL, -- as the WebAuthn library keeps it
  name            text NOT NULL,
  discoverable    boolean NOT NULL DEFAULT 0,
  verifies_user   boolean NOT NULL DEFAULT 0,
  cloned_at       timestamp, -- its counter went back: somebody may have copied it
  last_used_at    timestamp,
  created_at      timestamp NOT NULL,
  updated_at      timestamp NOT NULL
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential_hash);
CREATE INDEX passkeys_user ON passkeys (user_id, id);

CREATE TABLE passkey_ceremonies (
  id         text NOT NULL PRIMARY KEY,
  user_id    text REFERENCES users (id) ON DELETE CASCADE, -- null: the passkey itself says who
  purpose    text NOT NULL, -- register, sign_in, second_step
  bound_to   text NOT NULL, -- the attempt or browser session that may answer
  session    text NOT NULL, -- the library's session data
  used_at    timestamp,
  expires_at timestamp NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE INDEX passkey_ceremonies_expiry ON passkey_ceremonies (expires_at);

-- social: providers that the deployment's own people sign in by
CREATE TABLE social_providers (
  id          text NOT NULL PRIMARY KEY,
  slug        text NOT NULL, -- google, microsoft … or the operator's own word
  type        text NOT NULL, -- google, microsoft, github, apple, gitlab, linkedin, slack, oidc
  name        text NOT NULL,
  issuer      text,
  client_id   text NOT NULL,
  sealed      blob NOT NULL, -- the client's secret
  options     text NOT NULL, -- social.Options
  enabled     boolean NOT NULL DEFAULT 1,
  created_at  timestamp NOT NULL,
  updated_at  timestamp NOT NULL
);
CREATE UNIQUE INDEX social_providers_slug ON social_providers (slug);

CREATE TABLE social_requests (
  id          text NOT NULL PRIMARY KEY,
  state_hash  blob NOT NULL,
  slug        text NOT NULL,
  attempt_id  text,         -- the sign-in that it is for
  user_id     text REFERENCES users (id) ON DELETE CASCADE, -- or the signed-in person who adds it
  bound_hash  blob NOT NULL, -- of the browser's cookie
  sealed      blob NOT NULL, -- nonce, PKCE verifier, and what came back
  return_path text,
  used_at     timestamp,
  expires_at  timestamp NOT NULL,
  created_at  timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE UNIQUE INDEX social_requests_state ON social_requests (state_hash);
CREATE INDEX social_requests_expiry ON social_requests (expires_at);

-- invitations; without an organization: to the deployment's applications as such
CREATE TABLE invitations (
  id               text NOT NULL PRIMARY KEY,
  organization_id  text REFERENCES organizations (id) ON DELETE CASCADE,
  email            text NOT NULL,
  email_key        text NOT NULL,
  role_slug        text,
  token_hash       blob NOT NULL,
  sealed           blob NOT NULL, -- the token, for the application that may read it again
  inviter_user_id  text, -- no reference: an invitation whose inviter is gone is void, not nobody's
  accepted_user_id text REFERENCES users (id) ON DELETE SET NULL,
  locale           text,
  open_key         text, -- organization and address while it is open: two cannot be
  accepted_at      timestamp,
  revoked_at       timestamp,
  expires_at       timestamp NOT NULL,
  created_at       timestamp NOT NULL,
  updated_at       timestamp NOT NULL
);
CREATE UNIQUE INDEX invitations_token ON invitations (token_hash);
CREATE UNIQUE INDEX invitations_open ON invitations (open_key);
CREATE INDEX invitations_organization ON invitations (organization_id, id);
CREATE INDEX invitations_email ON invitations (email_key, id);

-- login: what a sign-in has found out so far, and what it waits for
ALTER TABLE login_attempts ADD COLUMN gate text;               -- login/gates: what stands between the person and their session
ALTER TABLE login_attempts ADD COLUMN password_hash text;      -- of a sign-up whose mailbox is not proven yet
ALTER TABLE login_attempts ADD COLUMN second_method text;      -- totp, webauthn, sms, recovery_code
ALTER TABLE login_attempts ADD COLUMN second_at timestamp;
ALTER TABLE login_attempts ADD COLUMN invitation_id text;
ALTER TABLE login_attempts ADD COLUMN challenge_id text;       -- of the SMS code that was sent
ALTER TABLE login_attempts ADD COLUMN enrolling_factor_id text;
ALTER TABLE login_attempts ADD COLUMN codes_shown_at timestamp; -- recovery codes of this sign-in
ALTER TABLE login_attempts ADD COLUMN asked_on text;            -- browser that had a code mailed, and its address: what the page behind the link asks about
ALTER TABLE login_attempts ADD COLUMN asked_from text;
ALTER TABLE login_attempts ADD COLUMN provider text;           -- slug of the one that the application named, or that the person came back from
ALTER TABLE login_attempts ADD COLUMN provider_hints text;     -- social.Hints: what the application wants passed on to it
ALTER TABLE login_attempts ADD COLUMN social_request_id text;  -- what came back from a provider and waits for the mailbox to be proven

-- the second step that a session was begun with, and when
ALTER TABLE browser_sessions ADD COLUMN second_method text;
ALTER TABLE browser_sessions ADD COLUMN second_at timestamp;
ALTER TABLE sessions ADD COLUMN second_method text;
ALTER TABLE sessions ADD COLUMN second_at timestamp;

-- oauth
ALTER TABLE authorization_requests ADD COLUMN invitation_id text;
ALTER TABLE grants ADD COLUMN second_method text;
ALTER TABLE grants ADD COLUMN second_at timestamp;
ALTER TABLE grants ADD COLUMN invitation_id text;
ALTER TABLE grants ADD COLUMN proof_id text;         -- a pending sign-in's email proof
ALTER TABLE grants ADD COLUMN session_seconds integer; -- what the organization allows, where it says
ALTER TABLE grants ADD COLUMN idle_seconds integer;

CREATE TABLE device_authorizations (
  id                 text NOT NULL PRIMARY KEY,
  client_id          text NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  surface            text NOT NULL,
  scope              text,
  device_code_hash   blob NOT NULL,
  user_code_hash     blob NOT NULL,
  ip_address         text,
  user_agent         text,
  attempt_id         text,          -- the sign-in of who typed the code
  user_id            text REFERENCES users (id) ON DELETE CASCADE,
  browser_session_id text REFERENCES browser_sessions (id) ON DELETE CASCADE,
  organization_id    text REFERENCES organizations (id) ON DELETE CASCADE,
  approved_at        timestamp,
  denied_at          timestamp,
  used_at            timestamp,
  last_polled_at     timestamp,
  interval_seconds   integer NOT NULL,
  expires_at         timestamp NOT NULL,
  created_at         timestamp NOT NULL,
  updated_at         timestamp NOT NULL
);
CREATE UNIQUE INDEX device_authorizations_device ON device_authorizations (device_code_hash);
CREATE UNIQUE INDEX device_authorizations_user ON device_authorizations (user_code_hash);
CREATE INDEX device_authorizations_expiry ON device_authorizations (expires_at);

-- mail: what waits to be sent; its text goes once it was
CREATE TABLE mails (
  id         text NOT NULL PRIMARY KEY,
  kind       text NOT NULL,
  recipient  text NOT NULL,
  locale     text NOT NULL,
  sealed     blob,          -- subject, text and HTML; null once sent
  state      text NOT NULL, -- queued, sent, kept (development), failed
  tries      integer NOT NULL DEFAULT 0,
  last_error text,
  sent_at    timestamp,
  expires_at timestamp NOT NULL, -- a code that came late helps nobody
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE INDEX mails_expiry ON mails (expires_at);

-- puzzles that were solved: each counts once
CREATE TABLE solved_puzzles (
  id         text NOT NULL PRIMARY KEY,
  expires_at timestamp NOT NULL,
  created_at timestamp NOT NULL
);
CREATE INDEX solved_puzzles_expiry ON solved_puzzles (expires_at);
