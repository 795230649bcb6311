package scim

import (
	"encoding/json"
	"strings"
	"testing"

	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// Whoever reads the activity of a directory must not find anybody's password or
// a token of the provider's there.
func TestRecordsHoldNoSecrets(t *testing.T) {
	const canary = "hunter2-canary"
	for name, body := range map[string]string{
		"a user's password":       `{"userName":"ada","password":"` + canary + `"}`,
		"in another case":         `{"userName":"ada","PassWord":"` + canary + `"}`,
		"with its URN":            `{"urn:ietf:params:scim:schemas:core:2.0:User:password":"` + canary + `"}`,
		"below its URN":           `{"urn:ietf:params:scim:schemas:core:2.0:User":{"password":"` + canary + `"}}`,
		"an unknown extension":    `{"urn:acme:2.0:User":{"deep":[{"er":{"api_key":"` + canary + `"}}]}}`,
		"a custom token":          `{"customAccessTokenV2":"` + canary + `"}`,
		"a whole object":          `{"credentials":{"name":"x","value":["` + canary + `"]}}`,
		"PATCH by path":           `{"Operations":[{"op":"replace","value":"` + canary + `","path":"password"}]}`,
		"PATCH by a path's part":  `{"Operations":[{"op":"replace","path":"urn:acme:2.0:User:client_secret","value":"` + canary + `"}]}`,
		"PATCH without path":      `{"Operations":[{"op":"replace","value":{"password":"` + canary + `"}}]}`,
		"PATCH with a filter":     `{"Operations":[{"op":"remove","path":"emails[password eq \"` + canary + `\"]"}]}`,
		"a pair":                  `{"attributes":[{"name":"apiToken","value":"` + canary + `"}]}`,
		"a search":                `{"filter":"password eq \"` + canary + `\""}`,
		"a search, deeper":        `{"filter":"userName eq \"a\" and urn:acme:secretAnswer sw \"` + canary + `\""}`,
		"a Bulk":                  `{"Operations":[{"method":"POST","data":{"password":"` + canary + `"}}]}`,
		"a private key":           `{"private-key":"` + canary + `"}`,
		"an Authorization header": `{"headers":{"Authorization":"Bearer ` + canary + `"}}`,
	} {
		doc, err := schema.Decode([]byte(body))
		if err != nil {
			t.Fatal(name, err)
		}
		kept := redacted(doc)
		if strings.Contains(kept, canary) || !strings.Contains(kept, redaction) {
			t.Errorf("%s: %s", name, kept)
		}
		again, _ := json.Marshal(doc)
		if !strings.Contains(string(again), canary) {
			t.Errorf("%s: the request itself was changed", name)
		}
	}
	for query, want := range map[string]string{
		"access_token=hunter2-canary&count=1":          "access_token=[redacted]&count=1",
		"filter=password+eq+%22hunter2-canary%22":      "filter=[redacted]",
		"filter=userName+eq+%22ada%22&startIndex=1":    "filter=userName+eq+%22ada%22&startIndex=1",
		"%zz=hunter2-canary":                           "%zz=[redacted]",
		"api%5Fkey=hunter2-canary":                     "api%5Fkey=[redacted]",
		"filter=displayName%20eq%20%22Token%20Ring%22": "filter=displayName%20eq%20%22Token%20Ring%22",
	} {
		if got := redactQuery(query); got != want {
			t.Errorf("%s: %s", query, got)
		}
	}
}

// An ordinary request must be readable in the record as it was.
func TestRecordsKeepTheRest(t *testing.T) {
	const body = `{"Operations":[{"op":"Replace","path":"active","value":"False"}],"schemas":["urn:x"]}`
	doc, err := schema.Decode([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if got := redacted(doc); got != body {
		t.Errorf("%s", got)
	}
}

// A push of ten thousand members must not make its record as long.
func TestRecordsOfLongBodiesAreShort(t *testing.T) {
	ids := make([]string, 50_000)
	for i := range ids {
		ids[i] = `{"value":"directory_user_01ARZ3NDEKTSV4RRFFQ69G5FAV"}`
	}
	for name, body := range map[string]string{
		"a list":      `{"members":[` + strings.Join(ids, ",") + `]}`,
		"a text":      `{"title":"` + strings.Repeat("ä", 100_000) + `","z":1}`,
		"many fields": `{"x":[{` + strings.TrimSuffix(strings.Repeat(strings.TrimSuffix(manyFields(400), ",")+`},{`, 12), `,{`) + `]}`,
	} {
		doc, err := schema.Decode([]byte(body))
		if err != nil {
			t.Fatal(name, err)
		}
		kept := redacted(doc)
		if len(kept) > directory.MaxRequestBody || len(kept) < directory.MaxRequestBody/3 || !json.Valid([]byte(kept)) {
			t.Errorf("%s: %d bytes, valid %v", name, len(kept), json.Valid([]byte(kept)))
		}
	}
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`"f` + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + jsonNumber(i) + `":1,`)
	}
	return b.String()
}

func jsonNumber(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}
