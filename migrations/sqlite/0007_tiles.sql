-- +goose Up

-- login/pace: how long people waited for the answer to what they signed in with, in counts by hour and bucket, which
-- every server adds to
CREATE TABLE sign_in_times (
  hour     timestamp NOT NULL,
  up_to_ms bigint NOT NULL, -- where the bucket ends; it begins at the bound below
  answers  bigint NOT NULL,
  PRIMARY KEY (hour, up_to_ms)
);
