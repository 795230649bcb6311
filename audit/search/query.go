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

// need is something that an entry has to have: one of its alternatives.
type need []db.AuditTerm

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
			family, all := value, false
			if kind == audit.OfType {
				family, all = cutFamily(value)
			}
			n = append(n, db.AuditTerm{Term: audit.Term(kind, family), Prefix: all})
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

// cutFamily is user. of user.*, and says whether it was a family.
func cutFamily(kind string) (string, bool) {
	family, all := strings.CutSuffix(kind, ".*")
	if all {
		return family + ".", true
	}
	return kind, false
}

func textNeeds(text string) []need {
	var needs []need
	for _, token := range strings.Fields(text) {
		words := audit.Words(token)
		if len(words) == 0 || len(needs) == maxWords {
			continue
		}
		word := words[0] // the whole of it, where it has parts
		n := need{{Term: string(audit.OfWord) + word, Prefix: len([]rune(word)) >= shortWord}}
		for _, kind := range []audit.TermKind{audit.OfActor, audit.OfTarget, audit.OfAddress} {
			n = append(n, db.AuditTerm{Term: audit.Term(kind, token)})
		}
		needs = append(needs, append(n, db.AuditTerm{Term: audit.Term(audit.OfReference, strings.ToUpper(token))}))
	}
	return needs
}

// Matches reports whether the entry is one of those that q asks for.
func (q Query) Matches(e *audit.Event) bool {
	if q.Organization != "" && (e.OrganizationID == nil || *e.OrganizationID != q.Organization) ||
		!q.Since.IsZero() && e.RecordedAt.Before(q.Since) || !q.Before.IsZero() && !e.RecordedAt.Before(q.Before) {
		return false
	}
	return meets(audit.Terms(e), q.needs())
}

func meets(terms []string, needs []need) bool {
	for _, n := range needs {
		if !n.metBy(terms) {
			return false
		}
	}
	return true
}

func (n need) metBy(terms []string) bool {
	for _, a := range n {
		for _, term := range terms {
			if term == a.Term || a.Prefix && strings.HasPrefix(term, a.Term) {
				return true
			}
		}
	}
	return false
}
