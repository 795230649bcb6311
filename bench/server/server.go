// Package server starts and stops a Gatehouse of its own for benchmarks, on
// loopback.
package server

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// APIKey is the key of its management API, and ClientID its first application.
const (
	APIKey   = "sk_test_footprint0123456789"
	ClientID = "client_01BENCH00000000000000BENCH"
)

// Server is one that a benchmark starts and stops.
type Server struct {
	Binary string
	CPUs   string   // a list for taskset; empty: no pinning
	Dir    string   // its data
	Env    []string // besides what every benchmark sets
	Base   string   // its address, once it has started

	cmd *exec.Cmd
	log bytes.Buffer
}

// Start runs it until it is ready, and says how long that took.
func (s *Server) Start() (time.Duration, error) {
	port, err := FreePort()
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return 0, err
	}
	s.Base = "http://127.0.0.1:" + port
	args := []string{s.Binary}
	if s.CPUs != "" {
		args = append([]string{"taskset", "-c", s.CPUs}, args...)
	}
	s.log.Reset()
	s.cmd = exec.Command(args[0], args[1:]...)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	s.cmd.Env = append(os.Environ(), "GATEHOUSE_ADDR=127.0.0.1:"+port, "GATEHOUSE_BASE_URL="+s.Base, "GATEHOUSE_DATA_DIR="+s.Dir,
		"GATEHOUSE_HIBP_URL=off", "GATEHOUSE_LOG_LEVEL=warn", "GATEHOUSE_BOOTSTRAP_API_KEY="+APIKey, "GATEHOUSE_BOOTSTRAP_CLIENT_ID="+ClientID)
	s.cmd.Env = append(s.cmd.Env, s.Env...)
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return 0, err
	}
	for time.Since(began) < 30*time.Second {
		if answer, err := http.Get(s.Base + "/readyz"); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode < 400 {
				return time.Since(began), nil
			}
		}
		time.Sleep(500 * time.Microsecond)
	}
	s.Stop()
	return 0, fmt.Errorf("no healthy answer in 30 s\n%s", s.log.String())
}

// Stop ends it, with its work done.
func (s *Server) Stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(15*time.Second, func() { _ = s.cmd.Process.Kill() })
	_ = s.cmd.Wait()
	late.Stop()
}

// Resident reads the present and the highest resident memory in MB (proc(5)).
func (s *Server) Resident() (now, peak float64, err error) {
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

// FreePort is a port of loopback that nobody has at the moment.
func FreePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// PID is the running server's process.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// CPU is the time that a process has computed so far (proc(5), in ticks of 10 ms).
func CPU(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, err1 := strconv.ParseInt(f[11], 10, 64)
	system, err2 := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2)
}
