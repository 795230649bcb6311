-- +goose Up

-- users: when the address's owner took the account from whoever had made it. What was half signed in to it then does
-- not go on.
ALTER TABLE users ADD COLUMN claimed_at timestamptz;
