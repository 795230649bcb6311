package sso

import (
	"context"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/oidc"
	"gatehouse/sso/saml"
)

const (
	maxShadows   = 4 // at once; what comes on top is not judged again
	shadowWithin = 20 * time.Second
)

// shadow judges the answer by the candidate configuration too, beside the
// request, and writes what came of it into the record. Nothing else follows
// from it.
func (x *arrival) shadow(ctx context.Context, record id.SSOAttempt) {
	if x.again == nil || record == "" {
		return
	}
	if x.judging.Add(1) > maxShadows {
		x.judging.Add(-1)
		return
	}
	x.shadows.Go(func() {
		defer x.judging.Add(-1)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shadowWithin)
		defer cancel()
		found, err := x.again(ctx)
		if err == nil {
			err = x.DB.InOrg(ctx, x.setup.Connection.OrganizationID, actor.System("candidate configuration"), func(tx *db.OrgTx) error {
				_, err := attempts.Update(tx, record, db.Set{"shadow": db.JSON(found)}.Quiet())
				return err
			})
		}
		if err != nil {
			x.Log.ErrorContext(ctx, "an answer could not be judged by the candidate configuration", "connection", x.setup.Connection.ID, "error", err)
		}
	})
}

// Wait returns when no answer is being judged by a candidate any more: before
// the database closes.
func (s *Service) Wait() { s.shadows.Wait() }

func (s *Setup) shadowSAML(base string, response *saml.Response, expect saml.Expect) (*Shadow, error) {
	settings, err := s.CandidateSAML(base)
	if err != nil {
		return nil, err
	}
	a, _, err := settings.Verify(response, expect)
	if err == nil {
		if _, refused := s.Connection.AttributeMap.fromSAML(s.Connection, a); refused != nil {
			err = refused
		}
	}
	return shadowOf(err)
}

// shadowOIDC holds the token against the candidate. Its code was redeemed, so
// that a candidate's secret cannot be tried.
func (x *arrival) shadowOIDC(ctx context.Context, asked oidc.Request, who *oidc.Profile) (*Shadow, error) {
	return shadowOf(x.Party.Judge(ctx, x.setup.CandidateOIDC(x.Base), asked, who))
}

func shadowOf(err error) (*Shadow, error) {
	if err == nil {
		return &Shadow{Accepted: true}, nil
	}
	r := refusal(err, "")
	if r == nil {
		return nil, err
	}
	code := r.Code()
	return &Shadow{Code: &code, Expected: some(r.Expected), Received: some(r.Received)}, nil
}
