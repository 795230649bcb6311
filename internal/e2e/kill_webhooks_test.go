package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/dbtest"
)

const (
	killRounds  = 8
	perRound    = 40
	hookTimeout = 90 * time.Second
)

// kill -9 at any moment of a delivery: each event whose cause was answered
// arrives, and what arrives twice has one id, by which a receiver knows it.
func TestKillLosesNoWebhook(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { killWhileDelivering(t, dbtest.SQLiteURL(t), false) })
	dbtest.OnPostgres(t, func(t *testing.T, address string) { killWhileDelivering(t, address, true) })
}

// hooked is a receiver that fails now and then.
type hooked struct {
	mu    sync.Mutex
	n     int
	ids   map[string]map[string]bool // by organization, the events' ids
	twice int
}

func (h *hooked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var event struct {
		ID   string
		Data struct{ Name string }
	}
	if json.Unmarshal(body, &event) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n++
	switch {
	case h.n%7 == 0 && r.Header.Get("Gatehouse-Attempt") == "1": // more than once in a row takes minutes
		w.WriteHeader(http.StatusInternalServerError)
		return
	case h.n%11 == 0: // taken, and the answer is lost
		defer hangUp(w)
	}
	if h.ids[event.Data.Name] == nil {
		h.ids[event.Data.Name] = map[string]bool{}
	} else if h.ids[event.Data.Name][event.ID] {
		h.twice++
	}
	h.ids[event.Data.Name][event.ID] = true
}

// hangUp resets the connection.
func hangUp(w http.ResponseWriter) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
}

func (h *hooked) missing(names []string) (out []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, name := range names {
		if len(h.ids[name]) == 0 {
			out = append(out, name)
		}
	}
	return out
}

func killWhileDelivering(t *testing.T, address string, apart bool) {
	heard := &hooked{ids: map[string]map[string]bool{}}
	receiver := httptest.NewServer(heard)
	defer receiver.Close()
	env := append(Env(t, address), "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8")
	p := Start(t, env)
	if status := postJSON(p.URL+"/webhook_endpoints", fmt.Sprintf(`{"endpoint_url":%q,"events":["organization.created"]}`, receiver.URL)); status != http.StatusCreated {
		t.Fatalf("the endpoint: %d", status)
	}
	var beside *Process
	if apart { // a worker delivers too
		beside = launch(t, worker, env)
	}
	var answered []string
	for round := range killRounds {
		var mu sync.Mutex
		var wg sync.WaitGroup
		for side := range 4 {
			wg.Go(func() {
				for i := range perRound / 4 {
					name := fmt.Sprintf("o-%d-%d-%d", round, side, i)
					if postJSON(p.URL+"/organizations", fmt.Sprintf(`{"name":%q}`, name)) == http.StatusCreated {
						mu.Lock()
						answered = append(answered, name)
						mu.Unlock()
					}
				}
			})
		}
		time.Sleep(time.Duration(100+90*round) * time.Millisecond) // each round dies elsewhere in its work
		if apart && round%2 == 1 {
			beside.Kill()
			beside = launch(t, worker, env)
		}
		p.Kill()
		wg.Wait()
		p = Start(t, env)
	}
	if len(answered) < killRounds {
		t.Fatalf("%d answered: nothing was tested", len(answered))
	}
	for end := time.Now().Add(hookTimeout); len(heard.missing(answered)) > 0 && time.Now().Before(end); {
		time.Sleep(200 * time.Millisecond)
	}
	if missing := heard.missing(answered); len(missing) > 0 {
		t.Errorf("%d of %d never arrived: %v\n%s", len(missing), len(answered), missing, p.Log)
	}
	heard.mu.Lock()
	defer heard.mu.Unlock()
	for name, ids := range heard.ids {
		if len(ids) != 1 {
			t.Errorf("%s came under %d ids", name, len(ids))
		}
	}
	t.Logf("killed %d times, %d events answered for, %d requests, %d events came again under their id", killRounds, len(answered), heard.n, heard.twice)
	if beside != nil {
		beside.Kill()
	}
	p.Kill()
}

func postJSON(address, body string) int {
	r, err := http.NewRequest(http.MethodPost, address, bytes.NewBufferString(body))
	if err != nil {
		return 0
	}
	r.Header.Set("Authorization", "Bearer "+APIKey)
	r.Header.Set("Content-Type", "application/json")
	res, err := impatient.Do(r)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}
