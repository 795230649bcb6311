package dashboard_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/tenants"
)

// An operator on the telephone with a customer sees what DNS answers, and what
// to change.
func TestDomainsShowWhatDNSSays(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	page := "/admin/organizations/" + string(w.org.ID) + "/domains"
	record, value := w.domain.RecordName(), w.domain.RecordValue()
	w.want(w.get("viewer", page), http.StatusOK, "Waiting for DNS", "Its record has not been looked for yet.", record, value, "_gatehouse-domain-verification</code>")
	w.dns.TXT("osterberg-soehne.example", "v=spf1 -all")
	w.dns.TXT(record, "<script>alert(1)</script>", `"`+value+`"`)
	a := w.post("admin", page+"/"+string(w.domain.ID)+"/check")
	if location := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(location, page) {
		t.Errorf("%d %s", a.StatusCode, location)
	}
	w.want(w.get("viewer", page), http.StatusOK, "Found ours with an extra quote mark or space.", "Write the value without quote marks",
		"Our resolver", "2 TXT records", "&lt;script&gt;alert(1)&lt;/script&gt;")
	w.want(w.post("viewer", page+"/"+string(w.domain.ID)+"/check"), http.StatusForbidden)
}

// Everybody's domains are refused with a reason, next to the field.
func TestEverybodysDomainsAreNotAdded(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	page := "/admin/organizations/" + string(w.org.ID) + "/domains"
	for domain, why := range map[string]string{"gmail.com": "It belongs to a mail provider", "co.uk": "Everybody registers names below that domain"} {
		for _, state := range []string{"pending", "verified"} {
			w.want(w.post("admin", page, "domain", domain, "state", state), http.StatusUnprocessableEntity, why, `value="`+domain+`"`)
		}
		w.want(w.post("admin", "/admin/organizations/new", "name", "New", "domain", domain), http.StatusUnprocessableEntity, why)
	}
}

// A domain that is about to leave its organization, or that waits to come, is
// seen on both organizations' pages, which do not name one another.
func TestAMoveIsSeenOnBothSides(t *testing.T) {
	d := dbtest.SQLite(t)
	w := full(t, d)
	page := "/admin/organizations/" + string(w.org.ID) + "/domains"
	var held *tenants.Domain
	var holder *tenants.Organization
	w.do(d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) (err error) {
		if holder, err = tenants.Create(tx, tenants.New{Name: "The holder"}); err != nil {
			return err
		}
		return tx.In(holder.ID, func(tx *db.OrgTx) error {
			held, err = tenants.AddDomain(tx, "osterberg-soehne.example", tenants.Verified)
			return err
		})
	}))
	theirs := "/admin/organizations/" + string(holder.ID)
	w.want(w.get("viewer", theirs+"/domains"), http.StatusOK, "Verified", "Vouched for")
	w.want(w.post("admin", theirs+"/domains/"+string(held.ID)+"/check"), http.StatusBadRequest)
	w.dns.TXT("osterberg-soehne.example", "v=spf1 -all")
	w.dns.TXT(w.domain.RecordName(), w.domain.RecordValue())
	w.post("admin", page+"/"+string(w.domain.ID)+"/check")
	day := time.Now().UTC().Add(72 * time.Hour).Format("2 January 2006")
	here := w.get("viewer", page)
	w.want(here, http.StatusOK, "Moving here", "Another organization has the domain until "+day)
	there := w.get("viewer", theirs+"/domains")
	w.want(there, http.StatusOK, "Moving away", "It moves there on "+day, "To keep it, have its record below in DNS")
	w.want(w.get("viewer", theirs), http.StatusOK, "Moving away")
	if strings.Contains(here.body, "The holder") || strings.Contains(there.body, "Osterberg") {
		t.Error("one side names the other")
	}
}
