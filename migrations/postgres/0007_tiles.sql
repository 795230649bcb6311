-- +goose Up

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
