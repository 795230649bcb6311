package tenants

import "time"

// How long things take.
const (
	firstCheck  = time.Minute         // after a claim: nobody is faster
	claimTime   = 30 * 24 * time.Hour // a claim that is not proven by then has failed
	moveNotice  = 72 * time.Hour      // the holder of a domain hears that long before that it moves
	moveGrace   = 7 * 24 * time.Hour  // and the claimant has that long after it to be asked
	missingLong = 14 * 24 * time.Hour // a record that is gone so long is told of again
	recheck     = 24 * time.Hour      // of a verified domain
	recheckSoon = 6 * time.Hour       // where something is not as it should be
)

// nextCheck is when a domain is asked for again; nil: not by itself.
func (d *Domain) nextCheck(now time.Time) *time.Time {
	var next time.Time
	switch {
	case d.State == Failed || d.VerificationStrategy == Manual:
		return nil
	case d.State == Verified && d.MissingSince == nil:
		next = now.Add(recheck)
	case d.State == Verified:
		next = now.Add(recheckSoon)
	case d.MovesAt != nil && d.MovesAt.After(now):
		next = now.Add(min(recheckSoon, d.MovesAt.Sub(now)))
	default:
		next = now.Add(d.pause(now))
	}
	return &next
}

// pause is how long a claim waits: who has just added the record watches.
func (d *Domain) pause(now time.Time) time.Duration {
	age := claimTime
	if d.ClaimEndsAt != nil {
		age -= d.ClaimEndsAt.Sub(now)
	}
	switch {
	case age < time.Hour:
		return time.Minute
	case age < 24*time.Hour:
		return 10 * time.Minute
	case age < 7*24*time.Hour:
		return time.Hour
	}
	return recheckSoon
}
