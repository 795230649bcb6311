package sso

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Brought is who came by a request that was taken already, while it is kept;
// nil where it is not. Single logout needs what the provider called them.
func Brought(tx *db.OrgTx, request id.SSORequest, attempt id.Attempt) (*Profile, error) {
	r, err := requests.Get(tx, request)
	if err == nil {
		r, err = opened(tx, r.ConnectionID, db.Eq("id", request))
	}
	if errors.Is(err, db.ErrNotFound) || errors.Is(err, ErrRequest) {
		return nil, nil
	}
	if err != nil || r.UsedAt == nil || r.AttemptID == nil || *r.AttemptID != attempt {
		return nil, err
	}
	return r.carried.Profile, nil
}
