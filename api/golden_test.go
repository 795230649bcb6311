package api

import (
	"fmt"
	"testing"
)

// Programs parse these answers: a golden file that changes is a contract that changes.
func TestOrganizations(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org := s.do("POST", "/organizations", `{"name":" Halden Marine ","external_id":"halden","metadata":{"tier":"gold","10":"ten","9":"nine"},"domain_data":[{"domain":"Halden.example","state":"verified"},{"domain":"pending.example","state":"pending"}],"unknown":1}`).get("id")
		s.do("POST", "/organizations", `{"name":"Second","domains":["second.example"]}`)
		s.do("POST", "/organizations", `{"name":"Third","external_id":"halden"}`)
		s.do("POST", "/organizations", `{"name":"Third","domain_data":[{"domain":"halden.example","state":"verified"}]}`)
		s.do("POST", "/organizations", `{"name":"Third","domain_data":[{"domain":"localhost"}]}`)
		s.do("POST", "/organizations", `{"name":"Third","metadata":{"n":1}}`)
		s.do("POST", "/organizations", `{}`)
		s.do("POST", "/organizations", `{"name":7}`)
		s.do("GET", "/organizations/"+org, "")
		s.do("GET", "/organizations/external_id/halden", "")
		s.do("GET", "/organizations/external_id/nobody", "")
		s.do("GET", "/organizations/org_01ARZ3NDEKTSV4RRFFQ69G5FAV", "")
		s.do("GET", "/organizations/not-an-id", "")
		s.do("PUT", "/organizations/"+org, `{"name":"Halden","metadata":{"tier":null,"size":"9"},"domain_data":[{"domain":"halden.example","state":"verified"},{"domain":"new.example"}],"stripe_customer_id":"cus_1"}`)
		s.do("PUT", "/organizations/"+org, `{"external_id":null,"metadata":null,"allow_profiles_outside_organization":true}`)
		s.do("PUT", "/organizations/"+org, ``)
		s.do("GET", "/organizations?domains=halden.example,absent.example&limit=5", "")
		s.do("GET", "/organizations?search=HALD", "")
		s.do("GET", "/organizations?search=nothing", "")
		s.do("DELETE", "/organizations/"+org, "")
		s.do("GET", "/organizations/"+org, "")
		s.do("DELETE", "/organizations/"+org, "")
		s.do("GET", "/organizations/"+string(w.system), "")
		s.check(t, "organizations")
	})
}

// The domains of an organization decide who may sign in to it.
func TestDomains(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org := w.organization("Halden")
		domain := s.do("POST", "/organization_domains", fmt.Sprintf(`{"organization_id":%q,"domain":"Müller.example."}`, org)).get("id")
		s.do("POST", "/organization_domains", fmt.Sprintf(`{"organization_id":%q,"domain":"xn--mller-kva.example"}`, org))
		s.do("POST", "/organization_domains", fmt.Sprintf(`{"organization_id":%q}`, org))
		s.do("POST", "/organization_domains", `{"domain":"a.example"}`)
		s.do("POST", "/organization_domains", fmt.Sprintf(`{"organization_id":%q,"domain":"a.example"}`, w.system))
		s.do("GET", "/organization_domains/"+domain, "")
		s.do("POST", "/organization_domains/"+domain+"/verify", "")
		s.do("POST", "/organization_domains/org_domain_01HZZZZZZZZZZZZZZZZZZZZZZZ/verify", "")
		held := w.must("PUT", "/organizations/"+org, `{"domain_data":[{"domain":"müller.example"},{"domain":"held.example","state":"verified"}]}`).get("domains.1.id")
		s.do("POST", "/organization_domains/"+held+"/verify", "")
		s.do("POST", "/organization_domains", fmt.Sprintf(`{"organization_id":%q,"domain":"CO.UK"}`, org))
		s.do("POST", "/organization_domains", fmt.Sprintf(`{"organization_id":%q,"domain":"Gmail.com."}`, org))
		s.do("DELETE", "/organization_domains/"+domain, "")
		s.do("GET", "/organization_domains/"+domain, "")
		s.do("DELETE", "/organization_domains/"+domain, "")
		s.check(t, "domains")
	})
}

// People: made in three ways, found in four, changed member by member.
func TestUsers(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		user := s.do("POST", "/user_management/users", `{"email":"Ines@Halden.example","password":"slow harbour violet 73","first_name":"Ines","last_name":"Solberg","email_verified":true,"external_id":"a/b c","metadata":{"team":"blue"}}`).get("id")
		s.do("POST", "/user_management/users", `{"email":"ines@halden.example"}`)
		s.do("POST", "/user_management/users", `{"email":"other@halden.example","external_id":"a/b c"}`)
		s.do("POST", "/user_management/users", `{"email":"import@halden.example","password_hash":"$2a$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW","password_hash_type":"bcrypt"}`)
		s.do("POST", "/user_management/users", `{"email":"x@halden.example","password_hash":"nonsense","password_hash_type":"bcrypt"}`)
		s.do("POST", "/user_management/users", `{"email":"x@halden.example","password_hash":"nonsense"}`)
		s.do("POST", "/user_management/users", `{"email":"x@halden.example","password":"slow harbour violet 73","password_hash":"x"}`)
		s.do("POST", "/user_management/users", `{"email":"x@halden.example","password":"slow harbour violet 73","password_hash_type":"bcrypt"}`)
		s.do("POST", "/user_management/users", `{"email":"x@halden.example","password":"password"}`)
		s.do("POST", "/user_management/users", `{"email":"no address","password":"slow harbour violet 73"}`)
		s.do("POST", "/user_management/users", `null`)
		s.do("POST", "/user_management/users", `{"email":"x@halden.example","email_verified":"yes"}`)
		s.do("GET", "/user_management/users/"+user, "")
		s.do("GET", "/user_management/users/external_id/a%2Fb%20c", "")
		s.do("GET", "/user_management/users?email=INES@halden.example", "")
		s.do("GET", "/user_management/users?email=nobody", "")
		s.do("PUT", "/user_management/users/"+user, `{"first_name":null,"name":"Ines S.","locale":"nb-NO","metadata":{"team":null,"desk":"4"}}`)
		s.do("PUT", "/user_management/users/"+user, `{"email":"import@halden.example"}`)
		s.do("PUT", "/user_management/users/"+user, `{"email":"ines@new.example","external_id":null}`)
		s.do("PUT", "/user_management/users/"+user, `{"locale":"not a locale"}`)
		s.do("PUT", "/user_management/users/"+user, `{"password":"12345678"}`)
		s.do("PUT", "/user_management/users/user_01ARZ3NDEKTSV4RRFFQ69G5FAV", `{}`)
		s.do("DELETE", "/user_management/users/"+user, "")
		s.do("GET", "/user_management/users/"+user, "")
		s.do("DELETE", "/user_management/users/"+user, "")
		s.check(t, "users")
	})
}

// Memberships say who may enter an organization, and as what.
func TestMemberships(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org, ines, odd := w.organization("Halden"), w.user("ines@halden.example"), w.user("odd@halden.example")
		owner := s.do("POST", membershipPath, fmt.Sprintf(`{"user_id":%q,"organization_id":%q,"role_slug":"owner"}`, ines, org)).get("id")
		member := s.do("POST", membershipPath, fmt.Sprintf(`{"user_id":%q,"organization_id":%q}`, odd, org)).get("id")
		s.do("POST", membershipPath, fmt.Sprintf(`{"user_id":%q,"organization_id":%q}`, odd, org))
		s.do("POST", membershipPath, fmt.Sprintf(`{"user_id":%q,"organization_id":%q,"role_slug":"emperor"}`, odd, org))
		s.do("POST", membershipPath, fmt.Sprintf(`{"user_id":%q,"organization_id":%q,"role_slugs":["owner","admin"]}`, odd, org))
		s.do("POST", membershipPath, fmt.Sprintf(`{"user_id":"user_01ARZ3NDEKTSV4RRFFQ69G5FAV","organization_id":%q}`, org))
		s.do("POST", membershipPath, fmt.Sprintf(`{"organization_id":%q}`, org))
		s.do("POST", membershipPath, fmt.Sprintf(`{"user_id":%q,"organization_id":%q}`, ines, w.system))
		s.do("GET", membershipPath+"/"+member, "")
		s.do("PUT", membershipPath+"/"+member, `{"role_slug":"admin"}`)
		s.do("PUT", membershipPath+"/"+member, `{}`)
		s.do("PUT", membershipPath+"/"+owner, `{"role_slugs":["member"]}`)
		s.do("PUT", membershipPath+"/"+owner+"/deactivate", `{}`)
		s.do("PUT", membershipPath+"/"+member+"/deactivate", `{}`)
		s.do("GET", membershipPath+"?organization_id="+org+"&statuses=active", "")
		s.do("GET", membershipPath+"?user_id="+odd+"&statuses=active&statuses=inactive", "")
		s.do("GET", membershipPath+"?user_id="+odd+"&statuses=awake", "")
		s.do("GET", membershipPath, "")
		s.do("PUT", membershipPath+"/"+member+"/reactivate", ``)
		s.do("GET", "/user_management/users?organization_id="+org, "")
		s.do("DELETE", membershipPath+"/"+member, "")
		s.do("DELETE", membershipPath+"/"+member, "")
		s.do("DELETE", membershipPath+"/"+owner, "")
		s.check(t, "memberships")
	})
}

// Sessions end at once, and their refresh tokens with them.
func TestSessions(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org, user := w.organization("Halden"), w.user("ines@halden.example")
		w.member(org, user, "member")
		first, _, _ := w.session(user, org), w.session(user, ""), w.session(user, org)
		s.do("GET", "/user_management/users/"+user+"/sessions", "")
		s.do("POST", "/user_management/sessions/revoke", fmt.Sprintf(`{"session_id":%q}`, first))
		s.do("POST", "/user_management/sessions/revoke", fmt.Sprintf(`{"session_id":%q}`, first))
		s.do("POST", "/user_management/sessions/revoke", `{"session_id":"session_01ARZ3NDEKTSV4RRFFQ69G5FAV"}`)
		s.do("POST", "/user_management/sessions/revoke", `{}`)
		s.do("POST", "/organizations/"+org+"/sessions/revoke_all", ``)
		s.do("GET", "/user_management/users/"+user+"/sessions?order=asc", "")
		s.do("POST", "/user_management/users/"+user+"/sessions/revoke_all", ``)
		s.do("GET", "/user_management/users/"+user+"/sessions?limit=1", "")
		s.check(t, "sessions")
	})
}

// Roles, keys, redirect URIs: what applications are set up with.
func TestSettings(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org := w.organization("Halden")
		s.do("GET", "/authorization/roles", "")
		s.do("GET", "/authorization/roles/owner", "")
		s.do("GET", "/authorization/roles/developer", "")
		s.do("GET", "/authorization/organizations/"+org+"/roles/member", "")
		s.do("GET", "/authorization/organizations/"+org+"/roles", "")
		key := s.do("POST", "/api_keys", fmt.Sprintf(`{"name":"CI","organization_id":%q,"permissions":[],"expires_at":"2999-01-01T00:00:00Z"}`, org)).get("id")
		s.do("POST", "/api_keys", `{"name":"Reads only","permissions":["users:read"]}`)
		s.do("POST", "/api_keys", `{"name":"Deployment"}`)
		s.do("POST", "/api_keys", `{"name":"CI","expires_at":"2001-01-01T00:00:00Z"}`)
		s.do("POST", "/api_keys", `{"name":"CI","expires_at":"tomorrow"}`)
		s.do("POST", "/api_keys", `{"name":""}`)
		if err := w.h.Uses.Save(t.Context()); err != nil { // as a server does every few seconds
			t.Fatal(err)
		}
		s.do("GET", "/api_keys?order=asc", "")
		s.do("DELETE", "/api_keys/"+key, "")
		s.do("DELETE", "/api_keys/"+key, "")
		uri := s.do("POST", redirectPath, `{"uri":"https://app.example/second"}`).get("id")
		s.do("POST", redirectPath, `{"uri":"https://app.example/second"}`)
		s.do("POST", redirectPath, `{"uri":"http://app.example/plain"}`)
		s.do("POST", redirectPath, `{}`)
		s.do("GET", redirectPath, "")
		s.do("DELETE", redirectPath+"/"+uri, "")
		s.do("DELETE", redirectPath+"/"+uri, "")
		s.do("POST", "/keys/rotate", "")
		s.check(t, "settings")
	})
}

// Whatever was done can be found, by what was done, by whom and to what.
func TestAuditEvents(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		s.sorted = true
		org := w.organization("Halden")
		user := w.user("ines@halden.example")
		w.member(org, user, "member")
		s.do("GET", "/audit_logs/events?organization_id="+org, "")
		s.do("GET", "/audit_logs/events?actions=user.created,organization.created&limit=1", "")
		s.do("GET", "/audit_logs/events?targets[]="+user+"&actions=user.created&range_start=2020-01-01T00:00:00Z", "")
		s.do("GET", "/audit_logs/events?targets="+user+"&range_end=2020-01-01T00:00:00Z", "")
		s.do("GET", "/audit_logs/events?q=INES@halden&actions=user.created", "")
		s.do("GET", "/audit_logs/events?range_start=yesterday", "")
		s.do("GET", "/audit_logs/events?organization_id=org_01ARZ3NDEKTSV4RRFFQ69G5FAV", "")
		s.check(t, "audit_events")
	})
}
