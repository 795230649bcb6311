package saml

import (
	"crypto/x509"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gatehouse/sso/trail"
)

var update = flag.Bool("update", false, "write testdata/refused and testdata/accepted anew")

// attackCase is case.json of a folder: what the connection trusts, what the
// caller knows, and what must become of response.xml. response.b64 stands for
// it where the field itself is the attack.
type attackCase struct {
	Why    string `json:"why"`
	Code   string `json:"code,omitempty"`    // refused: with this, and no other
	NameID string `json:"name_id,omitempty"` // accepted: as this
	Warned bool   `json:"warned,omitempty"`  // accepted, with a warning
	Values int    `json:"values,omitempty"`  // accepted, with so many attribute values

	Certificates     []string `json:"certificates"` // files of testdata/keys
	LegacyEncryption []string `json:"legacy_encryption,omitempty"`
	WantEncrypted    bool     `json:"want_encrypted,omitempty"`

	RequestID   string    `json:"request_id,omitempty"`
	Unsolicited bool      `json:"unsolicited,omitempty"`
	Now         time.Time `json:"now"`
}

func (c attackCase) settings(t testing.TB) Settings {
	t.Helper()
	ours := testKey(t, "ours")
	s := Settings{
		EntityID: ourEntityID, ACSURL: ourACS, SLOURL: ourSLO, SigningKey: ours, DecryptionKeys: []*Key{ours},
		IdPEntityID: theirID, LegacyEncryption: c.LegacyEncryption, WantEncrypted: c.WantEncrypted,
	}
	for _, name := range c.Certificates {
		s.Certificates = append(s.Certificates, testCertificate(t, name))
	}
	return s
}

func (c attackCase) expect() Expect {
	return Expect{RequestID: c.RequestID, Unsolicited: c.Unsolicited, Now: c.Now}
}

// Each of these documents has broken somebody's service provider, or the
// library below ours (SECURITY.md S1 to S16). One that is accepted lets
// somebody in as somebody else; one that is refused for another reason than
// its own is held by luck.
func TestHostileResponsesAreRefused(t *testing.T) {
	t.Parallel()
	forEachCase(t, "refused", func(t *testing.T, c attackCase, field string) {
		got, steps, err := verify(c.settings(t), field, c.expect())
		r := trail.As(err)
		if r == nil {
			t.Fatalf("%s\naccepted as %+v (%v)", c.Why, got, err)
		}
		if r.Code() != c.Code {
			t.Errorf("%s\nrefused with %s (%+v), want %s", c.Why, r.Code(), r, c.Code)
		}
		if steps != nil && (steps.Failure() == nil || steps.Failure().Check != r.Check) {
			t.Errorf("the trail %+v does not end with %s", steps, r.Check)
		}
	})
}

// Each of these is what some provider sends (reference/idp-quirks.md): a
// refusal keeps a whole organization out.
func TestUnusualResponsesAreAccepted(t *testing.T) {
	t.Parallel()
	forEachCase(t, "accepted", func(t *testing.T, c attackCase, field string) {
		got, steps, err := verify(c.settings(t), field, c.expect())
		if err != nil {
			t.Fatalf("%s\nrefused: %v %+v", c.Why, err, trail.As(err))
		}
		values := 0
		for _, a := range got.Attributes {
			values += len(a.Values)
		}
		if got.NameID != c.NameID || len(got.Warnings) > 0 != c.Warned || values != c.Values {
			t.Errorf("%s\naccepted as %q with %d values, warnings %q", c.Why, got.NameID, values, got.Warnings)
		}
		if steps.Failure() != nil || len(steps.Steps) != len(checks) {
			t.Errorf("trail %+v", steps)
		}
	})
}

func forEachCase(t *testing.T, kind string, judge func(*testing.T, attackCase, string)) {
	t.Helper()
	made := writtenCases()
	if *update {
		writeCases(t, kind, made[kind])
	}
	folders, err := os.ReadDir(filepath.Join("testdata", kind))
	if err != nil {
		t.Fatal(err)
	}
	var there, wanted []string
	for _, c := range made[kind] {
		wanted = append(wanted, c.name)
	}
	for _, folder := range folders {
		there = append(there, folder.Name())
		t.Run(folder.Name(), func(t *testing.T) {
			t.Parallel()
			c, field := readCase(t, filepath.Join("testdata", kind, folder.Name()))
			judge(t, c, field)
		})
	}
	slices.Sort(wanted)
	if !slices.Equal(there, wanted) {
		t.Errorf("folders %v\ncases %v: run with -update", there, wanted)
	}
}

func readCase(t testing.TB, folder string) (attackCase, string) {
	t.Helper()
	var c attackCase
	body, err := os.ReadFile(filepath.Join(folder, "case.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &c); err != nil {
		t.Fatal(err)
	}
	if document, err := os.ReadFile(filepath.Join(folder, "response.xml")); err == nil {
		return c, encodeField(document)
	}
	field, err := os.ReadFile(filepath.Join(folder, "response.b64"))
	if err != nil {
		t.Fatal(err)
	}
	return c, string(field)
}

// testKey is one of the key pairs that the documents were made with. They
// protect nothing.
func testKey(t testing.TB, name string) *Key {
	t.Helper()
	document, err := os.ReadFile(filepath.Join("testdata", "keys", name+".pem"))
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseKey(document)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func testCertificate(t testing.TB, name string) *x509.Certificate {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "keys", name+".crt"))
	if err != nil {
		t.Fatal(err)
	}
	der, err := certificateDER(string(body))
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der) // not ParseCertificate: weak keys are among them
	if err != nil {
		t.Fatal(err)
	}
	return c
}
