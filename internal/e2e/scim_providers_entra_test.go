package e2e

import (
	"strings"
	"testing"

	"gatehouse/tenants"
)

// entraMeets is what Entra says in both of its ways: it tests the connection, reads
// the schemas, looks everybody up first, and creates.
func entraMeets(k *talk) {
	k.T.Helper()
	k.asks(200, `GET /Users?filter=userName eq "4f1c0d5b-6f55-4b0e-a3d2-1b7a6c3f9e10"`).is(`{"totalResults":0,"Resources":[],"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"]}`)
	k.asks(200, `GET /Users?count=1`).is(`{"totalResults":0,"Resources":[]}`)
	k.refuses(404, "", `GET /Users/5171a35d82074e068ce2`)
	k.refuses(404, "", `GET /Groups/40734ae655284ad3abcc?excludedAttributes=members`)
	if a := k.asks(200, `GET /Schemas`).is(`{"totalResults":3}`); strings.Contains(a.Raw, "null") {
		k.T.Errorf("a null in the schemas: %s", a.Raw)
	}
	for _, lookup := range []string{`userName eq "ada@halden.example"`, `externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"`, `emails[type eq "work"].value eq "ada@halden.example"`} {
		k.asks(200, `GET /Users?filter=`+lookup).is(`{"totalResults":0,"Resources":[]}`)
	}
	k.asks(201, `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef","userName":"ada@halden.example","active":true,"displayName":"Ada Berg","emails":[{"primary":true,"type":"work","value":"ada@halden.example"}],"meta":{"resourceType":"User"},"name":{"formatted":"Ada Berg","familyName":"Berg","givenName":"Ada"},"roles":[],"title":"Bosun","preferredLanguage":"nb-NO","addresses":[{"type":"work","formatted":"Storgata 1","primary":true}],"phoneNumbers":[{"type":"mobile","value":"+47 900 00 000"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"42","department":"Deck"}}`).
		as("ada").is(`{"id":"{ada}","externalId":"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef","phoneNumbers":[{"type":"mobile","value":"+47 900 00 000"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"42","department":"Deck"}}`).lacksAll("roles", "groups")
	k.isMember("ada@halden.example")
	k.asks(201, `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"22fbc523-6032-4c5f-939d-5d4850cf3e52","userName":"ben@halden.example","active":true,"emails":[{"primary":true,"type":"work","value":"ben@halden.example"}],"meta":{"resourceType":"User"},"name":{"familyName":"Dahl","givenName":"Ben"},"roles":[]}`).as("ben")
	// Matched by whatever the mapping says, in whatever case.
	for _, lookup := range []string{`userName eq "ADA@halden.example"`, `externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"`, `emails[type eq "work"].value eq "Ada@Halden.example"`, `Active eq true and USERNAME eq "ada@halden.example"`, `id eq "{ada}"`, `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "42"`} {
		k.asks(200, `GET /Users?filter=`+lookup).is(`{"totalResults":1,"itemsPerPage":1,"Resources":[{"id":"{ada}"}]}`)
	}
	k.asks(200, `GET /Users?filter=externalId eq "0A21F0F2-8D2A-4F8E-BF98-7363C4AED4EF"`).is(`{"totalResults":0}`) // caseExact
	// A group, which has a second schema in some tenants, and no members yet.
	k.asks(200, `GET /Groups?excludedAttributes=members&filter=displayName eq "Deck Crew"`).is(`{"totalResults":0,"Resources":[]}`)
	k.asks(201, `POST /Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"externalId":"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159","displayName":"Deck Crew","meta":{"resourceType":"Group"}}`).as("crew").is(`{"displayName":"Deck Crew","externalId":"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159"}`)
	k.asks(200, `GET /Groups?excludedAttributes=members&filter=externalId eq "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159"`).is(`{"totalResults":1,"Resources":[{"id":"{crew}"}]}`)
	k.asks(200, `GET /Groups/{crew}?excludedAttributes=members`).is(`{"id":"{crew}"}`).lacksAll("members")
	k.maps("crew", tenants.AdminRole)
}

// entraParts is how Entra ends with somebody: unassigned and soft-deleted people
// are switched off and still read; the others are deleted for good.
func entraParts(k *talk) {
	k.T.Helper()
	k.asks(200, `GET /Users/{ada}`).is(`{"active":true}`)
	k.asks(204, `DELETE /Users/{ada}`)
	k.refuses(404, "", `GET /Users/{ada}`)
	k.refuses(404, "", `DELETE /Users/{ada}`)
	k.isGone("ada@halden.example")
	k.has("crew")
	k.asks(204, `DELETE /Groups/{crew}`)
	k.refuses(404, "", `PATCH /Groups/{crew}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"value":"{ben}"}]}]}`)
	// The name is free at once, and who comes by it is somebody new.
	old := k.kept["ada"]
	k.asks(201, `POST /Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef","userName":"ada@halden.example","active":true,"emails":[{"primary":true,"type":"work","value":"ada@halden.example"}]}`).as("ada").lacksAll("groups")
	if k.kept["ada"] == old {
		k.T.Error("a new person has the old one's id")
	}
	k.isMember("ada@halden.example")
}

// Entra as it is by default: one operation for each attribute, "Add" and "Replace",
// booleans as texts, and members removed by a list.
func TestEntraPatchesAttributeByAttribute(t *testing.T) {
	conversation(t, "", func(t *testing.T, k *talk) {
		k.hasAccount("ada@halden.example")
		entraMeets(k)
		k.signsIn("ada@halden.example")
		version := k.asks(200, `GET /Users/{ada}`).Header.Get("ETag")
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"displayName","value":"Ada B. Berg"},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"ada.berg@halden.example"},{"op":"Replace","path":"name.givenName","value":"Ada B."},{"op":"Replace","path":"externalId","value":"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"},{"op":"Add","path":"nickName","value":"Babs"},{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber","value":"43"},{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"{ben}"},{"op":"Add","path":"addresses[type eq \"work\"].country","value":"NO"},{"op":"Add","path":"addresses[type eq \"other\"].country","value":"FR"},{"op":"Add","path":"addresses[type eq \"other\"].locality","value":"Brest"},{"op":"Add","path":"addresses[type eq \"other\"].postalCode","value":"29200"},{"op":"Add","path":"roles[primary eq \"True\"].value","value":"Deckhand"}]}`).
			is(`{"displayName":"Ada B. Berg","nickName":"Babs","name":{"givenName":"Ada B.","familyName":"Berg"},"emails":[{"primary":true,"type":"work","value":"ada.berg@halden.example"}],"addresses":[{"type":"work","formatted":"Storgata 1","country":"NO"},{"type":"other","country":"FR","locality":"Brest","postalCode":"29200"}],"roles":[{"primary":true,"value":"Deckhand"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"43","department":"Deck","manager":{"value":"{ben}"}}}`)
		if got := k.asks(200, `GET /Users/{ada}`).Header.Get("ETag"); got == version {
			t.Errorf("the version is still %s", got)
		}
		// Sent again, it changes nothing and wakes nobody.
		version = k.asks(200, `GET /Users/{ada}`).Header.Get("ETag")
		before := k.server.events("dsync.user.updated")
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"displayName","value":"Ada B. Berg"},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"ada.berg@halden.example"},{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"{ben}"},{"op":"Add","path":"roles[primary eq \"True\"].value","value":"Deckhand"}]}`)
		if got := k.asks(200, `GET /Users/{ada}`).Header.Get("ETag"); got != version || k.server.events("dsync.user.updated") != before {
			t.Errorf("a repetition made version %s of %s, or an event", got, version)
		}
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":""},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"ada@halden.example"}]}`)
		// Members, one list at a time.
		k.asks(204, `PATCH /Groups/{crew}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"$ref":null,"value":"{ada}"}]}]}`)
		k.asks(204, `PATCH /Groups/{crew}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"$ref":null,"value":"{ben}"}]}]}`)
		k.has("crew", "ada", "ben")
		k.belongs("ada@halden.example", active, tenants.AdminRole)
		k.asks(200, `GET /Groups?excludedAttributes=members&filter=id eq "{crew}" and members eq "{ada}"`).is(`{"totalResults":1,"Resources":[{"id":"{crew}"}]}`)
		k.asks(204, `PATCH /Groups/{crew}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"displayName","value":"Deck and Engine"}]}`)
		k.asks(204, `PATCH /Groups/{crew}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Remove","path":"members","value":[{"$ref":null,"value":"{ben}"}]}]}`)
		k.has("crew", "ada")
		k.asks(200, `GET /Groups?excludedAttributes=members&filter=id eq "{crew}" and members eq "{ben}"`).is(`{"totalResults":0,"Resources":[]}`)
		k.belongs("ben@halden.example", active, tenants.DefaultRole)
		// Unassigned.
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}`).is(`{"active":false}`)
		k.isGone("ada@halden.example")
		if k.isSignedIn("ada@halden.example") {
			t.Error("Ada's session outlives her")
		}
		k.asks(200, `GET /Users?filter=userName eq "ada@halden.example"`).is(`{"totalResults":1,"Resources":[{"active":false}]}`)
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"True"}]}`).is(`{"active":true}`)
		k.belongs("ada@halden.example", active, tenants.AdminRole)
		entraParts(k)
	})
}

// Entra with aadOptscim062020 on the tenant's address: booleans, lower case, several
// values without a path, and members removed by a filter. The flag itself is part of
// each address.
func TestEntraWithItsFlagPatchesByTheStandard(t *testing.T) {
	conversation(t, "", func(t *testing.T, k *talk) {
		k.hasAccount("ada@halden.example")
		entraMeets(k)
		k.signsIn("ada@halden.example")
		k.asks(200, `PATCH /Users/{ada}?aadOptscim062020=
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"emails[type eq \"work\"].value","value":"ada.berg@halden.example"},{"op":"add","path":"nickName","value":"Babs"},{"op":"replace","value":{"displayName":"Ada B. Berg","name.givenName":"Ada B.","name.familyName":"Berg-Dahl","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber":"43","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager":"{ben}"}}]}`).
			is(`{"displayName":"Ada B. Berg","nickName":"Babs","name":{"givenName":"Ada B.","familyName":"Berg-Dahl","formatted":"Ada Berg"},"emails":[{"primary":true,"type":"work","value":"ada.berg@halden.example"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"43","department":"Deck","manager":{"value":"{ben}"}}}`)
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"},{"op":"replace","path":"emails[type eq \"work\"].value","value":"ada@halden.example"}]}`)
		k.asks(204, `PATCH /Groups/{crew}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"{ada}"},{"value":"{ben}"}]}]}`)
		k.has("crew", "ada", "ben")
		k.asks(204, `PATCH /Groups/{crew}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"{ben}\"]"}]}`)
		k.has("crew", "ada")
		k.belongs("ben@halden.example", active, tenants.DefaultRole)
		k.belongs("ada@halden.example", active, tenants.AdminRole)
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`).is(`{"active":false}`)
		k.isGone("ada@halden.example")
		if k.isSignedIn("ada@halden.example") {
			t.Error("Ada's session outlives her")
		}
		k.asks(200, `PATCH /Users/{ada}
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":true}]}`).is(`{"active":true}`)
		entraParts(k)
	})
}
