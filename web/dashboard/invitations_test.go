package dashboard_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/invitations"
	"gatehouse/users"
)

// One address that cannot be invited holds up no other, and says why; the
// others are mailed by the operator's name.
func TestManyAreInvitedAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		page := "/admin/organizations/" + string(w.org.ID) + "/invitations"
		w.want(w.post("admin", page, "emails", " \n", "role", "member"), http.StatusUnprocessableEntity, "Enter an address on each line.")
		w.want(w.post("admin", page, "emails", "nobody", "role", "member"), http.StatusUnprocessableEntity, "not an email address")
		w.want(w.post("admin", page, "emails", "sofie@halden.example", "role", "emperor"), http.StatusUnprocessableEntity, "Choose one of the roles.")
		var many []string
		for n := range 51 {
			many = append(many, string(rune('a'+n%26))+string(rune('a'+n/26))+"@halden.example")
		}
		w.want(w.post("admin", page, "emails", strings.Join(many, "\n"), "role", "member"), http.StatusUnprocessableEntity, "at most 50")
		a := w.post("admin", page, "emails", "sofie@halden.example\r\nno address, "+w.member.Email+"\nsofie@halden.example", "role", "owner")
		w.want(a, http.StatusUnprocessableEntity, "1 person was invited", "3 addresses were not", "belongs to the organization already")
		letter := mailtest.Last(t, d, "sofie@halden.example")
		if len(mailtest.All(t, d, "sofie@halden.example")) != 1 || !strings.Contains(letter.Text, "admin@fieldnote.example") {
			t.Errorf("%s", letter.Text)
		}
		w.want(w.get("viewer", page), http.StatusOK, "sofie@halden.example", "Pending", "Owner")
		w.want(w.post("admin", page, "emails", "kim@halden.example", "role", "member"), http.StatusSeeOther)
	})
}

// An operator sends again and takes back, for the organization of the address
// alone; a viewer does neither. Whose operator's role is gone invited nobody.
func TestInvitationsAreResentAndRevoked(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		one := w.fill("/admin/organizations/:org/invitations/:invitation")
		before := mailtest.Last(t, d, "invited@osterberg-soehne.example").Links[0]
		w.want(w.post("viewer", one+"/resend"), http.StatusForbidden)
		w.want(w.post("admin", "/admin/organizations/"+string(w.system)+"/invitations/"+string(w.invitation)+"/revoke"), http.StatusNotFound)
		w.want(w.post("admin", "/admin/organizations/"+string(w.system)+"/invitations", "emails", "x@halden.example", "role", "owner"), http.StatusNotFound)
		w.want(w.post("admin", one+"/resend"), http.StatusSeeOther)
		if after := mailtest.Last(t, d, "invited@osterberg-soehne.example").Links[0]; after == before {
			t.Error("the same link went out again")
		}
		w.want(w.post("admin", one+"/revoke"), http.StatusSeeOther)
		w.want(w.post("admin", one+"/revoke"), http.StatusBadRequest, "not open any more")
		w.want(w.get("viewer", w.fill("/admin/organizations/:org/invitations")), http.StatusOK, "Revoked")

		w.want(w.post("admin", w.fill("/admin/organizations/:org/invitations"), "emails", "noor@halden.example", "role", "owner"), http.StatusSeeOther)
		w.do(d.InOrg(t.Context(), w.system, actor.System("test"), func(tx *db.OrgTx) error {
			m, err := users.MembershipOf(tx, w.people["admin"].ID)
			if err == nil {
				_, err = users.ChangeRole(tx, m.ID, "viewer")
			}
			return err
		}))
		link := mailtest.Last(t, d, "noor@halden.example").Links[0]
		err := d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error {
			_, err := invitations.LocateOpen(tx, link[strings.LastIndexByte(link, '/')+1:])
			return err
		})
		if err == nil {
			t.Error("the invitation of somebody who is no admin any more is open")
		}
	})
}
