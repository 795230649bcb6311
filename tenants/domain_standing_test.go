package tenants

import (
	"strings"
	"testing"
	"time"

	"gatehouse/tenants/dns"
)

// Whoever manages a domain reads what is so and what to do, in every state.
func TestEveryStandingHasItsWords(t *testing.T) {
	at := time.Date(2026, 11, 30, 9, 4, 0, 0, time.UTC)
	token, prefix := "q8XkzP3y", verificationPrefix
	checked := func(f dns.Finding) *DNSCheck { return &DNSCheck{Finding: f} }
	for want, c := range map[string]struct {
		d      Domain
		leaves time.Time
		mood   Mood
	}{
		"Verified: Its DNS record is looked for every day. Keep it.":                                                                  {Domain{State: Verified, VerificationStrategy: DNS}, time.Time{}, Good},
		"Verified: Who runs this service vouches for it. No DNS record is needed.":                                                    {Domain{State: Verified, VerificationStrategy: Manual}, time.Time{}, Good},
		"Record missing: Its DNS record has been missing since 30 November 2026, 09:04 UTC.":                                          {Domain{State: Verified, VerificationStrategy: DNS, MissingSince: &at}, time.Time{}, Warning},
		"Moving away: Another organization has proven this domain by DNS. It moves there on 30 November 2026, 09:04 UTC.":             {Domain{State: Verified, VerificationStrategy: Manual}, at, Warning},
		"Waiting for DNS: Its record has not been looked for yet.":                                                                    {Domain{State: Pending}, time.Time{}, Waiting},
		"Waiting for DNS: Nameservers disagree: 1 of 3 has it.":                                                                       {Domain{State: Pending, CheckResult: checked(dns.Finding{Kind: dns.Disagree, Have: 1, Of: 3})}, time.Time{}, Waiting},
		"Moving here: The record is there. Another organization has the domain until 30 November 2026, 09:04 UTC, and has been told.": {Domain{State: Pending, MovesAt: &at, CheckResult: checked(dns.Finding{Kind: dns.Found})}, time.Time{}, Waiting},
		"Not verified: Its DNS record was not found in 30 days.":                                                                      {Domain{State: Failed, CheckResult: checked(dns.Finding{Kind: dns.Nothing})}, time.Time{}, Bad},
		"Not verified: Another organization has this domain and keeps its own record in DNS.":                                         {Domain{State: Failed, CheckResult: checked(dns.Finding{Kind: dns.Found})}, time.Time{}, Bad},
		"Moved away: Another organization has proven this domain by DNS, and has it now.":                                             {Domain{State: Failed, VerifiedAt: &at}, time.Time{}, Bad},
	} {
		c.d.Domain, c.d.VerificationToken, c.d.VerificationPrefix = "oslo.acme.co.uk", &token, &prefix
		s := c.d.Standing(c.leaves)
		if got := s.Label + ": " + s.Sentence; !strings.HasPrefix(got, want) || s.Mood != c.mood || (s.Advice == "") != (s.Mood == Good) {
			t.Errorf("%s (%s) %q\nwant %s", got, s.Mood, s.Advice, want)
		}
		if c.d.ShortRecordName() != "_gatehouse-domain-verification.oslo" || c.d.RecordName() != "_gatehouse-domain-verification.oslo.acme.co.uk" {
			t.Errorf("%s, %s", c.d.ShortRecordName(), c.d.RecordName())
		}
	}
}
