package sessions

import (
	"net/netip"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// recent is how many of a person's sessions are looked at for their networks.
const recent = 50

// SignedInFrom reports whether the person has signed in from that network
// before, in one of their latest sessions. Whoever has no address has signed
// in from nowhere.
func SignedInFrom(tx db.AnyScope, user id.User, network netip.Prefix) (bool, error) {
	if network.Addr().IsUnspecified() {
		return false, nil
	}
	query := db.Query{Where: []db.Cond{db.Eq("user_id", user), db.NotNull("ip_address")}, Order: []string{"-id"}, Limit: recent}
	inBrowsers, err := browsers.List(tx, query)
	if err != nil {
		return false, err
	}
	for _, b := range inBrowsers {
		if within(network, b.IPAddress) {
			return true, nil
		}
	}
	inApplications, err := sessions.List(tx, query)
	for _, s := range inApplications {
		if within(network, s.IPAddress) {
			return true, nil
		}
	}
	return false, err
}

func within(network netip.Prefix, address *string) bool {
	ip, err := netip.ParseAddr(*address)
	return err == nil && browser.Network(ip) == network
}
