package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// hostileBodies are what no provider sends, and whoever found a token does.
func hostileBodies() map[string]string {
	deep := strings.Repeat(`{"a":`, 100_000)
	return map[string]string{
		"nothing": ``, "null": `null`, "a list": `[]`, "a text": `"x"`, "a number": `1`, "half": `{"userName":`, "two": `{}{}`, "HTML": `<html>`,
		"NUL": `{"userName":"a\u0000b","displayName":"a\u0000b"}`, "raw NUL": "{\"userName\":\"a\x00b\"}", "no UTF-8": "{\"userName\":\"a\xff\xfe\",\"displayName\":\"\xc3\x28\"}",
		"a lone surrogate": `{"userName":"a\ud800b","displayName":"\udfff"}`, "deep objects": deep, "deep lists": `{"x":` + strings.Repeat("[", 500_000),
		"a huge number":  `{"userName":"big@halden.example","displayName":"big","x":` + strings.Repeat("9", 100_000) + `}`,
		"a huge power":   `{"userName":"pow@halden.example","displayName":"pow","x":1e999999999}`,
		"twice the same": `{"userName":"a","userName":"b","displayName":"c"}`, "in two cases": `{"userName":"a","USERNAME":"b"}`,
		"wrong types":  `{"userName":{},"displayName":[],"emails":7,"active":[],"name":"x","members":{"value":{"value":1}},"schemas":"x","externalId":[1]}`,
		"a blank name": `{"userName":"  ","displayName":"\t"}`, "a long name": `{"userName":"` + strings.Repeat("a", 100_000) + `","displayName":"` + strings.Repeat("a", 100_000) + `"}`,
		"control characters": `{"userName":"a\u0007b\u001b[31m","displayName":"a\r\nb"}`, "two primaries": `{"userName":"two@halden.example","emails":[{"value":"a","primary":true},{"value":"b","primary":true}]}`,
		"a prototype": `{"__proto__":{"admin":true},"constructor":{"prototype":{}},"userName":"proto@halden.example","displayName":"proto"}`,
		"many values": `{"userName":"many@halden.example","displayName":"many","emails":[` + strings.TrimSuffix(strings.Repeat(`{"value":"a@b.example"},`, 5000), ",") + `]}`,
		"bad members": `{"displayName":"bad","members":[{"value":"x"},{"value":null},{"value":{}},1,[],"` + strings.Repeat("y", 5000) + `"]}`,
	}
}

func hostilePatches() map[string]string {
	all := map[string]string{}
	for name, operations := range map[string]string{
		"no list": `{}`, "no operation": `[1]`, "no op": `[{}]`, "a wrong op": `[{"op":"destroy"}]`, "op of a number": `[{"op":1}]`, "a path of a number": `[{"op":"add","path":1,"value":1}]`,
		"an endless path": `[{"op":"replace","path":"` + strings.Repeat("a.", 50_000) + `","value":1}]`, "an open bracket": `[{"op":"replace","path":"emails[","value":1}]`,
		"a nested path": `[{"op":"replace","path":"emails[type[a eq \"b\"] eq \"c\"].value","value":1}]`, "brackets on a text": `[{"op":"replace","path":"userName[a eq 1]","value":1}]`,
		"deep brackets": `[{"op":"remove","path":"members[` + strings.Repeat("(", 5000) + `"}]`, "removal of nothing": `[{"op":"remove"}]`, "removal of the name": `[{"op":"remove","path":"userName"},{"op":"remove","path":"displayName"}]`,
		"id": `[{"op":"replace","path":"id","value":"x"}]`, "meta": `[{"op":"add","path":"meta.created","value":"x"}]`, "a NUL in the path": `[{"op":"add","path":"a\u0000","value":"x"}]`,
		"a null value": `[{"op":"add","path":"active","value":null}]`, "an object for a text": `[{"op":"replace","path":"userName","value":{"a":1}}]`, "a list for active": `[{"op":"replace","path":"active","value":[true,false]}]`,
		"members of objects": `[{"op":"add","path":"members","value":{"value":{"value":"x"}}}]`, "members of numbers": `[{"op":"add","path":"members","value":[1,2]}]`, "unknown members": `[{"op":"add","path":"members","value":[{"value":"directory_user_01ARZ3NDEKTSV4RRFFQ69G5FAV"}]}]`,
		"a thousand and one": `[` + strings.TrimSuffix(strings.Repeat(`{"op":"add","path":"title","value":"x"},`, 1001), ",") + `]`, "an unknown urn": `[{"op":"add","path":"urn:::","value":1}]`, "a colon": `[{"op":"add","path":":","value":1}]`,
	} {
		all[name] = `{"schemas":["` + patchURN + `"],"Operations":` + operations + `}`
	}
	for name, body := range hostileBodies() {
		all[name] = body
	}
	return all
}

// Whatever comes in is answered in SCIM's shape with a sentence, and a 5xx
// never: an Entra job that sees those stops for everybody.
func TestNoInputBreaksTheEndpoints(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		ada := p.user("ada@halden.example")
		crew := p.group("Crew", ada)
		for _, c := range []struct {
			method, path string
			bodies       map[string]string
		}{
			{"POST", "/Users", hostileBodies()}, {"PUT", "/Users/" + ada, hostileBodies()}, {"PATCH", "/Users/" + ada, hostilePatches()},
			{"POST", "/Groups", hostileBodies()}, {"PUT", "/Groups/" + crew, hostileBodies()}, {"PATCH", "/Groups/" + crew, hostilePatches()},
			{"POST", "/Users/.search", hostileBodies()}, {"POST", "/Groups/.search", hostileBodies()}, {"POST", "/Bulk", hostileBodies()},
		} {
			for name, body := range c.bodies {
				p.unbroken(name, p.do(c.method, c.path, body))
			}
		}
		if a := p.want(http.StatusOK, "GET", "/Users?count=200", nil); !json.Valid([]byte(a.Raw)) {
			t.Errorf("the list is broken: %s", a.Raw)
		}
		p.want(http.StatusOK, "GET", "/Groups?count=200", nil)
	})
}

// unbroken holds an answer to being one.
func (p *pushed) unbroken(what string, a Answer) {
	p.T.Helper()
	switch {
	case a.Status >= 500 && a.Status != http.StatusNotImplemented:
		p.T.Errorf("%s: %d %s", what, a.Status, a.Raw)
	case a.Status >= 400:
		p.isRefusal(a, a.Status, a.Text("scimType"))
		for _, leak := range []string{"SQL", "sqlite", "pq:", "goroutine", "json:", "strconv", "gorm", "panic"} {
			if strings.Contains(a.Text("detail"), leak) {
				p.T.Errorf("%s: the administrator reads %q", what, a.Text("detail"))
			}
		}
	}
}

// Addresses that two readers could read differently, and parameters that are
// none.
func TestNoAddressBreaksTheEndpoints(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		p := s.directory("Halden Marine", "halden.example")
		ada := p.user("ada@halden.example")
		for path, want := range map[string]int{
			"/Users/": 200, "/Users/?count=1": 200, "/Users/" + ada + "/": 200, "/Users/" + strings.ReplaceAll(ada, "_", "%5F"): 200, "/Users/" + strings.ReplaceAll(ada, "_", "%255F"): 404,
			"/Users/" + ada + "%2F": 404, "/Users/" + ada + "%00": 400, "/Users/%ff": 400, "/Users/..%2FGroups": 404, "/Users/" + ada + "/x": 404, "/Users/" + strings.ToLower(ada): 404, "/Users/" + strings.Repeat("a", 5000): 404,
			"/Users//" + ada: 404, "/users": 404, "/Me": 501, "/Me/": 501, "/Self": 404, "/": 404, "": 404, "/.search": 404, "/Users/.search": 404, "/Schemas/" + strings.ToUpper(userURN): 200, "/Schemas/" + url.PathEscape(groupURN): 200, "/Schemas/urn:x": 404,
			"/ResourceTypes/User": 200, "/ResourceTypes/user": 200, "/ResourceTypes/Nothing": 404, "/ServiceProviderConfig/": 200, "/ServiceProviderConfig/x": 404, "/Groups/" + ada: 404,
			"/Users?filter=" + url.QueryEscape(`userName eq "`+strings.Repeat("x", 20_000)+`"`): 400, "/Schemas?filter=id%20pr": 403, "/ResourceTypes?filter=x": 403, "/ServiceProviderConfig?filter=x": 403,
			"/Users?attributes=" + strings.Repeat("a,", 2000): 200, "/Users?count=1&count=2": 400, "/Users?sortBy=nothing": 200, "/Users?sortBy=%5B%5D": 400, "/Users?sortBy=userName&sortOrder=DESCENDING": 200, "/Users?%zz": 400, "/Users?startIndex=x": 400,
			"/Users?attributes=%00": 400, "/Users?attributes=userName,,emails.value&excludedAttributes=id": 200, "/Users/" + ada + "?attributes=" + url.QueryEscape("urn:::x"): 200,
		} {
			a := p.do("GET", path, nil)
			if a.Status != want && !(strings.HasPrefix(path, "/Users?sortBy=nothing") && a.Status == 400) {
				t.Errorf("GET %.100s: %d, want %d: %.300s", path, a.Status, want, a.Raw)
			}
			p.unbroken(path, a)
		}
		for _, method := range []string{"PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "HEAD", "BREW", "CONNECT"} {
			a := p.do(method, "/Users", nil)
			if a.Status != http.StatusMethodNotAllowed || a.Header.Get("Allow") == "" {
				t.Errorf("%s: %d %s, Allow %q", method, a.Status, a.Raw, a.Header.Get("Allow"))
			}
		}
		for media, want := range map[string]int{"text/plain": 415, "application/x-www-form-urlencoded": 415, "application/xml": 415, "": 400, "application/json; charset=iso-8859-1": 400, "application/scim+json;charset=utf-8": 400} {
			if a := p.do("POST", "/Users", `{}`, "Content-Type", media); a.Status != want {
				t.Errorf("%q: %d, want %d: %s", media, a.Status, want, a.Raw)
			}
		}
	})
}
