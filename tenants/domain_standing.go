package tenants

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants/dns"
)

// Standing is how a domain stands, in words for the people who manage it: the
// dashboard's and the portal's are the same.
type Standing struct {
	Mood     Mood
	Label    string // two or three words
	Sentence string // what is so
	Advice   string // what to do; empty: nothing
}

// Mood is whether a standing is as it should be.
type Mood string

// The moods.
const (
	Good    Mood = "good"
	Waiting Mood = "waiting" // goes on by itself
	Warning Mood = "warning" // somebody has to look
	Bad     Mood = "bad"
)

// Standing says how the domain stands. leaves is when it moves to another
// organization (LocateMoves); zero: it does not.
func (d *Domain) Standing(leaves time.Time) Standing {
	switch d.State {
	case Verified:
		return d.held(leaves)
	case Failed:
		return d.failed()
	}
	return d.claimed()
}

func (d *Domain) held(leaves time.Time) Standing {
	switch {
	case !leaves.IsZero():
		return Standing{Warning, "Moving away", "Another organization has proven this domain by DNS. It moves there on " + moment(leaves) + ".",
			"To keep it, have its record below in DNS before then. If the move is right, there is nothing to do."}
	case d.MissingSince != nil:
		return Standing{Warning, "Record missing", "Its DNS record has been missing since " + moment(*d.MissingSince) + ". Nothing has changed for the people who sign in.",
			"Add the record again, or delete the domain if it is no longer yours."}
	case d.VerificationStrategy == Manual:
		return Standing{Good, "Verified", "Who runs this service vouches for it. No DNS record is needed.", ""}
	}
	return Standing{Good, "Verified", "Its DNS record is looked for every day. Keep it.", ""}
}

func (d *Domain) claimed() Standing {
	switch {
	case d.MovesAt != nil:
		return Standing{Waiting, "Moving here", "The record is there. Another organization has the domain until " + moment(*d.MovesAt) + ", and has been told.",
			"Keep the record until then. If the other organization adds its own, the domain stays there."}
	case d.CheckResult == nil:
		return Standing{Waiting, "Waiting for DNS", "Its record has not been looked for yet.", dns.Finding{Kind: dns.Nothing}.Advice()}
	}
	f := d.CheckResult.Finding
	if f.Proven() { // and the holder changed in that moment
		return Standing{Waiting, "Waiting for DNS", f.Sentence(), "We look again in a moment."}
	}
	return Standing{Waiting, "Waiting for DNS", f.Sentence(), f.Advice()}
}

func (d *Domain) failed() Standing {
	again := "Check again to claim it anew."
	switch {
	case d.VerifiedAt != nil:
		return Standing{Bad, "Moved away", "Another organization has proven this domain by DNS, and has it now.", "If that is wrong, have your record in DNS and check again."}
	case d.CheckResult != nil && d.CheckResult.Finding.Proven():
		return Standing{Bad, "Not verified", "Another organization has this domain and keeps its own record in DNS.", "Agree whose it is, have the other record removed, then check again."}
	}
	return Standing{Bad, "Not verified", "Its DNS record was not found in 30 days.", again}
}

// moment is a time as a sentence says it.
func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// RecordName and RecordValue are the TXT record that proves the domain; empty
// where the deployment's word stands for it.
func (d *Domain) RecordName() string {
	if d.VerificationToken == nil {
		return ""
	}
	return d.claim().Name()
}

// RecordValue is what the record says.
func (d *Domain) RecordValue() string { return text(d.VerificationToken) }

// ShortRecordName is the record's name as panels want it that add the
// registered domain on their own.
func (d *Domain) ShortRecordName() string {
	if d.VerificationToken == nil {
		return ""
	}
	return d.claim().ShortName()
}

// LocateMoves is when each of these verified domains moves to another
// organization that has proven it, for those that do.
func LocateMoves(tx *db.AllTx, held []Domain) (map[id.OrganizationDomain]time.Time, error) {
	byName := map[string]Domain{}
	var names []string
	for _, d := range held {
		if d.State == Verified {
			byName[d.Domain] = d
			names = append(names, d.Domain)
		}
	}
	moves := map[id.OrganizationDomain]time.Time{}
	if len(names) == 0 {
		return moves, nil
	}
	claims, err := domains.List(tx, db.Query{Where: []db.Cond{db.In("domain", names), db.Eq("state", Pending), db.NotNull("moves_at")}, Order: []string{"-moves_at"}})
	for _, c := range claims { // the first move is the last of the list
		if d := byName[c.Domain]; d.OrganizationID != c.OrganizationID {
			moves[d.ID] = *c.MovesAt
		}
	}
	return moves, err
}
