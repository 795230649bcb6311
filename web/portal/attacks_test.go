package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/tenants"
)

// T3: an admin who names somebody else's account in the form must not be shown
// whose it is: names and addresses are told of the organization's own people.
func TestAFormShowsNoStrangers(t *testing.T) {
	each(t, func(w *world) {
		ines, stranger := w.person("ines@haldenmarine.example"), w.person("vip@northwind.example")
		w.member(w.org, ines, tenants.OwnerRole)
		b := w.admin(ines)
		b.get("/portal")
		for _, when := range []string{"soon", "from", "now", "optional"} {
			a := b.post("/portal/policies", "require", when, "day", "2001-01-01", "emergency", string(stranger.ID))
			b.want(a, http.StatusUnprocessableEntity)
			if strings.Contains(a.body, "northwind.example") {
				t.Errorf("%s: the page shows the stranger's address", when)
			}
		}
	})
}
