package chain

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

// X7: a name that ends a line or moves the cursor would write entries of its
// own into whatever reads an export or a stream. And escaping it must not make
// a good line look forged.
func TestALineIsOneLineAndVerifies(t *testing.T) {
	for _, hostile := range []string{"a\u2028b\u2029", "\u009b31m", "\x7f", `\\u2028`, `{\"level\":\"admin\"}`, "\U0001f600"} {
		for _, data := range []string{`{"name":"` + hostile + `"}`, `{ "name" : "` + hostile + `" }`} {
			if !json.Valid([]byte(data)) {
				t.Fatalf("%q", data)
			}
			e := Entry{ID: "event_x", Organization: "org_x", Type: "user.created", OccurredAt: time.Unix(1, 0), RecordedAt: time.Unix(1, 0), Targets: json.RawMessage(`[]`), Data: json.RawMessage(data)}
			r := Next(e, 4, Hash{})
			line := r.Line()
			if bytes.IndexFunc(line, delicate) >= 0 || bytes.ContainsAny(line, "\r\n\x1b") {
				t.Errorf("%q", line)
			}
			back, err := ParseRecord(line)
			if err != nil || !back.Holds() || back.Hash != r.Hash {
				t.Errorf("%q: %v, %v", line, back.Holds(), err)
			}
			var was, is any
			if json.Unmarshal([]byte(data), &was) != nil || json.Unmarshal(back.Data, &is) != nil || was.(map[string]any)["name"] != is.(map[string]any)["name"] {
				t.Errorf("%q became %q", data, back.Data)
			}
		}
	}
}
