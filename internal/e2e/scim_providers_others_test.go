package e2e

import (
	"testing"

	"gatehouse/tenants"
)

// OneLogin's admin writes the person's JSON as a template: what the person does not
// have comes as an empty text, active as a text, and the manager under names of
// their own. The old template names the schema of SCIM 1.0.
func TestOneLoginSendsATemplateWithGaps(t *testing.T) {
	conversation(t, "OneLogin SCIM", func(t *testing.T, k *talk) {
		k.hasAccount("ada@halden.example")
		k.asks(200, `GET /Users?filter=userName eq "ada@halden.example"`).is(`{"totalResults":0,"Resources":[]}`)
		k.asks(201, `POST /Users
{"schemas":["urn:scim:schemas:core:1.0","urn:scim:schemas:extension:enterprise:1.0"],"id":null,"userName":"ada@halden.example","externalId":"","displayName":"Ada Berg","name":{"givenName":"Ada","familyName":"Berg","formatted":""},"emails":[{"value":"ada@halden.example","type":"work","primary":"true"}],"phoneNumbers":[{"value":"","type":"work"}],"title":"","locale":null,"active":"true","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Deck","employeeNumber":"","manager":{"managerId":"7","displayName":"Ben Dahl"}}}`).
			as("ada").is(`{"active":true,"name":{"givenName":"Ada"},"emails":[{"value":"ada@halden.example","primary":true}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Deck","manager":{"managerId":"7","displayName":"Ben Dahl"}}}`).
			lacksAll("externalId", "title", "locale")
		k.isMember("ada@halden.example")
		k.signsIn("ada@halden.example")
		k.asks(200, `PUT /Users/{ada}
{"schemas":["urn:scim:schemas:core:1.0"],"id":"{ada}","userName":"ada@halden.example","externalId":"","displayName":"Ada Dahl","name":{"givenName":"Ada","familyName":"Dahl"},"emails":[{"value":"ada@halden.example","type":"work","primary":"true"}],"active":"true","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"","manager":{"managerId":"","displayName":""}}}`).
			is(`{"displayName":"Ada Dahl","schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`).lacksAll("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")
		// Groups come as rules of the application; a person is put into one by PATCH.
		k.asks(200, `GET /Groups`).is(`{"Resources":[]}`)
		k.asks(201, `POST /Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Deck Crew"}`).as("crew")
		k.asks(204, `PATCH /Groups/{crew}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"{ada}"}]}]}`)
		k.asks(200, `GET /Groups`).is(`{"totalResults":1,"Resources":[{"id":"{crew}","displayName":"Deck Crew"}]}`)
		// Suspended and taken back, with texts for booleans.
		k.asks(200, `PUT /Users/{ada}
{"schemas":["urn:scim:schemas:core:1.0"],"userName":"ada@halden.example","active":"false"}`).is(`{"active":false}`)
		k.isGone("ada@halden.example")
		if k.isSignedIn("ada@halden.example") {
			t.Error("Ada's session outlives her")
		}
		k.asks(200, `PUT /Users/{ada}
{"schemas":["urn:scim:schemas:core:1.0"],"userName":"ada@halden.example","active":""}`).is(`{"active":false}`)
		k.asks(200, `PUT /Users/{ada}
{"schemas":["urn:scim:schemas:core:1.0"],"userName":"ada@halden.example","active":"true"}`).is(`{"active":true}`)
		k.isMember("ada@halden.example")
		k.asks(204, `DELETE /Users/{ada}`)
		k.isGone("ada@halden.example")
		k.has("crew")
	})
}

// JumpCloud proves itself by a person and a group of its own, which it deletes;
// then it takes over a group that has the name already, and renames and deletes it.
func TestJumpCloudTriesItselfAndTakesGroupsOver(t *testing.T) {
	conversation(t, "JumpCloud", func(t *testing.T, k *talk) {
		k.asks(201, `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"testscimuser@halden.example","name":{"givenName":"Test","familyName":"User"},"emails":[{"value":"testscimuser@halden.example","type":"work","primary":true}],"active":true}`).as("trial")
		k.asks(201, `POST /Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"testscimgroup","members":[{"value":"{trial}"}]}`).as("trialgroup")
		k.asks(200, `GET /Groups/{trialgroup}`).is(`{"members":[{"value":"{trial}","display":"testscimuser@halden.example","type":"User"}]}`)
		k.asks(204, `DELETE /Groups/{trialgroup}`)
		k.asks(204, `DELETE /Users/{trial}`)
		k.isGone("testscimuser@halden.example")
		k.asks(200, `GET /Users?filter=userName eq "testscimuser@halden.example"`).is(`{"totalResults":0,"Resources":[]}`)
		// The real people, and a group that another provider left here.
		for _, name := range []string{"ada", "ben"} {
			k.asks(201, `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"`+name+`@halden.example","emails":[{"value":"`+name+`@halden.example","type":"work","primary":true}],"active":true}`).as(name)
		}
		k.kept["left"] = k.group("Deck Crew")
		k.refuses(409, "uniqueness", `POST /Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"deck crew","members":[{"value":"{ada}"}]}`)
		k.asks(200, `GET /Groups?filter=displayName eq "deck crew"`).is(`{"totalResults":1,"Resources":[{"id":"{left}"}]}`)
		k.asks(204, `PATCH /Groups/{left}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"displayName":"Crew of the Deck"}},{"op":"add","path":"members","value":[{"value":"{ada}"},{"value":"{ben}"}]}]}`)
		k.has("left", "ada", "ben")
		// Taken out by a value list, as Entra does it.
		k.asks(204, `PATCH /Groups/{left}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members","value":[{"value":"{ben}"}]}]}`)
		k.has("left", "ada")
		// Unbound: its members are switched off, unless another group holds them.
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}`)
		k.isGone("ada@halden.example")
		k.isMember("ben@halden.example")
		k.asks(204, `DELETE /Groups/{left}`)
	})
}

// CyberArk discovers by single ids, and puts people.
func TestCyberArkDiscoversByID(t *testing.T) {
	conversation(t, "CyberArk Identity", func(t *testing.T, k *talk) {
		k.asks(200, `GET /ServiceProviderConfig`).is(`{"patch":{"supported":true},"bulk":{"supported":true,"maxOperations":1000},"etag":{"supported":true},"sort":{"supported":true},"changePassword":{"supported":false}}`)
		k.asks(200, `GET /ResourceTypes/User`).is(`{"id":"User","endpoint":"/Users","schema":"urn:ietf:params:scim:schemas:core:2.0:User"}`)
		k.asks(200, `GET /ResourceTypes/Group`).is(`{"id":"Group","endpoint":"/Groups","schema":"urn:ietf:params:scim:schemas:core:2.0:Group"}`)
		for _, urn := range []string{"urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Group", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"} {
			k.asks(200, `GET /Schemas/`+urn).is(`{"id":"` + urn + `"}`)
		}
		k.refuses(404, "", `GET /Schemas/urn:ietf:params:scim:schemas:core:2.0:Nobody`)
		k.refuses(403, "", `GET /Schemas?filter=id eq "x"`)
		k.asks(200, `GET /Users?count=1`).is(`{"totalResults":0,"Resources":[]}`)
		k.asks(200, `GET /Users?filter=userName eq "ada@halden.example"`).is(`{"totalResults":0,"Resources":[]}`)
		k.asks(201, `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"userName":"ada@halden.example","name":{"givenName":"Ada","familyName":"Berg","formatted":"Ada Berg"},"displayName":"Ada Berg","emails":[{"value":"ada@halden.example","type":"work","primary":true}],"active":true,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Deck"}}`, "Content-Type", "application/json; charset=utf-8").as("ada")
		k.asks(200, `PUT /Users/{ada}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"{ada}","userName":"ada@halden.example","name":{"givenName":"Ada","familyName":"Dahl"},"displayName":"Ada Dahl","emails":[{"value":"ada@halden.example","type":"work","primary":true}],"active":true}`, "Content-Type", "application/json").is(`{"displayName":"Ada Dahl"}`)
		k.asks(200, `GET /Groups?filter=displayName eq "Deck Crew"`).is(`{"totalResults":0,"Resources":[]}`)
		k.asks(201, `POST /Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Deck Crew","members":[{"value":"{ada}","display":"Ada Dahl"}]}`).as("crew")
		k.has("crew", "ada")
		k.asks(204, `PATCH /Groups/{crew}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"{ada}\"]"}]}`)
		k.has("crew")
		k.asks(200, `PUT /Users/{ada}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"{ada}","userName":"ada@halden.example","active":false}`).is(`{"active":false}`)
		k.isGone("ada@halden.example")
	})
}

// Rippling's admin says whether groups are patched or put; the address is the
// name, and employees have a number.
func TestRipplingPutsGroupsWhereItMayNotPatch(t *testing.T) {
	conversation(t, "Rippling", func(t *testing.T, k *talk) {
		k.asks(200, `GET /Users?startIndex=1&count=100`).is(`{"totalResults":0,"Resources":[]}`)
		for _, name := range []string{"ada", "ben"} {
			k.asks(201, `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"65f0`+name+`","userName":"`+name+`@halden.example","name":{"givenName":"`+name+`","familyName":"Berg"},"emails":[{"value":"`+name+`@halden.example","primary":true}],"active":true,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"7"}}`).as(name).is(`{"emails":[{"primary":true}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"7"}}`)
		}
		k.asks(201, `POST /Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Deck Crew","members":[{"value":"{ada}"}]}`).as("crew")
		k.maps("crew", tenants.AdminRole)
		k.belongs("ada@halden.example", active, tenants.AdminRole)
		k.asks(200, `PUT /Groups/{crew}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Deck Crew","members":[{"value":"{ada}"},{"value":"{ben}"}]}`)
		k.has("crew", "ada", "ben")
		k.asks(200, `PUT /Groups/{crew}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Deck","members":[{"value":"{ben}"}]}`).is(`{"displayName":"Deck","members":[{"value":"{ben}"}]}`)
		k.has("crew", "ben")
		k.belongs("ada@halden.example", active, tenants.DefaultRole)
		k.belongs("ben@halden.example", active, tenants.AdminRole)
		k.refuses(404, "", `PUT /Groups/65f000000000000000000000
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Engine","members":[]}`)
		k.asks(200, `PATCH /Users/{ben}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`).is(`{"active":false}`)
		k.isGone("ben@halden.example")
		k.asks(204, `DELETE /Groups/{crew}`)
	})
}

// PingOne provisions people who are disabled as well, merges or overwrites
// memberships, and ends with people by disabling or deleting them.
func TestPingOneProvisionsDisabledPeople(t *testing.T) {
	conversation(t, "PingOne", func(t *testing.T, k *talk) {
		k.asks(200, `GET /Users?filter=userName Eq "ada@halden.example"`).is(`{"totalResults":0,"Resources":[]}`)
		k.asks(201, `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@halden.example","name":{"givenName":"Ada","familyName":"Berg"},"emails":[{"value":"ada@halden.example","type":"work","primary":true}],"active":false}`).as("ada").is(`{"active":false}`)
		if k.accountOf("ada@halden.example") != "" {
			k.isGone("ada@halden.example")
		}
		k.asks(200, `PUT /Users/{ada}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@halden.example","name":{"givenName":"Ada","familyName":"Berg"},"emails":[{"value":"ada@halden.example","type":"work","primary":true}],"active":true}`).is(`{"active":true}`)
		k.isMember("ada@halden.example")
		k.asks(201, `POST /Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Deck Crew","externalId":"5e1f"}`).as("crew")
		k.asks(204, `PATCH /Groups/{crew}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"{ada}"}]}]}`) // merge
		k.has("crew", "ada")
		k.asks(204, `PATCH /Groups/{crew}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"members","value":[]}]}`) // overwrite
		k.has("crew")
		k.asks(204, `DELETE /Users/{ada}`)
		k.isGone("ada@halden.example")
	})
}

// Google maps the customer's own attributes by the URN of a schema that nobody
// knows here, and suspends days after the person left; they must come back as
// they were sent, and be found by them.
func TestGoogleSendsAttributesOfTheCustomersOwn(t *testing.T) {
	conversation(t, "Google-Cloud-SCIM", func(t *testing.T, k *talk) {
		k.asks(201, `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:halden:2.0:User"],"userName":"ada@halden.example","emails":[{"value":"ada@halden.example","primary":true,"type":"work"}],"active":true,"urn:ietf:params:scim:schemas:extension:halden:2.0:User":{"badge":"0042","Doors":["A","B"],"locker":{"no":7,"Floor":"2.50","free":false}},"favouriteShip":"Fram"}`).
			as("ada").is(`{"favouriteShip":"Fram","schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:halden:2.0:User"],"urn:ietf:params:scim:schemas:extension:halden:2.0:User":{"badge":"0042","Doors":["A","B"],"locker":{"no":7,"Floor":"2.50","free":false}}}`)
		k.asks(200, `GET /Users?filter=urn:ietf:params:scim:schemas:extension:halden:2.0:User:badge eq "0042"`).is(`{"totalResults":1,"Resources":[{"id":"{ada}"}]}`)
		k.asks(200, `GET /Users/{ada}?attributes=urn:ietf:params:scim:schemas:extension:halden:2.0:User:badge`).is(`{"id":"{ada}","urn:ietf:params:scim:schemas:extension:halden:2.0:User":{"badge":"0042"}}`).lacksAll("userName", "active", "emails")
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:halden:2.0:User:badge","value":"0043"},{"op":"add","path":"urn:ietf:params:scim:schemas:extension:halden:2.0:User:Doors","value":["C"]},{"op":"remove","path":"urn:ietf:params:scim:schemas:extension:halden:2.0:User:locker"}]}`).
			is(`{"urn:ietf:params:scim:schemas:extension:halden:2.0:User":{"badge":"0043","Doors":["A","B","C"]}}`)
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`).is(`{"active":false}`)
		k.isGone("ada@halden.example")
	})
}
