package audit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/id"
)

// The sequencer makes the terms of many entries together, and whoever verifies
// the log those of one: if they differed, entries would be called hidden.
func TestTermsOfManyEntriesAreThoseOfEach(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	var all Vocabulary
	for range 2000 {
		e := Event{ID: id.New[id.Event](), Type: pick("user.created", "invoice.paid"), Source: Source(pick(string(Application), "gatehouse")),
			Data: []byte(pick(`{"name":"Ada King","code":"x"}`, `{"note":"Ada King","deep":[{"name":["Zoë"]},1,null]}`, `{`, fmt.Sprintf(`{"email":"ada%d@example.com"}`, r.IntN(3))))}
		for _, p := range []**string{&e.ActorID, &e.ActorName, &e.IPAddress, &e.UserAgent, &e.Reference} {
			if text := pick("", "Ada King", "user_01", "203.0.113.7", "::ffff:203.0.113.7", "Mozilla/5.0 (X11; Linux) Firefox/140.0 like Gecko"); text != "" {
				*p = &text
			}
		}
		for range r.IntN(3) * r.IntN(40) {
			e.Targets = append(e.Targets, Target{Type: "user", ID: fmt.Sprint("user_", r.IntN(1000)), Name: fmt.Sprint("Name ", r.IntN(1000))})
		}
		own := id.Organization("org_01")
		if r.IntN(2) == 0 {
			e.OrganizationID = &own
		}
		if one, many := Terms(&e), all.Terms(&e); !slices.Equal(one, many) || len(one) > maxTerms+maxTargets {
			t.Fatalf("%+v:\n%q\n%q", e, one, many)
		}
	}
}

// A number that no program holds must not hide an entry from whoever looks for
// its words: an application's data is found by them, whatever stands beside.
func TestAHugeNumberHidesNoWords(t *testing.T) {
	for _, number := range []string{"1e400", "-1e999999999", strings.Repeat("9", 500)} {
		e := Event{Type: "invoice.paid", Source: Application, Data: []byte(`{"metadata":{"amount":` + number + `,"note":"Needle"}}`)}
		if !slices.Contains(Terms(&e), string(OfWord)+"needle") {
			t.Errorf("%.20s: %q", number, Terms(&e))
		}
	}
}
