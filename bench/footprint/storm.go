package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"gatehouse/bench/server"
)

// storm signs in as people who do not exist, each from another network: the
// server must hash as if they did, so this is the dearest thing a stranger can
// ask for. It returns how often each status was answered; 0 is no answer.
func storm(s *server.Server, workers int, life time.Duration) map[int]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	answers := map[int]int{}
	end := time.Now().Add(life)
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	for w := range workers {
		wg.Go(func() {
			for i := 0; time.Now().Before(end); i++ {
				status := signIn(s, client, w, i)
				mu.Lock()
				answers[status]++
				mu.Unlock()
				if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
					time.Sleep(20 * time.Millisecond) // a real client waits longer
				}
			}
		})
	}
	wg.Wait()
	return answers
}

func signIn(s *server.Server, client *http.Client, w, i int) int {
	body := fmt.Sprintf(`{"grant_type":"password","client_id":%q,"client_secret":%q,`+
		`"email":"nobody%d-%d@example.com","password":"Correct-horse-42!","ip_address":"2001:db8:%x:%x::1"}`, server.ClientID, server.APIKey, w, i, w, i)
	answer, err := client.Post(s.Base+"/user_management/authenticate", "application/json", strings.NewReader(body))
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}
