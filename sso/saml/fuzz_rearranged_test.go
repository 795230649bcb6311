package saml

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/beevik/etree"
)

// FuzzRearranged looks for the ninth wrapping: elements of a signed response,
// and of a forged assertion, are moved, copied and renamed as the fuzzer
// likes. Whatever comes of it, nobody but the person that was signed comes out.
func FuzzRearranged(f *testing.F) {
	var documents [][]byte
	for _, name := range []string{"signed-assertion", "signed-response", "signed-both", "gcm-signed-response"} {
		body, err := os.ReadFile(filepath.Join("testdata", "accepted", name, "response.xml"))
		if err != nil {
			f.Fatal(err)
		}
		documents = append(documents, body)
	}
	for kind := range byte(4) {
		f.Add(kind, []byte{})
		f.Add(kind, []byte{5, 0, 0, 0, 5, 0})                     // a forged assertion beside
		f.Add(kind, []byte{5, 0, 0, 1, 9, 5, 3, 5, 9})            // the signed one moved into it
		f.Add(kind, []byte{5, 0, 0, 1, 20, 4, 4, 6, 0})           // and ids exchanged
		f.Add(kind, []byte{0, 5, 20, 1, 5, 0, 2, 20, 0})          // copies
		f.Add(kind, []byte{5, 0, 0, 6, 30, 5, 1, 8, 30, 3, 2, 1}) // signatures
	}
	s := trustingAll(f)
	f.Fuzz(func(t *testing.T, kind byte, ops []byte) {
		d := etree.NewDocument()
		if err := d.ReadFromBytes(documents[int(kind)%len(documents)]); err != nil {
			t.Fatal(err)
		}
		for i := 0; i+2 < len(ops) && i < 3*12; i += 3 {
			rearrange(d.Root(), ops[i], int(ops[i+1]), int(ops[i+2]))
		}
		document, err := d.WriteToBytes()
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := verify(s, encodeField(document), Expect{RequestID: requestID, Now: casesAt.Add(time.Second)})
		if err != nil {
			refusedProperly(t, err)
		} else if got.NameID != "ada@a.example" || len(got.Attributes) != 2 || got.Attributes[1].Values[1] != "admins" {
			t.Errorf("forged: %+v\n%s", got, document)
		}
	})
}

// rearrange is one step: op says what happens to the element at number from,
// and to is another's number.
func rearrange(root *etree.Element, op byte, from, to int) {
	all := append(root.FindElements(".//*"), root)
	a, b := all[from%len(all)], all[to%len(all)]
	switch op % 7 {
	case 0:
		b.AddChild(a.Copy())
	case 1:
		if a != root && !below(a, b) {
			a.Parent().RemoveChild(a)
			b.AddChild(a)
		}
	case 2:
		if b != root {
			b.Parent().InsertChildAt(b.Index(), a.Copy())
		}
	case 3:
		if a != root {
			a.Parent().RemoveChild(a)
		}
	case 4:
		x, y := a.SelectAttrValue("ID", ""), b.SelectAttrValue("ID", "")
		if x != "" && y != "" {
			a.CreateAttr("ID", y)
			b.CreateAttr("ID", x)
		}
	case 5:
		if assertion := root.FindElement(".//Assertion"); assertion != nil && assertion.FindElement("./Subject/NameID") != nil {
			forged := evil(assertion)
			forged.CreateAttr("ID", "_evil-"+count(from))
			b.AddChild(forged)
		}
	case 6:
		if name := a.FindElement(".//NameID"); name != nil {
			name.SetText("owner@a.example")
		}
	}
}

// below says whether b stands in a.
func below(a, b *etree.Element) bool {
	for ; b != nil; b = b.Parent() {
		if a == b {
			return true
		}
	}
	return false
}
