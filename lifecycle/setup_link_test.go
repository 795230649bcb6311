package lifecycle

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
)

// The link makes whoever has it an owner of everything: looked at as often as
// one likes, it makes one operator.
func TestASetUpLinkMakesOneOperator(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		token, h := start(t, d).SetupToken, site(d)
		for range 3 {
			if status := get(h, token); status != http.StatusOK {
				t.Fatalf("looking at it: %d", status)
			}
		}
		const posts = 20
		var wg sync.WaitGroup
		statuses := make([]int, posts)
		for i := range posts {
			wg.Go(func() { statuses[i] = post(h, token, fmt.Sprintf("operator%d@fieldnote.example", i)) })
		}
		wg.Wait()
		won := 0
		for _, status := range statuses {
			switch status {
			case http.StatusSeeOther:
				won++
			case http.StatusGone:
			default:
				t.Errorf("answered %d", status)
			}
		}
		all := everything(t, d)
		if won != 1 || len(all["users"]) != 1 || len(all["memberships"]) != 1 || recorded(t, d, "operator.created") != 1 {
			t.Errorf("%d won, %d users, %d memberships", won, len(all["users"]), len(all["memberships"]))
		}
		if status := get(h, token); status != http.StatusGone {
			t.Errorf("a used link answers %d", status)
		}
	})
}

// A link in an old terminal must not work for ever.
func TestASetUpLinkRunsOut(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now()
		d.Now = func() time.Time { return now }
		token, h := start(t, d).SetupToken, site(d)
		now = now.Add(setupLifetime - time.Minute)
		if status := get(h, token); status != http.StatusOK {
			t.Errorf("before its end: %d", status)
		}
		now = now.Add(time.Minute)
		if looked, posted := get(h, token), post(h, token, "mara@fieldnote.example"); looked != http.StatusGone || posted != http.StatusGone {
			t.Errorf("after its end: %d, %d", looked, posted)
		}
		if n := len(everything(t, d)["users"]); n != 0 {
			t.Errorf("%d users", n)
		}
	})
}

// A token that nobody printed opens nothing, and what was wrong in the form
// does not use the link up.
func TestAFormThatIsWrongDoesNotUseTheLink(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		token, h := start(t, d).SetupToken, site(d)
		if status := post(h, token[1:]+"x", "mara@fieldnote.example"); status != http.StatusGone {
			t.Errorf("a made-up token: %d", status)
		}
		if status := post(h, token, "no address"); status != http.StatusUnprocessableEntity {
			t.Errorf("a wrong address: %d", status)
		}
		if status := post(h, token, "mara@fieldnote.example"); status != http.StatusSeeOther {
			t.Errorf("the form, mended: %d", status)
		}
	})
}
