package saml

import (
	"fmt"
	"time"

	"gatehouse/sso/trail"
)

// maxLifetime is how long after it was issued an assertion is taken at most,
// whatever it says itself: it bounds how long its ID has to be remembered.
// Providers send the browser on at once; Entra and AD FS say one hour.
const maxLifetime = time.Hour

// checkTimes: all instants of the response, its assertion, its conditions and
// its statements, each with the connection's skew.
func (v *verification) checkTimes() (string, *trail.Refusal) {
	if r := v.issued(v.response); r != nil {
		return "", r
	}
	if r := v.issued(v.assertion); r != nil {
		return "", r
	}
	v.result.IssueInstant, _ = parseInstant(v.assertion.attribute("IssueInstant"))
	v.result.NotOnOrAfter = v.result.IssueInstant.Add(maxLifetime)
	if r := v.expired(v.result.NotOnOrAfter); r != nil {
		return "", r
	}
	conditions := v.assertion.only(assertionNS, "Conditions")
	if r := v.within(conditions, trail.Time); r != nil {
		return "", r
	}
	return "", v.checkStatements()
}

// issued: made at a time that has been.
func (v *verification) issued(n *node) *trail.Refusal {
	_, r := v.past(n, "IssueInstant")
	return r
}

// past is an instant that must be there and must have been.
func (v *verification) past(n *node, attribute string) (time.Time, *trail.Refusal) {
	text := n.attribute(attribute)
	at, ok := parseInstant(text)
	if !ok {
		return at, refuse(ErrInstant, trail.Time, v.clock(), attribute+" "+text)
	}
	if at.After(v.Now.Add(v.skew)) {
		return at, refuse(ErrNotYet, trail.Time, v.clock(), attribute+" "+text)
	}
	return at, nil
}

// within checks the window that an element sets by NotBefore and NotOnOrAfter,
// and shortens the assertion's own by it.
func (v *verification) within(n *node, check string) *trail.Refusal {
	until, r := v.window(n, check)
	if r == nil && !until.IsZero() {
		v.shorten(until)
	}
	return r
}

// window is when the window ends that an element sets and that it is now in;
// zero where it sets no end.
func (v *verification) window(n *node, check string) (until time.Time, r *trail.Refusal) {
	if text := n.attribute("NotBefore"); text != "" {
		from, ok := parseInstant(text)
		if !ok {
			return until, refuse(ErrInstant, check, v.clock(), "NotBefore "+text)
		}
		if from.After(v.Now.Add(v.skew)) {
			return until, refuse(ErrNotYet, check, v.clock(), "NotBefore "+text)
		}
	}
	text := n.attribute("NotOnOrAfter")
	if text == "" {
		return until, nil
	}
	until, ok := parseInstant(text)
	if !ok {
		return until, refuse(ErrInstant, check, v.clock(), "NotOnOrAfter "+text)
	}
	if !until.After(v.Now.Add(-v.skew)) {
		return until, refuse(ErrExpired, check, v.clock(), "NotOnOrAfter "+text)
	}
	return until, nil
}

func (v *verification) shorten(until time.Time) {
	if until.Before(v.result.NotOnOrAfter) {
		v.result.NotOnOrAfter = until
	}
}

func (v *verification) expired(until time.Time) *trail.Refusal {
	if until.After(v.Now.Add(-v.skew)) {
		return nil
	}
	return refuse(ErrExpired, trail.Time, v.clock(), "issued "+v.result.IssueInstant.Format(time.RFC3339))
}

// clock is our time, for an admin who compares it with the provider's.
func (v *verification) clock() string {
	return fmt.Sprintf("%s (our clock, ±%d s)", v.Now.UTC().Format(time.RFC3339), int(v.skew.Seconds()))
}

// checkStatements: somebody signed in, not in the future, and the session that
// the provider grants has not ended.
func (v *verification) checkStatements() *trail.Refusal {
	all := v.assertion.elements(assertionNS, "AuthnStatement")
	if len(all) == 0 {
		return refuse(ErrNoStatement, trail.Time, "an AuthnStatement", "none")
	}
	for i, n := range all {
		at, r := v.past(n, "AuthnInstant")
		if r != nil {
			return r
		}
		if r := v.sessionEnds(n); r != nil {
			return r
		}
		if i == 0 {
			v.result.AuthnInstant, v.result.SessionIndex = at, n.attribute("SessionIndex")
			if context := n.only(assertionNS, "AuthnContext"); context != nil {
				v.result.AuthnContext = context.only(assertionNS, "AuthnContextClassRef").word()
			}
		}
	}
	return nil
}

func (v *verification) sessionEnds(statement *node) *trail.Refusal {
	text := statement.attribute("SessionNotOnOrAfter")
	if text == "" {
		return nil
	}
	until, ok := parseInstant(text)
	if !ok {
		return refuse(ErrInstant, trail.Time, v.clock(), "SessionNotOnOrAfter "+text)
	}
	if !until.After(v.Now.Add(-v.skew)) {
		return refuse(ErrExpired, trail.Time, v.clock(), "SessionNotOnOrAfter "+text)
	}
	if v.result.SessionNotOnOrAfter.IsZero() || until.Before(v.result.SessionNotOnOrAfter) {
		v.result.SessionNotOnOrAfter = until
	}
	return nil
}

// parseInstant reads xs:dateTime as SAML has it: UTC, with or without
// fractions (SAML Core §1.3.3). An offset is understood too; a time without
// any zone is not.
func parseInstant(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, text)
	return t.UTC(), err == nil && t.Year() > 1970 && t.Year() < 9999
}
