package id

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/oklog/ulid/v2"
)

// An id that does not survive its own printing would break every link.
func TestNewParsesBack(t *testing.T) {
	u := New[User]()
	got, err := Parse[User](string(u))
	if err != nil || got != u {
		t.Fatalf("Parse(%q) = %q, %v", u, got, err)
	}
	if !strings.HasPrefix(string(u), "user_") || len(u) != len("user_")+26 {
		t.Fatalf("shape of %q", u)
	}
}

// A foreign kind, a lower-case or a truncated id must not pass as one.
func TestParseRefusesOthers(t *testing.T) {
	for _, s := range []string{"", "user_", "org_01J9ZZZZZZZZZZZZZZZZZZZZZZ", "user_01j9zzzzzzzzzzzzzzzzzzzzzz",
		"user_01J9ZZZZZZZZZZZZZZZZZZZZZ", "user_01J9ZZZZZZZZZZZZZZZZZZZZZU!", "user_81J9ZZZZZZZZZZZZZZZZZZZZZZ", " user_01J9ZZZZZZZZZZZZZZZZZZZZZZ"} {
		if got, err := Parse[User](s); err == nil {
			t.Errorf("Parse(%q) = %q, want ErrMalformed", s, got)
		}
	}
}

// An organization's id begins like a domain's: the longer prefix is not the shorter one.
func TestDomainIsNotAnOrganization(t *testing.T) {
	if _, err := Parse[Organization](string(New[OrganizationDomain]())); err == nil {
		t.Fatal("a domain's id was read as an organization's")
	}
}

func TestClientIDsMayBeChosen(t *testing.T) {
	for s, ok := range map[string]bool{"client_01BENCH00000000000000BENCH": true, "client_my-app": true, "client_": false, "client_a b": false, "app": false} {
		if _, err := ParseClient(s); (err == nil) != ok {
			t.Errorf("ParseClient(%q): %v", s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("user_01J9ZZZZZZZZZZZZZZZZZZZZZZ")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := Parse[User](s); err == nil && string(got) != s {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

// Lists are ordered by id: what one process makes in a row must stay in a row,
// within a millisecond and when the clock is set back.
func TestIdsRise(t *testing.T) {
	s := sequence{entropy: ulid.Monotonic(rand.Reader, 0)}
	last := ""
	for i := range 10_000 {
		next := s.next(uint64(1_700_000_000_000 + i%3)).String()
		if next <= last {
			t.Fatalf("%s after %s", next, last)
		}
		last = next
	}
}
