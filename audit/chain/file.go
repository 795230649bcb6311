package chain

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// HeaderObject is the object of an export's first line.
const HeaderObject = "audit_log_export"

// Header is an export's first line.
type Header struct {
	ID string
	// Selection says that entries are left out, by their type or whatever was
	// asked for: each of the others can be checked, that none is missing between
	// them cannot.
	Selection bool
	// Part says that entries up to some time were asked for: the file may end
	// before the head that is signed in it.
	Part      bool
	CreatedAt time.Time
}

// Line is the header as a line of JSON.
func (h Header) Line() []byte {
	b, _ := json.Marshal(header{HeaderObject, h.ID, Version, h.Selection, h.Part, h.CreatedAt.UTC().Format(microseconds)})
	return b
}

type header struct {
	Object    string `json:"object"`
	ID        string `json:"id"`
	Version   int    `json:"chain_version"`
	Selection bool   `json:"selection"`
	Part      bool   `json:"part"`
	CreatedAt string `json:"created_at"`
}

// FileReport is what verification found in a file.
type FileReport struct {
	Chains    []Report
	Faults    []Fault // the first hundred of each chain, the first bad entry of the file first
	Count     int     // of all faults
	Keys      Keys    // that signatures were checked with
	OwnKeys   bool    // they came in the file itself: compare them with the deployment's
	Selection bool
	Part      bool // asked for up to some time
	Other     int  // lines of other objects
}

// OK says that nothing is wrong.
func (r *FileReport) OK() bool { return r.Count == 0 }

// maxLine is the longest line that is read.
const maxLine = 16 << 20

// VerifyFile checks an export or what a log stream delivered: one record a
// line, of one or more chains, with checkpoints, expiries and keys between them;
// gzip is seen by its first bytes. Without keys it takes the file's own, which
// must stand before what they signed. An error says that the file could not be
// read, not that it is wrong.
func VerifyFile(r io.Reader, keys Keys) (*FileReport, error) {
	in, err := plain(r)
	if err != nil {
		return nil, err
	}
	f := &fileVerifier{chains: map[string]*Verifier{}, report: FileReport{Keys: keys, OwnKeys: keys == nil}}
	if keys == nil {
		f.report.Keys = Keys{}
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for lines.Scan() {
		f.number++
		if line := bytes.TrimSpace(lines.Bytes()); len(line) > 0 {
			f.line(line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading line %d: %w", f.number+1, err)
	}
	return f.end(), nil
}

func plain(r io.Reader) (io.Reader, error) {
	in := bufio.NewReader(r)
	if magic, _ := in.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return in, nil
	}
	unzipped, err := gzip.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("reading gzip: %w", err)
	}
	return unzipped, nil
}

type fileVerifier struct {
	number int
	chains map[string]*Verifier
	order  []string
	report FileReport
	stray  []Fault
}

func (f *fileVerifier) chain(organization string) *Verifier {
	v := f.chains[organization]
	if v == nil {
		v = NewVerifier(organization, f.report.Keys)
		v.Fragment, v.Selection, v.Part = true, f.report.Selection, f.report.Part
		f.chains[organization] = v
		f.order = append(f.order, organization)
	}
	return v
}

func (f *fileVerifier) line(text []byte) {
	var l struct {
		Object    string `json:"object"`
		Selection bool   `json:"selection"`
		Part      bool   `json:"part"`
	}
	if err := json.Unmarshal(text, &l); err != nil {
		f.unreadable("it is no line of JSON")
		return
	}
	switch l.Object {
	case RecordObject:
		r, err := ParseRecord(text)
		if err != nil {
			f.unreadable(err.Error())
			return
		}
		f.chain(r.Organization).RecordAt(r, f.number)
	case HeaderObject:
		f.report.Selection, f.report.Part = f.report.Selection || l.Selection, f.report.Part || l.Part
	case CheckpointObject, ExpiryObject, KeyObject:
		f.signed(l.Object, text)
	default:
		f.report.Other++
	}
}

func (f *fileVerifier) signed(object string, text []byte) {
	l, at, err := parseLine(text)
	if err != nil {
		f.unreadable(err.Error())
		return
	}
	switch object {
	case KeyObject:
		if f.report.OwnKeys {
			f.report.Keys[l.ID] = ed25519.PublicKey(l.PublicKey)
		}
	case CheckpointObject:
		c := Checkpoint{ID: l.ID, Organization: deref(l.Organization), Sequence: l.Sequence, Hash: *l.Hash, KeyID: l.KeyID, CreatedAt: at, Signature: l.Signature}
		f.chain(c.Organization).Checkpoint(c)
	case ExpiryObject:
		e := Expiry{ID: l.ID, Organization: deref(l.Organization), FirstSequence: l.FirstSequence, LastSequence: l.LastSequence, PreviousHash: *l.PreviousHash, Hash: *l.Hash,
			KeyID: l.KeyID, CreatedAt: at, Signature: l.Signature}
		f.chain(e.Organization).Expiry(e)
	}
}

var errIncomplete = errors.New("members are missing")

func parseLine(text []byte) (l line, at time.Time, err error) {
	if err := json.Unmarshal(text, &l); err != nil {
		return l, at, err
	}
	if l.Object != KeyObject && l.Hash == nil || l.Object == ExpiryObject && l.PreviousHash == nil {
		return l, at, errIncomplete
	}
	if l.CreatedAt != "" {
		at, err = time.Parse(time.RFC3339Nano, l.CreatedAt)
	}
	return l, at, err
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// unreadable is a line that says nothing: an entry may have stood there.
func (f *fileVerifier) unreadable(text string) {
	f.report.Count++
	if len(f.stray) < maxFaults {
		f.stray = append(f.stray, Fault{Kind: Altered, Line: f.number, Text: "the line cannot be read: " + text})
	}
}

func (f *fileVerifier) end() *FileReport {
	f.report.Faults = f.stray
	for _, organization := range f.order {
		v := f.chains[organization]
		v.End(0)
		faults, many := v.Faults()
		f.report.Faults, f.report.Count = append(f.report.Faults, faults...), f.report.Count+many
		f.report.Chains = append(f.report.Chains, v.Report())
	}
	slices.SortStableFunc(f.report.Faults, func(a, b Fault) int { return place(a) - place(b) })
	return &f.report
}

// place is where in the file a fault is; those of no line come last.
func place(f Fault) int {
	if f.Line == 0 {
		return int(^uint(0) >> 1)
	}
	return f.Line
}

// ParseKeys reads keys as the API lists them or as lines of a file.
func ParseKeys(text []byte) (Keys, error) {
	var list struct {
		Data []line `json:"data"`
	}
	rows := []line{}
	if json.Unmarshal(text, &list) == nil && list.Data != nil {
		rows = list.Data
	} else {
		for _, one := range bytes.Split(text, []byte("\n")) {
			if len(bytes.TrimSpace(one)) == 0 {
				continue
			}
			l, _, err := parseLine(one)
			if err != nil {
				return nil, fmt.Errorf("reading keys: %w", err)
			}
			rows = append(rows, l)
		}
	}
	keys := Keys{}
	for _, l := range rows {
		if l.Object != KeyObject {
			continue
		}
		if len(l.PublicKey) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("reading keys: %s has %d bytes of a key, and Ed25519 has %d", l.ID, len(l.PublicKey), ed25519.PublicKeySize)
		}
		keys[l.ID] = l.PublicKey
	}
	return keys, nil
}
