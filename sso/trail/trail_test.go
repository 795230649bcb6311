package trail

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gatehouse/internal/problem"
)

var errTest = problem.New(problem.BadRequest, "saml_test", "That is refused.")

// What a provider sends is shown to admins: a line break would forge a line of
// the log, and a direction mark would turn an address around.
func TestTextsFromOutsideAreCleaned(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nlevel=admin":             "a level=admin",
		"evil\u202egpj.exe":            "evil gpj.exe",
		"\x1b[31mred":                  "[31mred",
		"bad\xffbyte":                  "bad�byte",
		" spaced \u2028 out ":          "spaced out",
		"https://idp.example/metadata": "https://idp.example/metadata",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Clean(strings.Repeat("ü", 10_000)); len([]rune(got)) != maxRunes || !strings.HasSuffix(got, "…") {
		t.Errorf("a long text has %d characters", len([]rune(got)))
	}
}

// A handler that cannot see the problem inside a refusal answers 500.
func TestRefusalIsItsProblem(t *testing.T) {
	err := fmt.Errorf("verifying: %w", Refuse(errTest, Audience, "ours\n", "theirs"))
	if !errors.Is(err, errTest) || problem.As(err) == nil {
		t.Error("the problem is not found in the refusal")
	}
	r := As(err)
	if r == nil || r.Check != Audience || r.Expected != "ours" || r.Received != "theirs" || r.Code() != "saml_test" {
		t.Errorf("refusal %+v", r)
	}
	if As(errTest) != nil {
		t.Error("a plain problem is taken for a refusal")
	}
}

// The portal explains the first failure: it must be found among the others.
func TestFailureIsTheFirstFailedStep(t *testing.T) {
	var tr Trail
	tr.Pass(Address, "")
	tr.Warn(Signature, "expired")
	if tr.Failure() != nil {
		t.Error("nothing failed yet")
	}
	tr.Refuse(Refuse(errTest, Time, "a", "b"))
	tr.Skip(Subject, "")
	if f := tr.Failure(); f == nil || f.Check != Time || f.Detail != errTest.Message || f.Expected != "a" {
		t.Errorf("failure %+v", f)
	}
}
