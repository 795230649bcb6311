package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/audit/chain"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/objects/objectstest"
)

// kill -9 while a file of the log is written: it must become whole, with each
// entry once and in order, on a directory and in a bucket.
func TestKillLosesNoLineOfAnExport(t *testing.T) {
	t.Run("sqlite and a directory", func(t *testing.T) { killWhileExporting(t, Env(t, dbtest.SQLiteURL(t))) })
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		killWhileExporting(t, append(Env(t, address), "GATEHOUSE_EXPORT_S3_URL="+objectstest.Start(t, "exports").URL("exports")))
	})
}

// exportAPI is the management API of a process.
func exportAPI(t *testing.T, p *Process, method, path, body string) (answer struct {
	ID, State, URL, Checksum, Error string
	Bytes, Entries                  int64
}) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+APIKey)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, response.StatusCode, text)
	}
	_ = json.Unmarshal(text, &answer) // what is null stays empty
	return answer
}

func killWhileExporting(t *testing.T, env []string) {
	p := Start(t, env)
	org := exportAPI(t, p, "POST", "/organizations", `{"name":"Halden Marine"}`).ID
	one := `{"action":"survey.signed","occurred_at":"2026-01-15T12:00:00Z","actor":{"id":"u","type":"user","name":"Ines"},"targets":[{"id":"s","type":"survey"}],"metadata":{"note":"` + strings.Repeat("n", 400) + `"}}`
	for range 24 {
		exportAPI(t, p, "POST", "/audit_logs/events", fmt.Sprintf(`{"organization_id":%q,"events":[%s]}`, org, one+strings.Repeat(","+one, 999)))
	}
	asked := exportAPI(t, p, "POST", "/audit_logs/exports", fmt.Sprintf(`{"organization_id":%q,"format":"ndjson"}`, org))
	path := "/audit_logs/exports/" + asked.ID
	for end := time.Now().Add(90 * time.Second); exportAPI(t, p, "GET", path, "").Entries == 0; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("nothing was written: %s", p.Log)
		}
	}
	p.Kill()
	again := Start(t, env)
	now := exportAPI(t, again, "GET", path, "")
	if now.State != "pending" {
		t.Fatalf("the server did not die in the middle: the export is %s", now.State)
	}
	t.Logf("killed after %d entries, %d bytes", now.Entries, now.Bytes)
	for end := time.Now().Add(90 * time.Second); now.State == "pending" && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		now = exportAPI(t, again, "GET", path, "")
	}
	file := fetchFile(t, now.URL)
	if sum := sha256.Sum256(file); now.State != "ready" || now.Checksum != hex.EncodeToString(sum[:]) || now.Bytes != int64(len(file)) {
		t.Fatalf("%+v, %d bytes of %x\n%s", now, len(file), sum, again.Log)
	}
	report, err := chain.VerifyFile(bytes.NewReader(file), nil)
	if err != nil || !report.OK() || len(report.Chains) != 1 || report.Chains[0].Entries != now.Entries || now.Entries < 24_000 {
		t.Errorf("%v, %+v", err, report)
	}
	doctored := bytes.Replace(file, []byte(`"name":"Ines"`), []byte(`"name":"Ivan"`), 1)
	if report, err := chain.VerifyFile(bytes.NewReader(doctored), nil); err != nil || report.OK() {
		t.Errorf("a doctored file was accepted: %v", err)
	}
	again.Kill()
}

func fetchFile(t *testing.T, url string) []byte {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	file, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%d, %v", response.StatusCode, err)
	}
	return file
}
