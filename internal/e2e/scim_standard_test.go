package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Lists, projections and versions as RFC 7644 has them: a provider that asks for less
// or for a page must get that, and not a guess.
func TestListsProjectionsAndVersionsAreTheStandards(t *testing.T) {
	conversation(t, "", func(t *testing.T, k *talk) {
		k.asks(200, `GET /Users?count=0`).is(`{"totalResults":0,"itemsPerPage":0,"Resources":[]}`)
		for _, name := range []string{"cleo", "ada", "ben"} {
			k.asks(201, `POST /Users
{"userName":"`+name+`@halden.example","title":"`+strings.ToUpper(name)+`","name":{"givenName":"`+name+`","familyName":"Berg"},"emails":[{"value":"`+name+`@halden.example","type":"work"}],"`+enterpriseURN+`":{"department":"Deck","costCenter":"7"}}`).as(name).is(`{"active":true}`)
		}
		k.kept["crew"] = k.group("Crew", k.kept["ada"], k.kept["ben"])
		// Pages, in the order of making; sorted where it is asked for.
		k.asks(200, `GET /Users`).is(`{"totalResults":3,"startIndex":1,"itemsPerPage":3,"Resources":[{"id":"{cleo}"},{"id":"{ada}"},{"id":"{ben}"}]}`)
		k.asks(200, `GET /Users?startIndex=2&count=1`).is(`{"totalResults":3,"startIndex":2,"itemsPerPage":1,"Resources":[{"id":"{ada}"}]}`)
		k.asks(200, `GET /Users?STARTINDEX=-5&count=1000000`).is(`{"startIndex":1,"itemsPerPage":3}`)
		k.asks(200, `GET /Users?count=0`).is(`{"totalResults":3,"itemsPerPage":0,"Resources":[]}`)
		k.asks(200, `GET /Users?sortBy=userName`).is(`{"Resources":[{"id":"{ada}"},{"id":"{ben}"},{"id":"{cleo}"}]}`)
		k.asks(200, `GET /Users?sortBy=USERNAME&sortOrder=Descending`).is(`{"Resources":[{"id":"{cleo}"},{"id":"{ben}"},{"id":"{ada}"}]}`)
		k.asks(200, "POST /Users/.search\n"+`{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"title eq \"ada\" or title eq \"BEN\"","attributes":["userName"],"startIndex":1,"count":10,"sortBy":"userName","sortOrder":"descending"}`).
			is(`{"totalResults":2,"Resources":[{"id":"{ben}","userName":"ben@halden.example"},{"id":"{ada}"}]}`)
		k.refuses(400, "invalidValue", `GET /Users?startIndex=one`)
		k.refuses(400, "invalidValue", `GET /Users?count=x`)
		// What is asked for; id and schemas always.
		k.asks(200, `GET /Users/{ada}?attributes=userName,name.givenName,`+enterpriseURN+`:department`).is(`{"id":"{ada}","schemas":["`+userURN+`","`+enterpriseURN+`"],"name":{"givenName":"ada"},"`+enterpriseURN+`":{"department":"Deck"}}`).lacksAll("title", "emails", "active", "meta", "groups")
		k.asks(200, `GET /Users/{ada}?excludedAttributes=emails,id,name.familyName,groups,nothing`).is(`{"id":"{ada}","title":"ADA","name":{"givenName":"ada","familyName":null}}`).lacksAll("emails", "groups")
		k.asks(200, `GET /Users?filter=userName eq "ada@halden.example"&attributes=groups`).is(`{"Resources":[{"id":"{ada}","groups":[{"value":"{crew}"}],"userName":null}]}`)
		k.asks(200, `GET /Groups?excludedAttributes=members`).is(`{"Resources":[{"id":"{crew}","displayName":"Crew","members":null}]}`)
		k.asks(200, `GET /Groups/{crew}?attributes=members.value`).is(`{"id":"{crew}","members":[{"value":"{ada}","display":null},{"value":"{ben}"}]}`).lacksAll("displayName")
		k.asks(201, `POST /Users?attributes=userName
{"userName":"dora@halden.example","title":"D"}`).as("dora").is(`{"userName":"dora@halden.example"}`).lacksAll("title")
		k.asks(200, `PUT /Users/{dora}?excludedAttributes=title
{"userName":"dora@halden.example","title":"E"}`).lacksAll("title")
		// Versions.
		a := k.asks(200, `GET /Users/{ada}`)
		version := a.Header.Get("ETag")
		if !strings.HasPrefix(version, `W/"`) || a.Body["meta"].(map[string]any)["version"] != version {
			t.Errorf("the version is %s, of %s", version, a.Raw)
		}
		if a := k.do(http.MethodGet, "/Users/"+k.kept["ada"], nil, "If-None-Match", version); a.Status != http.StatusNotModified || a.Raw != "" {
			t.Errorf("%d %s", a.Status, a.Raw)
		}
		k.asks(200, `GET /Users/{ada}`, "If-None-Match", `W/"77"`)
		k.asks(200, `PATCH /Users/{ada}
{"Operations":[{"op":"replace","path":"title","value":"Bosun"}]}`, "If-Match", `W/"77", `+version)
		k.refuses(412, "", `PATCH /Users/{ada}
{"Operations":[{"op":"replace","path":"title","value":"Late"}]}`, "If-Match", version)
		k.refuses(412, "", `PUT /Users/{ada}
{"userName":"ada@halden.example"}`, "If-Match", version)
		k.asks(200, `PATCH /Users/{ada}
{"Operations":[{"op":"replace","path":"title","value":"Captain"}]}`, "If-Match", "*")
		k.asks(200, `GET /Users/{ada}`).is(`{"title":"Captain"}`)
		// An answer to a creation says where it is.
		if a := k.asks(201, `POST /Groups
{"displayName":"Engine"}`); a.Header.Get("Location") != a.Body["meta"].(map[string]any)["location"] || !strings.HasPrefix(a.Header.Get("Location"), k.at("/Groups/")) {
			t.Errorf("it is at %q: %s", a.Header.Get("Location"), a.Raw)
		}
	})
}

// What cannot be done is refused in the words of RFC 7644 table 9, and nothing of it
// is done: an error of one operation must not leave the others half done.
func TestRefusalsAreTheStandardsAndLeaveNothing(t *testing.T) {
	conversation(t, "", func(t *testing.T, k *talk) {
		k.kept["ada"], k.kept["ben"] = k.user("ada@halden.example"), k.user("ben@halden.example")
		k.kept["crew"] = k.group("Crew", k.kept["ada"])
		k.group("Engine")
		for _, c := range []struct {
			status            int
			scimType, request string
		}{
			{400, "invalidSyntax", "POST /Users\n{"}, {400, "invalidSyntax", "POST /Users\n[]"}, {400, "invalidSyntax", "PATCH /Users/{ada}\n{}"},
			{400, "invalidSyntax", `PATCH /Users/{ada}` + "\n" + `{"Operations":[{"op":"move","path":"title","value":"x"}]}`},
			{400, "invalidValue", "POST /Users\n{}"}, {400, "invalidValue", `POST /Users` + "\n" + `{"userName":"  "}`}, {400, "invalidValue", `POST /Users` + "\n" + `{"userName":7}`},
			{400, "invalidValue", `POST /Groups` + "\n" + `{"displayName":""}`}, {400, "invalidValue", `PUT /Users/{ada}` + "\n" + `{"displayName":"Ada"}`},
			{400, "invalidValue", `POST /Users` + "\n" + `{"userName":"x@halden.example","emails":[{"value":"a","primary":true},{"value":"b","primary":true}]}`},
			{400, "invalidValue", `POST /Groups` + "\n" + `{"displayName":"New","members":[{"value":"{ada}"},{"value":"nobody"}]}`},
			{400, "invalidValue", `PUT /Groups/{crew}` + "\n" + `{"displayName":"Crew","members":[{"value":"nobody"}]}`},
			{400, "invalidPath", `PATCH /Users/{ada}` + "\n" + `{"Operations":[{"op":"replace","path":"title","value":"Half"},{"op":"replace","path":"nonsense","value":"x"}]}`},
			{400, "invalidPath", `PATCH /Users/{ada}` + "\n" + `{"Operations":[{"op":"replace","path":"emails[","value":"x"}]}`},
			{400, "noTarget", `PATCH /Users/{ada}` + "\n" + `{"Operations":[{"op":"remove"}]}`},
			{400, "noTarget", `PATCH /Users/{ada}` + "\n" + `{"Operations":[{"op":"replace","path":"title","value":"Half"},{"op":"replace","path":"emails[type ne \"work\"].value","value":"x"}]}`},
			{400, "mutability", `PATCH /Users/{ada}` + "\n" + `{"Operations":[{"op":"replace","path":"title","value":"Half"},{"op":"replace","path":"id","value":"{ben}"}]}`},
			{400, "mutability", `PATCH /Users/{ada}` + "\n" + `{"Operations":[{"op":"add","path":"groups","value":[{"value":"{crew}"}]}]}`},
			{400, "mutability", `PATCH /Users/{ada}` + "\n" + `{"Operations":[{"op":"remove","path":"userName"}]}`},
			{409, "uniqueness", `PATCH /Users/{ada}` + "\n" + `{"Operations":[{"op":"replace","path":"title","value":"Half"},{"op":"replace","path":"userName","value":"BEN@halden.example"}]}`},
			{409, "uniqueness", `PUT /Users/{ada}` + "\n" + `{"userName":"ben@halden.example"}`},
			{409, "uniqueness", `PATCH /Groups/{crew}` + "\n" + `{"Operations":[{"op":"add","path":"members","value":[{"value":"{ben}"}]},{"op":"replace","path":"displayName","value":"ENGINE"}]}`},
			{404, "", `GET /Users/{crew}`}, {404, "", `GET /Groups/{ada}`}, {404, "", `DELETE /Groups/{ada}`}, {404, "", `PUT /Users/nobody` + "\n" + `{"userName":"x@halden.example"}`},
			{413, "", `PATCH /Users/{ada}` + "\n" + `{"Operations":[` + strings.Repeat(`{"op":"add","path":"title","value":"x"},`, 1000) + `{"op":"add","path":"title","value":"x"}]}`},
			{413, "", `PATCH /Users/{ada}` + "\n" + `{"Operations":[{"op":"add","path":"title","value":"` + strings.Repeat("x", 300<<10) + `"}]}`},
		} {
			k.refuses(c.status, c.scimType, c.request)
		}
		k.asks(200, `GET /Users/{ada}`).is(`{"userName":"ada@halden.example","active":true}`).lacksAll("title")
		k.has("crew", "ada")
		k.asks(200, `GET /Groups?count=0`).is(`{"totalResults":2}`)
		k.asks(200, `GET /Users?count=0`).is(fmt.Sprintf(`{"totalResults":%d}`, 2))
		// What nobody knows is no error.
		k.asks(200, `PATCH /Users/{ada}
{"Operations":[{"op":"add","value":{"shoeSize":43,"id":"x","meta":{"version":"y"},"urn:acme:2.0:User:admin":true}},{"op":"remove","path":"nickName"}]}`).is(`{"id":"{ada}","shoeSize":43,"urn:acme:2.0:User":{"admin":true}}`)
		k.isMember("ada@halden.example")
	})
}
