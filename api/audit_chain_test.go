package api

import (
	"bytes"
	"fmt"
	"testing"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// A customer keeps the answers of this API and nothing else: with them, and the
// entries, they must be able to prove what was there.
func TestACheckpointProvesTheEntriesBeforeIt(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		w.record(org, appEvent("invoice.paid", ""))
		first := w.do("POST", "/audit_logs/checkpoints", fmt.Sprintf(`{"organization_id":%q}`, org))
		if first.status != 201 || first.get("sequence") == "" {
			t.Fatalf("%d %s", first.status, first.body)
		}
		if again := w.do("POST", "/audit_logs/checkpoints", fmt.Sprintf(`{"organization_id":%q}`, org)); again.get("id") != first.get("id") {
			t.Errorf("the same head was signed twice: %s", again.body)
		}
		if r := w.do("POST", "/audit_logs/keys/rotate", ""); r.status != 201 || r.get("public_key") == "" {
			t.Fatalf("%d %s", r.status, r.body)
		}
		w.record(org, appEvent("invoice.paid", ""))
		second := w.must("POST", "/audit_logs/checkpoints", fmt.Sprintf(`{"organization_id":%q}`, org))
		if second.get("key_id") == first.get("key_id") {
			t.Error("the retired key signs still")
		}
		keys, err := chain.ParseKeys(w.must("GET", "/audit_logs/keys", "").body)
		if err != nil || len(keys) != 2 {
			t.Fatal(keys, err)
		}
		file := append(append(first.body, '\n'), append(second.body, '\n')...)
		for _, n := range w.chained(id.Organization(org)) {
			r := audit.ChainRecord(n)
			file = append(append(file, r.Line()...), '\n')
		}
		report, err := chain.VerifyFile(bytes.NewReader(file), keys)
		if err != nil || !report.OK() || report.Chains[0].Checkpoints != 2 || report.Chains[0].Signed != report.Chains[0].Last {
			t.Errorf("%v %+v\n%s", err, report, file)
		}
		list := w.must("GET", "/audit_logs/checkpoints?organization_id="+org, "")
		if list.get("data.0.id") != second.get("id") || list.get("data.1.id") != first.get("id") || list.get("data.2") != "" {
			t.Errorf("%s", list.body)
		}
	})
}

func (w *world) chained(org id.Organization) (list []audit.Numbered) {
	w.t.Helper()
	if err := w.d.ReadOrg(w.t.Context(), org, func(tx *db.OrgTx) (err error) { list, err = audit.Feed(tx, audit.FeedQuery{}); return err }); err != nil {
		w.t.Fatal(err)
	}
	return list
}

// An organization's key signs and reads its own chain, and rotates nothing.
func TestAnOrganizationsKeySeesItsOwnCheckpoints(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		a, key := w.things("Alpha")
		b, _ := w.things("Beta")
		w.must("POST", "/audit_logs/checkpoints", fmt.Sprintf(`{"organization_id":%q}`, b.Organization))
		w.must("POST", "/audit_logs/checkpoints", "{}") // the deployment's own
		if r := w.send(key, "POST", "/audit_logs/checkpoints", "{}"); r.status != 201 || r.get("organization_id") != a.Organization {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := w.send(key, "GET", "/audit_logs/checkpoints", ""); r.get("data.0.organization_id") != a.Organization || r.get("data.1") != "" {
			t.Errorf("%s", r.body)
		}
		for _, c := range []struct {
			method, url, body string
			want              int
		}{
			{"POST", "/audit_logs/checkpoints", fmt.Sprintf(`{"organization_id":%q}`, b.Organization), 404},
			{"GET", "/audit_logs/checkpoints?organization_id=" + b.Organization, "", 404},
			{"GET", "/audit_logs/checkpoints?organization_id=x", "", 404},
			{"POST", "/audit_logs/keys/rotate", "", 403},
			{"GET", "/audit_logs/keys", "", 200},
		} {
			if got := w.send(key, c.method, c.url, c.body); got.status != c.want {
				t.Errorf("%s %s: %d %s, want %d", c.method, c.url, got.status, got.body, c.want)
			}
		}
	})
}

// A chain without an entry has no head: a signature over nothing would be kept
// as a proof of something.
func TestAnEmptyChainIsNotSigned(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := id.New[id.Organization]()
		if signed, err := w.h.Signer.Checkpoint(t.Context(), &org); err != nil || signed != nil {
			t.Errorf("%+v, %v", signed, err)
		}
	})
}
