package sink

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/netip"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"gatehouse/internal/netguard"
)

// local reaches this machine, as the tests' receivers are on it.
func local() Dial {
	return Dial{Guard: netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}), Now: time.Now}
}

// strict reaches the internet alone.
func strict() Dial { return Dial{Guard: netguard.New(nil), Now: time.Now} }

var hour = time.Date(2026, 11, 28, 3, 30, 0, 0, time.UTC)

// entry is one at a position, of an organization, recorded then.
func entry(position int64, organization string, at time.Time) Entry {
	key := "event_" + ulid.MustNew(ulid.Timestamp(at), bytes.NewReader(make([]byte, 16))).String()
	return Entry{Position: position, Sequence: position, Organization: organization, ID: key, Type: "user.created", OccurredAt: at.AddDate(-10, 0, 0),
		Line: fmt.Appendf(nil, `{"id":%q,"organization_id":%q,"sequence":%d}`, key, organization, position)}
}

func unpacked(t *testing.T, r io.Reader) string {
	t.Helper()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// An entry in another organization's directory is a leak; one in no object is lost.
func TestABatchIsAnObjectForEachOrganizationAndHour(t *testing.T) {
	s := &objectSink{prefix: "logs"}
	b := Batch{[]Entry{entry(1, "org_A", hour), entry(2, "org_B", hour), entry(3, "", hour), entry(4, "org_A", hour.Add(20*time.Minute)), entry(5, "org_A", hour.Add(31*time.Minute))}}
	objects, err := s.objects(b)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"logs/organization=org_A/year=2026/month=11/day=28/hour=03": "1 4", "logs/organization=org_B/year=2026/month=11/day=28/hour=03": "2",
		"logs/organization=deployment/year=2026/month=11/day=28/hour=03": "3", "logs/organization=org_A/year=2026/month=11/day=28/hour=04": "5",
	}
	for _, o := range objects {
		var lines string
		for _, p := range strings.Fields(want[path.Dir(o.key)]) {
			lines += string(b.Entries[p[0]-'1'].Line) + "\n"
		}
		if got := unpacked(t, bytes.NewReader(o.body)); got != lines {
			t.Errorf("%s holds %s", o.key, got)
		}
		delete(want, path.Dir(o.key))
	}
	if len(want) > 0 || len(objects) != 4 {
		t.Errorf("no object for %v", want)
	}
}

// A batch that is sent again after a crash must not write a second copy, and
// one that was cut otherwise must not take another one's place.
func TestNamesOfObjectsHoldWhatTheyAreMadeOf(t *testing.T) {
	s := &objectSink{}
	key := func(entries ...Entry) string {
		objects, err := s.objects(Batch{entries})
		if err != nil || len(objects) != 1 {
			t.Fatal(objects, err)
		}
		return objects[0].key
	}
	first := key(entry(1, "org_A", hour), entry(2, "org_A", hour), entry(3, "org_A", hour))
	if again := key(entry(1, "org_A", hour), entry(2, "org_A", hour), entry(3, "org_A", hour)); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	for _, other := range []string{key(entry(1, "org_A", hour), entry(2, "org_A", hour)), key(entry(1, "org_A", hour), entry(3, "org_A", hour))} {
		if other == first {
			t.Errorf("%s holds other entries too", first)
		}
	}
	if base := path.Base(first); !strings.HasPrefix(base, "00000000000000000001-00000000000000000003-") || !strings.HasSuffix(base, ".ndjson.gz") {
		t.Error(base)
	}
}

// X13: a prefix that leads out of its directory would be another organization's.
func TestPrefixesStayWhereTheyAre(t *testing.T) {
	for _, bad := range []string{"..", "../x", "a/../../b", "a//b", "a/./b", `a\b`, "a b", "a?b", "a#b", "ü", "a/../organization=org_B", strings.Repeat("x", 201)} {
		if p, err := prefixOf(Settings{Values: map[string]string{"prefix": bad}}); err == nil {
			t.Errorf("%q is the prefix %q", bad, p)
		}
	}
	for text, want := range map[string]string{"": "", "/logs/": "logs", "a/b": "a/b", "logs.2026_x-1": "logs.2026_x-1"} {
		if p, err := prefixOf(Settings{Values: map[string]string{"prefix": text}}); err != nil || p != want {
			t.Errorf("%q is the prefix %q, %v", text, p, err)
		}
	}
}
