package saml

import (
	"bytes"
	"crypto"
	_ "crypto/sha1" // what the oldest documents use
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// Our canonicalizer decides what a signature covers: it must write what others
// write. These are the corners of the recommendation.
func TestCanonicalForm(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`<a/>`:                                              `<a></a>`,
		"<a>\r\n x\t</a>":                                   "<a>\n x\t</a>",
		`<a>&lt;&gt;&amp;&quot;'&#13;</a>`:                  `<a>&lt;&gt;&amp;"'&#xD;</a>`,
		`<a b='&quot;&lt;&gt;&#9;&#10;&#13;'/>`:             `<a b="&quot;&lt;>&#x9;&#xA;&#xD;"></a>`,
		`<a><![CDATA[<x>]]>y<!-- z -->w</a>`:                `<a>&lt;x&gt;yw</a>`,
		`<a c="1" b="2"/>`:                                  `<a b="2" c="1"></a>`,
		`<a xmlns:x="urn:x" xmlns="urn:d"><b/></a>`:         `<a xmlns="urn:d"><b></b></a>`,
		`<a xmlns="urn:d"><b xmlns=""/></a>`:                `<a xmlns="urn:d"><b xmlns=""></b></a>`,
		`<a xmlns:x="urn:x"><x:b/><x:c/></a>`:               `<a><x:b xmlns:x="urn:x"></x:b><x:c xmlns:x="urn:x"></x:c></a>`,
		`<x:a xmlns:x="urn:x"><x:b xmlns:x="urn:x"/></x:a>`: `<x:a xmlns:x="urn:x"><x:b></x:b></x:a>`,
		`<a xmlns:z="urn:1" xmlns:y="urn:2" z:b="1" y:b2="2" c="3" xml:lang="en"/>`: `<a xmlns:y="urn:2" xmlns:z="urn:1" c="3" xml:lang="en" z:b="1" y:b2="2"></a>`,
		`<?xml version="1.0"?><!-- c --><a/>`:                                       `<a></a>`,
	} {
		n, err := read([]byte(in), messageLimits)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if got := string(canonical(n, nil, nil)); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

// A prefix list keeps declarations that nothing shows to be used, wherever
// around they stand.
func TestCanonicalFormWithPrefixList(t *testing.T) {
	t.Parallel()
	n, err := read([]byte(`<r xmlns="urn:d" xmlns:xs="urn:xs" xmlns:un="urn:un"><a><b xmlns:xs="urn:xs" c="xs:string"/></a></r>`), messageLimits)
	if err != nil {
		t.Fatal(err)
	}
	a := n.only("urn:d", "a")
	if got, want := string(canonical(a, nil, []string{"xs", "", "none"})), `<a xmlns="urn:d" xmlns:xs="urn:xs"><b c="xs:string"></b></a>`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// agreesWithGoxmldsig compares our canonical form with that of software that
// we did not write, but for three things that goxmldsig does otherwise than the
// recommendation: it sorts attributes with several prefixes by their local
// names, says xmlns="" where nothing else held, and leaves CDATA sections.
func agreesWithGoxmldsig(t *testing.T, document []byte, root *node) {
	t.Helper()
	otherwise := bytes.Contains(document, []byte("<![CDATA["))
	root.walk(func(n *node) {
		prefixes := 0
		for _, a := range n.attrs {
			if a.prefix != "" {
				prefixes++
			}
		}
		otherwise = otherwise || prefixes > 1 || slices.Contains(n.declared, binding{})
	})
	if otherwise {
		return
	}
	d := etree.NewDocument()
	if err := d.ReadFromBytes(document); err != nil {
		t.Fatalf("etree does not read what we read: %v\n%s", err, document)
	}
	theirs, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(d.Root())
	if err != nil {
		t.Fatalf("goxmldsig: %v\n%s", err, document)
	}
	if ours := canonical(root, nil, nil); !bytes.Equal(ours, theirs) {
		t.Errorf("canonical forms differ\n   ours %s\n theirs %s", ours, theirs)
	}
}

// Documents that real providers signed, as the library keeps them for its own
// tests: what our canonicalizer makes of each must have the digest that the
// provider computed. (They use SHA-1, so none would be accepted.)
func TestCanonicalFormIsWhatProvidersSigned(t *testing.T) {
	t.Parallel()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/crewjam/saml").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "testdata", "*esponse"))
	if err != nil {
		t.Fatal(err)
	}
	agreed := 0
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := decodeBase64(string(body)); ok {
			body = b
		}
		root, err := read(body, messageLimits)
		if err != nil || strings.Contains(file, "Xsw") || strings.Contains(file, "Rejects") || strings.Contains(file, "TestIDP") {
			continue // not strict enough, made to be wrong, or made by the library itself
		}
		root.walk(func(n *node) {
			if !n.is(signatureNS, "Signature") || n.parent == nil {
				return
			}
			if got, want, ok := digestOf(n); ok && !bytes.Equal(got, want) {
				t.Errorf("%s: the signature in %s: digest %x, the provider had %x", filepath.Base(file), n.parent.local, got, want)
			} else if ok {
				agreed++
			}
		})
	}
	t.Logf("%d signatures agree", agreed)
	if agreed < 5 {
		t.Errorf("only %d signatures were compared", agreed)
	}
}

// digestOf is our digest of what a signature covers, and the one it says.
func digestOf(signature *node) (got, want []byte, ok bool) {
	info := signature.only(signatureNS, "SignedInfo")
	ref := info.only(signatureNS, "Reference")
	all := ref.only(signatureNS, "Transforms").elements(signatureNS, "Transform")
	if ref.attribute("URI") != "#"+signature.parent.attribute("ID") || len(all) != 2 || all[1].attribute("Algorithm") != excC14N {
		return nil, nil, false
	}
	prefixes, r := exclusive(all[1])
	if r != nil {
		return nil, nil, false
	}
	hash := crypto.SHA1
	if strings.HasSuffix(algorithmOf(ref.only(signatureNS, "DigestMethod")), "sha256") {
		hash = crypto.SHA256
	}
	h := hash.New()
	h.Write(canonical(signature.parent, signature, prefixes))
	want, ok = decodeBase64(ref.only(signatureNS, "DigestValue").word())
	return h.Sum(nil), want, ok
}
