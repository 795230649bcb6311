package search

import (
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Query says which entries to find; its zero value is all that the transaction
// sees. Of a list one value has to fit, and every list that is not empty.
type Query struct {
	Organization id.Organization // within an *db.AllTx: one organization's
	Types        []string        // user.created; or all of a family: user.*
	Actors       []string        // ids
	Targets      []string        // ids
	Addresses    []string
	Reference    string
	// Text is words of which each has to stand in the entry: at the beginning
	// of a word (a short one: as a whole word) of its type, its actor's name,
	// its targets' names, its data's names and addresses or its user agent, or
	// as its actor's or a target's id, its address or its reference.
	Text          string
	Since, Before time.Time // when it was recorded
}

// Found is an entry, with its numbers once it has them.
type Found struct {
	audit.Event
	Position     *int64
	Sequence     *int64
	PreviousHash []byte
	Hash         []byte
}

// Numbered reports whether the entry has its numbers and its link in the chain.
func (f *Found) Numbered() bool { return f.Position != nil }

// Bucket is how many entries there are of a span of time.
type Bucket struct {
	From, To time.Time // To is not in it
	Entries  int64
	AtLeast  bool // there are more, which were not counted
}

// Count is how many entries there are.
type Count struct {
	Entries int64
	About   bool // of a sample, because there are many
}

// need is something that an entry has to have: one of its alternatives.
type need []alternative

// alternative is a term, or the beginning of one.
type alternative struct {
	term   string
	prefix bool
}

// shortWord is asked for as a whole word; so many would begin with it.
const shortWord = 3

// maxWords bounds a text's words; the rest is not looked at.
const maxWords = 8

// needs are what an entry has to have.
func (q Query) needs() []need {
	var needs []need
	add := func(kind audit.TermKind, values []string) {
		var n need
		for _, value := range values {
			if family, all := strings.CutSuffix(value, ".*"); all && kind == audit.OfType {
				n = append(n, alternative{audit.Term(kind, family+"."), true})
				continue
			}
			n = append(n, alternative{audit.Term(kind, value), false})
		}
		if n != nil {
			needs = append(needs, n)
		}
	}
	add(audit.OfType, q.Types)
	add(audit.OfActor, q.Actors)
	add(audit.OfTarget, q.Targets)
	add(audit.OfAddress, q.Addresses)
	if q.Reference != "" {
		add(audit.OfReference, []string{q.Reference})
	}
	return append(needs, textNeeds(q.Text)...)
}

func textNeeds(text string) []need {
	var needs []need
	for _, token := range strings.Fields(text) {
		words := audit.Words(token)
		if len(words) == 0 || len(needs) == maxWords {
			continue
		}
		word := words[0] // the whole of it, where it has parts
		n := need{{string(audit.OfWord) + word, len([]rune(word)) >= shortWord}}
		for _, kind := range []audit.TermKind{audit.OfActor, audit.OfTarget, audit.OfAddress} {
			n = append(n, alternative{audit.Term(kind, token), false})
		}
		needs = append(needs, append(n, alternative{audit.Term(audit.OfReference, strings.ToUpper(token)), false}))
	}
	return needs
}

// Matches reports whether the entry is one of those that q asks for.
func (q Query) Matches(e *audit.Event) bool {
	if q.Organization != "" && (e.OrganizationID == nil || *e.OrganizationID != q.Organization) ||
		!q.Since.IsZero() && e.RecordedAt.Before(q.Since) || !q.Before.IsZero() && !e.RecordedAt.Before(q.Before) {
		return false
	}
	terms := audit.Terms(e)
	for _, n := range q.needs() {
		if !n.metBy(terms) {
			return false
		}
	}
	return true
}

func (n need) metBy(terms []string) bool {
	for _, a := range n {
		for _, term := range terms {
			if term == a.term || a.prefix && strings.HasPrefix(term, a.term) {
				return true
			}
		}
	}
	return false
}

// Find is one page of the entries that q asks for. Ids sort by the time of
// recording, and are the page's cursors.
func Find(tx db.OwnedScope, q Query, page db.Page) ([]Found, db.Paging, error) {
	rows, paging, err := audit.Page(tx, q.filter(), page)
	found := make([]Found, len(rows))
	for i, e := range rows {
		found[i] = Found{Event: e}
	}
	return found, paging, err
}

func (q Query) filter() audit.Filter {
	return audit.Filter{Types: q.Types, ActorIDs: q.Actors, TargetIDs: q.Targets, Text: q.Text, Reference: q.Reference,
		Organization: q.Organization, Since: q.Since, Until: q.Before}
}

// Estimate is how many entries q asks for.
func Estimate(tx db.OwnedScope, q Query) (Count, error) {
	rows, err := audit.List(tx, q.filter())
	return Count{Entries: int64(len(rows))}, err
}

// Histogram is how many entries there are of each of n equal spans between
// q.Since (or 30 days before the end) and q.Before (or now).
func Histogram(tx db.OwnedScope, q Query, n int) ([]Bucket, error) {
	rows, err := audit.List(tx, q.filter())
	if err != nil {
		return nil, err
	}
	buckets := q.spans(tx.Now(), n)
	for _, e := range rows {
		for i := range buckets {
			if b := &buckets[i]; !e.RecordedAt.Before(b.From) && e.RecordedAt.Before(b.To) {
				b.Entries++
			}
		}
	}
	return buckets, nil
}

const defaultSpan = 30 * 24 * time.Hour

func (q Query) spans(now time.Time, n int) []Bucket {
	from, to := q.Since, q.Before
	if to.IsZero() {
		to = now.Add(time.Second) // what is being recorded, too
	}
	if from.IsZero() || !from.Before(to) {
		from = to.Add(-defaultSpan)
	}
	buckets := make([]Bucket, max(n, 1))
	each := to.Sub(from) / time.Duration(len(buckets))
	for i := range buckets {
		buckets[i] = Bucket{From: from.Add(time.Duration(i) * each), To: from.Add(time.Duration(i+1) * each)}
	}
	buckets[len(buckets)-1].To = to
	return buckets
}
