package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const apiKey = "sk_test_footprint0123456789"

// server is one that this program starts and stops.
type server struct {
	binary, cpus, dir string
	base              string
	cmd               *exec.Cmd
	log               bytes.Buffer
}

func newServer(binary, cpus, dir string) *server {
	return &server{binary: binary, cpus: cpus, dir: dir}
}

func (s *server) start() (time.Duration, error) {
	port, err := freePort()
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return 0, err
	}
	s.base = "http://127.0.0.1:" + port
	args := []string{s.binary}
	if s.cpus != "" {
		args = append([]string{"taskset", "-c", s.cpus}, args...)
	}
	s.log.Reset()
	s.cmd = exec.Command(args[0], args[1:]...)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	s.cmd.Env = append(os.Environ(), "GATEHOUSE_ADDR=127.0.0.1:"+port, "GATEHOUSE_BASE_URL="+s.base, "GATEHOUSE_DATA_DIR="+s.dir,
		"GATEHOUSE_HIBP_URL=off", "GATEHOUSE_LOG_LEVEL=warn", "GATEHOUSE_BOOTSTRAP_API_KEY="+apiKey, "GATEHOUSE_BOOTSTRAP_CLIENT_ID=client_01BENCH00000000000000BENCH")
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return 0, err
	}
	for time.Since(began) < 30*time.Second {
		if answer, err := http.Get(s.base + "/readyz"); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode < 400 {
				return time.Since(began), nil
			}
		}
		time.Sleep(500 * time.Microsecond)
	}
	s.stop()
	return 0, fmt.Errorf("no healthy answer in 30 s\n%s", s.log.String())
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(15*time.Second, func() { _ = s.cmd.Process.Kill() })
	_ = s.cmd.Wait()
	late.Stop()
}

// resident reads the present and the highest resident memory in MB (proc(5)).
func (s *server) resident() (now, peak float64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 3 {
			kib, _ := strconv.ParseFloat(f[1], 64)
			switch f[0] {
			case "VmRSS:":
				now = kib * 1024 / 1e6
			case "VmHWM:":
				peak = kib * 1024 / 1e6
			}
		}
	}
	return now, peak, err
}

// storm signs in as people who do not exist, each from another network: the
// server must hash as if they did, so this is the dearest thing a stranger can
// ask for. It returns how often each status was answered; 0 is no answer.
func (s *server) storm(workers int, life time.Duration) map[int]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	answers := map[int]int{}
	end := time.Now().Add(life)
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	for w := range workers {
		wg.Go(func() {
			for i := 0; time.Now().Before(end); i++ {
				status := s.signIn(client, w, i)
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

func (s *server) signIn(client *http.Client, w, i int) int {
	body := fmt.Sprintf(`{"grant_type":"password","client_id":"client_01BENCH00000000000000BENCH","client_secret":%q,`+
		`"email":"nobody%d-%d@example.com","password":"Correct-horse-42!","ip_address":"2001:db8:%x:%x::1"}`, apiKey, w, i, w, i)
	answer, err := client.Post(s.base+"/user_management/authenticate", "application/json", strings.NewReader(body))
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
