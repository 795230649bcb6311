package config

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// A secret in a log is a breach, whatever verb or handler wrote it.
func TestSecretNeverPrints(t *testing.T) {
	const text = "hunter2-canary"
	s := NewSecret(text)
	type hidden struct{ s Secret }
	type open struct{ S Secret }
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p", "%o"} {
		fmt.Fprintf(&out, verb+"\n", s)
		fmt.Fprintf(&out, verb+"\n", &s)
		fmt.Fprintf(&out, verb+"\n", hidden{s})
		fmt.Fprintf(&out, verb+"\n", open{s})
		fmt.Fprintf(&out, verb+"\n", []Secret{s})
		fmt.Fprintf(&out, verb+"\n", map[string]Secret{"k": s})
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("x", "s", s, "p", &s, "o", open{s}, "h", hidden{s})
	}
	j, err := json.Marshal(map[string]any{"s": s, "o": open{s}, "p": &s})
	if err != nil {
		t.Fatal(err)
	}
	x, err := xml.Marshal(open{s})
	if err != nil {
		t.Fatal(err)
	}
	all := out.String() + string(j) + string(x)
	if strings.Contains(all, text) || strings.Contains(all, fmt.Sprintf("%x", text)) {
		t.Fatalf("the secret is in:\n%s", all)
	}
	if fmt.Sprint(s) != "[redacted]" || !strings.Contains(string(j), `"s":"[redacted]"`) {
		t.Errorf("a secret should say that it is hidden: %s", j)
	}
	if s.Reveal() != text {
		t.Error("Reveal lost the text")
	}
}

func TestZeroSecretIsEmpty(t *testing.T) {
	var s Secret
	if !s.Empty() || s.Reveal() != "" || s.String() != "[redacted]" {
		t.Error("the zero secret is not empty")
	}
}
