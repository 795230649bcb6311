package sso

import (
	"gatehouse/internal/wire"
)

// Wire is the attempt as callers see it. Why it was refused is put into words
// above (sso/diagnosis).
func (a *Attempt) Wire() wire.SSOAttempt {
	w := wire.SSOAttempt{ID: a.ID, ConnectionID: a.ConnectionID, OrganizationID: a.OrganizationID, Reference: a.Reference, Kind: string(a.Kind), Outcome: string(a.Outcome),
		Code: a.Code, Expected: a.Expected, Received: a.Received, IDPID: a.Subject, Email: a.Email, UserID: a.UserID, IPAddress: a.IPAddress, UserAgent: a.UserAgent,
		CreatedAt: wire.At(a.CreatedAt), FinishedAt: wire.MaybeAt(a.FinishedAt)}
	for _, s := range a.Steps {
		w.Steps = append(w.Steps, wire.SSOStep{Check: s.Check, Outcome: string(s.Outcome), Detail: s.Detail, Expected: s.Expected, Received: s.Received})
	}
	if a.Shadow != nil {
		w.Candidate = &wire.CandidateVerdict{Accepted: a.Shadow.Accepted, Code: a.Shadow.Code}
	}
	return w
}
