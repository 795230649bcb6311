package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/sso"
	"gatehouse/sso/saml/samltest"
	"gatehouse/tenants"
)

const (
	manyConnections   = 10_000
	manyOrganizations = 1_000
)

// A deployment with ten thousand customers starts as fast and as small as an
// empty one, and their list costs at its end what it does at its start:
// connections cost nothing until somebody signs in by them.
func TestTenThousandConnectionsCostNothing(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { connectionsCostNothing(t, dbtest.SQLiteURL(t)) })
	dbtest.OnPostgres(t, connectionsCostNothing)
}

func connectionsCostNothing(t *testing.T, address string) {
	env := Env(t, address)
	took, resident := starts(t, env)
	fillWithConnections(t, address)
	tookFull, residentFull := starts(t, env)
	t.Logf("start %v, with %d connections %v; resident %d MB, %d MB", took, manyConnections, tookFull, resident>>20, residentFull>>20)
	if tookFull > 2*took+100*time.Millisecond {
		t.Errorf("starts in %v with connections, in %v without", tookFull, took)
	}
	if residentFull > resident*5/4+8<<20 {
		t.Errorf("%d bytes resident with connections, %d without", residentFull, resident)
	}
	p := Start(t, env)
	walkConnections(t, p)
	p.end()
}

// starts is how fast the server gets ready and how much memory it then has, at
// best of several tries: the machine does other things too.
func starts(t *testing.T, env []string) (took time.Duration, resident int64) {
	t.Helper()
	for i := range 5 {
		begun := time.Now()
		p := Start(t, env)
		if d := time.Since(begun); i == 1 || i > 1 && d < took { // the first makes what a first start makes
			took = d
		}
		time.Sleep(500 * time.Millisecond) // jobs that a start brings
		if r := p.resident(); i == 1 || i > 1 && r < resident {
			resident = r
		}
		p.end()
	}
	return took, resident
}

// end stops the process as a deployment does.
func (p *Process) end() {
	p.t.Helper()
	p.Signal(syscall.SIGTERM)
	if err := p.Wait(20 * time.Second); err != nil {
		p.t.Fatalf("%v\n%s", err, p.Log)
	}
}

// resident is the process's memory in bytes.
func (p *Process) resident() int64 {
	p.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				p.t.Fatal(err)
			}
			return kb << 10
		}
	}
	p.t.Fatal("no VmRSS")
	return 0
}

// fillWithConnections makes organizations with ten active connections each.
func fillWithConnections(t *testing.T, address string) {
	t.Helper()
	keys, err := seal.NewKeyring([][]byte{[]byte("0123456789abcdef0123456789abcdef")}) // Env's
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.Options{URL: address, Keys: keys, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	idp := samltest.New("https://idp.example")
	idp.Certificate = samltest.SelfSigned(idp.Key, time.Now(), time.Now().AddDate(3, 0, 0))
	configuration, _, err := sso.Configured(sso.SAML, sso.Configure{SAML: &sso.SAMLChange{IDPEntityID: &idp.EntityID, IDPSSOURL: &idp.EntityID, Certificates: &[]string{idp.CertificateBase64()}}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := sso.NewKey(time.Now()) // one for all: making each takes a tenth of a second
	if err != nil {
		t.Fatal(err)
	}
	for range manyOrganizations / 50 {
		err := d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error {
			for range 50 {
				o, err := tenants.Create(tx, tenants.New{Name: "Halden Marine"})
				if err != nil {
					return err
				}
				if err := connectTen(tx, o.ID, sso.New{Type: "GenericSAML", Configuration: configuration, Key: key}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func connectTen(tx *db.Tx, org id.Organization, n sso.New) error {
	return tx.In(org, func(tx *db.OrgTx) error {
		for range manyConnections / manyOrganizations {
			if _, err := sso.Create(tx, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// walkConnections reads every page of the list, which has to hold each once;
// the last pages may not cost more than the first.
func walkConnections(t *testing.T, p *Process) {
	t.Helper()
	seen, after := map[string]bool{}, ""
	var took []time.Duration
	for {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/connections?limit=100&after="+after, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+APIKey)
		begun := time.Now()
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Data     []struct{ ID, State string }
			Metadata struct{ After *string } `json:"list_metadata"`
		}
		err = json.NewDecoder(response.Body).Decode(&page)
		response.Body.Close()
		took = append(took, time.Since(begun))
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%d %v", response.StatusCode, err)
		}
		for _, c := range page.Data {
			seen[c.ID] = true
		}
		if page.Metadata.After == nil {
			break
		}
		after = *page.Metadata.After
	}
	if len(seen) != manyConnections {
		t.Errorf("%d connections in the list", len(seen))
	}
	first, last := medianOf(took[:20]), medianOf(took[len(took)-20:])
	t.Logf("a page of 100: %v at the start, %v at the end", first, last)
	if last > 3*first+5*time.Millisecond {
		t.Errorf("a page takes %v at the end of the list, %v at its start", last, first)
	}
}

func medianOf(all []time.Duration) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}
