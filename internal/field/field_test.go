package field_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"gatehouse/internal/field"
	"gatehouse/internal/problem"
)

func p(s string) *string { return &s }

// A key with null goes, a key that is not named stays: applications rely on
// patching one key.
func TestMetadataIsPatched(t *testing.T) {
	got, err := field.Metadata(map[string]string{"a": "1", "b": "2"}, map[string]*string{"a": nil, "c": p("3"), "none": nil})
	if err != nil || !maps.Equal(got, map[string]string{"b": "2", "c": "3"}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := field.Metadata(nil, nil); got == nil || err != nil {
		t.Errorf("empty metadata must be an object: %v, %v", got, err)
	}
}

// Metadata that is too large would make tokens and rows grow without bound.
func TestMetadataIsBounded(t *testing.T) {
	many := map[string]string{}
	for i := range 51 {
		many[fmt.Sprint(i)] = "x"
	}
	for name, m := range map[string]map[string]string{
		"51 keys": many, "empty key": {"": "x"}, "long key": {strings.Repeat("k", 41): "x"},
		"long value": {"k": strings.Repeat("v", 601)}, "NUL": {"k": "a\x00"}, "not UTF-8": {"k": "\xff"},
	} {
		if _, err := field.NewMetadata(m); !errors.Is(err, field.ErrInvalidMetadata) {
			t.Errorf("%s: %v", name, err)
		}
	}
	edge := map[string]string{strings.Repeat("ü", 40): strings.Repeat("ü", 600)}
	if _, err := field.NewMetadata(edge); err != nil {
		t.Errorf("bounds count characters: %v", err)
	}
	delete(many, "50")
	if _, err := field.Metadata(many, map[string]*string{"0": nil, "new": p("x")}); err != nil {
		t.Errorf("a full one whose key is exchanged: %v", err)
	}
}

// An external id is ASCII and short; null and empty clear it.
func TestExternalIDsAreBounded(t *testing.T) {
	for _, s := range []string{strings.Repeat("x", 129), "é", "a\nb", "a\x00", " "} {
		if _, err := field.ExternalID(&s); !errors.Is(err, field.ErrInvalidExternalID) {
			t.Errorf("%q: %v", s, err)
		}
	}
	if got, err := field.ExternalID(p("")); got != nil || err != nil {
		t.Errorf("empty: %v, %v", got, err)
	}
	if got, err := field.ExternalID(p("crm|42 b")); err != nil || *got != "crm|42 b" {
		t.Errorf("%v, %v", got, err)
	}
}

// Names end up in mail headers, logs and pages: one line, printable, bounded.
func TestTextIsOnePrintableLine(t *testing.T) {
	for _, s := range []string{"a\r\nBcc: x", "a\x1b[31m", "evil\u202egnp.exe", "\xff", strings.Repeat("x", 256)} {
		if _, err := field.Required("name", s, field.MaxName); problem.As(err) == nil || problem.As(err).Status() != 422 {
			t.Errorf("%q: %v", s, err)
		}
	}
	if _, err := field.Required("name", "  ", field.MaxName); err == nil {
		t.Error("blank")
	}
	if got, err := field.Required("name", "  Müller & <b> ", field.MaxName); got != "Müller & <b>" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// A User-Agent is kept as far as it can be shown, whatever was sent.
func TestClipKeepsWhatCanBeShown(t *testing.T) {
	if got := field.Clip("Mozilla\x00/5.0\r\n \xff\xfe", 100); got == nil || *got != "Mozilla/5.0 " {
		t.Errorf("%v", got)
	}
	if got := field.Clip(strings.Repeat("ü", 10), 5); got == nil || *got != "üü" {
		t.Errorf("%v", got)
	}
	if field.Clip("", 5) != nil {
		t.Error("empty is absent")
	}
}
