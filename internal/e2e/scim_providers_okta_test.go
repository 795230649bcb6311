package e2e

import (
	"fmt"
	"testing"

	"gatehouse/scim/directory"
	"gatehouse/tenants"
)

// Okta's wizard applications ("SCIM with SAML") know PUT alone: a person and a group
// come whole each time, with what is read-only and empty lists. Where one of
// these is refused, Okta stops the person's provisioning until somebody retries
// it by hand.
func TestOktaPutsPeopleAndGroupsWhole(t *testing.T) {
	conversation(t, "Okta SCIM Client 1.0.0", func(t *testing.T, k *talk) {
		k.hasAccount("ada@halden.example")
		// Test connector configuration, and the first import.
		k.asks(200, `GET /Users?startIndex=1&count=2`).is(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"startIndex":1,"itemsPerPage":0,"Resources":[]}`)
		k.asks(200, `GET /Users?count=1&startIndex=1`).is(`{"Resources":[]}`)
		k.asks(200, `GET /Groups?startIndex=1&count=100`).is(`{"totalResults":0,"Resources":[]}`)
		k.asks(200, `GET /ServiceProviderConfig`).is(`{"patch":{"supported":true},"filter":{"supported":true,"maxResults":200}}`)
		// Assigned.
		k.asks(200, `GET /Users?filter=userName eq "ada@halden.example"&startIndex=1&count=100`).is(`{"totalResults":0,"Resources":[]}`)
		k.asks(201, `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@halden.example","name":{"givenName":"Ada","familyName":"Berg"},"emails":[{"primary":true,"value":"ada@halden.example","type":"work"}],"displayName":"Ada Berg","locale":"en-US","externalId":"00ujl29u0le5T6Aj10h7","groups":[],"password":"1mz050nq","active":true}`).
			as("ada").is(`{"id":"{ada}","userName":"ada@halden.example","active":true,"externalId":"00ujl29u0le5T6Aj10h7","locale":"en-US","emails":[{"primary":true,"value":"ada@halden.example","type":"work"}],"meta":{"resourceType":"User","location":"` + k.at("/Users/") + `{ada}"}}`)
		k.isMember("ada@halden.example")
		k.signsIn("ada@halden.example")
		// Assigned again, by somebody in a hurry.
		k.refuses(409, "uniqueness", `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ADA@halden.example","name":{"givenName":"Ada","familyName":"Berg"},"emails":[{"primary":true,"value":"ada@halden.example","type":"work"}],"groups":[],"active":true}`)
		k.refuses(404, "", `GET /Users/00ujl29u0le5T6Aj10h7`)
		// The profile is pushed: what is left out is cleared.
		k.asks(200, `GET /Users/{ada}`).is(`{"id":"{ada}","displayName":"Ada Berg"}`)
		k.asks(200, `PUT /Users/{ada}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"{ada}","userName":"ada@halden.example","name":{"givenName":"Ada","middleName":"Lovelace","familyName":"Berg"},"emails":[{"primary":true,"value":"ada@halden.example","type":"work"}],"displayName":"Ada Lovelace Berg","externalId":"00ujl29u0le5T6Aj10h7","groups":[],"active":true,"meta":{"resourceType":"User","location":"https://elsewhere.example/Users/1"}}`).
			is(`{"id":"{ada}","name":{"middleName":"Lovelace"},"displayName":"Ada Lovelace Berg","active":true,"meta":{"location":"` + k.at("/Users/") + `{ada}"}}`).lacksAll("locale")
		// A group is pushed, looked up first, then its members with a PUT.
		k.asks(200, `GET /Groups?filter=displayName eq "Deck Crew"&startIndex=1&count=100`).is(`{"totalResults":0,"Resources":[]}`)
		k.asks(201, `POST /Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Deck Crew","members":[]}`).as("crew").is(`{"displayName":"Deck Crew","meta":{"resourceType":"Group"}}`)
		k.asks(200, `GET /Groups/{crew}`).is(`{"id":"{crew}","displayName":"Deck Crew"}`)
		k.asks(200, `PUT /Groups/{crew}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"{crew}","displayName":"Deck Crew","members":[{"value":"{ada}","display":"ada@halden.example"}]}`).is(`{"displayName":"Deck Crew","members":[{"value":"{ada}"}]}`)
		k.has("crew", "ada")
		k.asks(200, `GET /Users/{ada}`).is(`{"groups":[{"value":"{crew}","display":"Deck Crew"}]}`)
		k.asks(200, `PUT /Groups/{crew}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"{crew}","displayName":"Bridge Crew","members":[{"value":"{ada}","display":"ada@halden.example"}]}`).is(`{"displayName":"Bridge Crew"}`)
		// Unassigned: a PUT of the whole with active false.
		if !k.isSignedIn("ada@halden.example") {
			t.Error("Ada is signed out by a change of her group")
		}
		k.asks(200, `PUT /Users/{ada}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"{ada}","userName":"ada@halden.example","name":{"givenName":"Ada","middleName":"Lovelace","familyName":"Berg"},"emails":[{"primary":true,"value":"ada@halden.example","type":"work"}],"displayName":"Ada Lovelace Berg","externalId":"00ujl29u0le5T6Aj10h7","groups":[],"active":false}`).is(`{"active":false}`)
		k.isGone("ada@halden.example")
		if k.isSignedIn("ada@halden.example") {
			t.Error("Ada's session outlives her")
		}
		k.asks(200, `GET /Users?filter=userName eq "ada@halden.example"&startIndex=1&count=100`).is(`{"totalResults":1,"Resources":[{"id":"{ada}","active":false}]}`)
		// A PUT that says nothing of active does not bring her back.
		k.asks(200, `PUT /Users/{ada}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@halden.example","displayName":"Ada"}`).is(`{"active":false}`)
		k.isGone("ada@halden.example")
		// Assigned once more.
		k.asks(200, `PUT /Users/{ada}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"{ada}","userName":"ada@halden.example","name":{"givenName":"Ada","familyName":"Berg"},"emails":[{"primary":true,"value":"ada@halden.example","type":"work"}],"groups":[],"active":true}`).is(`{"active":true}`)
		k.isMember("ada@halden.example")
		if k.isSignedIn("ada@halden.example") {
			t.Error("an old session came back")
		}
		// The group is unlinked, and deleted in the application.
		k.asks(204, `DELETE /Groups/{crew}`)
		k.refuses(404, "", `GET /Groups/{crew}`)
		k.asks(200, `GET /Users/{ada}`).lacksAll("groups")
	})
}

// Okta's catalogue applications patch: without a path, and with the id beside the
// name of a group.
func TestOktaPatchesWithoutAPath(t *testing.T) {
	conversation(t, "Okta SCIM Client 1.0.0", func(t *testing.T, k *talk) {
		k.hasAccount("ada@halden.example")
		for _, name := range []string{"ada", "ben", "cleo"} {
			k.asks(201, `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"`+name+`@halden.example","name":{"givenName":"`+name+`","familyName":"Berg"},"emails":[{"primary":true,"value":"`+name+`@halden.example","type":"work"}],"externalId":"00u`+name+`","groups":[],"password":"1mz050nq","active":true}`).as(name)
			k.isMember(name + "@halden.example")
		}
		k.signsIn("ada@halden.example")
		k.asks(201, `POST /Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Test SCIMv2","members":[{"value":"{ada}","display":"ada@halden.example"}]}`).as("group")
		k.maps("group", tenants.AdminRole)
		k.belongs("ada@halden.example", active, tenants.AdminRole)
		k.asks(204, `PATCH /Groups/{group}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"id":"{group}","displayName":"Test SCIMv2 renamed"}}]}`)
		k.belongs("ada@halden.example", active, tenants.AdminRole) // a mapping follows the id, not the name
		k.asks(204, `PATCH /Groups/{group}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"{ada}\"]"},{"op":"add","path":"members","value":[{"value":"{ben}","display":"ben@halden.example"},{"value":"{cleo}","display":"cleo@halden.example"}]},{"op":"replace","value":{"id":"{group}","displayName":"Test SCIMv2 renamed"}}]}`)
		k.has("group", "ben", "cleo")
		k.belongs("ada@halden.example", active, tenants.DefaultRole)
		k.belongs("ben@halden.example", active, tenants.AdminRole)
		if !k.isSignedIn("ada@halden.example") {
			t.Error("who loses a role and stays a member is signed out")
		}
		// Push now: the members replaced, in both of its forms.
		k.asks(204, `PATCH /Groups/{group}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"members","value":[{"value":"{ada}","display":"ada@halden.example"},{"value":"{cleo}","display":"cleo@halden.example"}]}]}`)
		k.has("group", "ada", "cleo")
		k.asks(204, `PATCH /Groups/{group}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"members":[],"id":"{group}","displayName":"Test SCIMv2"}}]}`)
		k.has("group")
		k.belongs("cleo@halden.example", active, tenants.DefaultRole)
		// Somebody who is not in the directory cannot be in a group of it.
		k.refuses(400, "invalidValue", `PATCH /Groups/{group}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"{ada}"},{"value":"directory_user_01NOBODY"}]}]}`)
		k.has("group")
		// Whom to answer: the group, where Okta says what of it.
		k.asks(200, `PATCH /Groups/{group}?attributes=displayName
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"{ada}"}]}]}`).is(`{"id":"{group}","displayName":"Test SCIMv2"}`).lacksAll("members")
		// Unassigned and assigned.
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}`).is(`{"id":"{ada}","active":false}`)
		k.isGone("ada@halden.example")
		if k.isSignedIn("ada@halden.example") {
			t.Error("Ada's session outlives her")
		}
		k.has("group", "ada") // until Okta takes her out
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":true}}]}`).is(`{"active":true}`)
		k.belongs("ada@halden.example", active, tenants.AdminRole) // as her groups have it now
		k.asks(204, `DELETE /Groups/{group}`)
		k.belongs("ada@halden.example", active, tenants.DefaultRole)
	})
}

// Okta imports by pages of a hundred; numbers must be numbers, and the order the
// same in every page, or people are imported twice and others never.
func TestOktaImportsByPages(t *testing.T) {
	conversation(t, "Okta SCIM Client 1.0.0", func(t *testing.T, k *talk) {
		for i := range 205 {
			k.user(fmt.Sprintf("p%03d@halden.example", i))
		}
		seen := map[string]bool{}
		for _, page := range []struct{ start, returned int }{{1, 100}, {101, 100}, {201, 5}} {
			a := k.asks(200, fmt.Sprintf("GET /Users?startIndex=%d&count=100", page.start)).is(fmt.Sprintf(`{"totalResults":205,"startIndex":%d,"itemsPerPage":%d}`, page.start, page.returned))
			list, _ := a.Body["Resources"].([]any)
			for i, v := range list {
				person := v.(map[string]any)
				if want := fmt.Sprintf("p%03d@halden.example", page.start-1+i); person["userName"] != want {
					t.Fatalf("at %d is %v", page.start+i, person["userName"])
				}
				seen[person["id"].(string)] = true
			}
			if page.start == 1 { // somebody changes meanwhile, and another leaves
				k.asks(200, `PATCH /Users/`+list[0].(map[string]any)["id"].(string)+`
{"Operations":[{"op":"replace","value":{"title":"Captain"}}]}`)
				k.asks(200, `PATCH /Users/`+list[1].(map[string]any)["id"].(string)+`
{"Operations":[{"op":"replace","value":{"active":false}}]}`)
			}
		}
		if len(seen) != 205 {
			t.Errorf("%d people were read", len(seen))
		}
		k.asks(200, `GET /Users?startIndex=206&count=100`).is(`{"totalResults":205,"itemsPerPage":0,"Resources":[]}`)
		k.asks(200, `GET /Users?startIndex=0&count=-1`).is(`{"totalResults":205,"startIndex":1,"itemsPerPage":0,"Resources":[]}`)
		k.recorded(directory.RequestQuery{}, func(r directory.Request) bool { return r.Operation == "users.listed" })
	})
}
