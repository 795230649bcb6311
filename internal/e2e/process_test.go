package e2e

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Process is a real binary, running.
type Process struct {
	t    testing.TB
	URL  string
	Env  []string
	Log  *bytes.Buffer // both outputs; read it when the process has ended
	cmd  *exec.Cmd
	done chan error
}

// impatient gives up soon: it asks a server that may not be there yet.
var impatient = &http.Client{Timeout: time.Second}

// built is a temporary directory with the binaries, made by the first test
// that runs one.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gatehouse-e2e-")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", dir, "gatehouse/cmd/server", "gatehouse/cmd/worker")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the binaries: %w\n%s", err, out)
	}
	return dir, nil
})

// The commands.
const (
	server = "server"
	worker = "worker"
)

// Command is the server's binary with an environment of its own.
func Command(t testing.TB, env []string, args ...string) *exec.Cmd {
	t.Helper()
	return command(t, server, env, args...)
}

func command(t testing.TB, name string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(dir, name), args...)
	cmd.Env, cmd.Dir = env, t.TempDir()
	return cmd
}

// Env is the environment of a server with a database of its own. A restart
// with the same one finds everything again.
func Env(t testing.TB, databaseURL string) []string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	listener.Close()
	env := []string{"GATEHOUSE_ADDR=" + addr, "GATEHOUSE_BASE_URL=http://" + addr, "GATEHOUSE_DATA_DIR=" + t.TempDir(), "GATEHOUSE_HIBP_URL=off",
		"GATEHOUSE_LOG_LEVEL=warn", "GATEHOUSE_MASTER_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
		"GATEHOUSE_BOOTSTRAP_API_KEY=" + APIKey, "GATEHOUSE_BOOTSTRAP_CLIENT_ID=" + Client, "GATEHOUSE_BOOTSTRAP_REDIRECT_URIS=" + Callback}
	if databaseURL != "" {
		env = append(env, "GATEHOUSE_DATABASE_URL="+databaseURL)
	}
	return env
}

// Start runs the server and waits until it is ready.
func Start(t testing.TB, env []string) *Process {
	t.Helper()
	p := launch(t, server, env)
	for _, e := range env {
		if addr, ok := strings.CutPrefix(e, "GATEHOUSE_ADDR="); ok {
			p.URL = "http://" + addr
		}
	}
	p.awaitReady()
	return p
}

// launch runs a binary.
func launch(t testing.TB, name string, env []string) *Process {
	t.Helper()
	p := &Process{t: t, Env: env, Log: &bytes.Buffer{}, cmd: command(t, name, env), done: make(chan error, 1)}
	p.cmd.Stdout, p.cmd.Stderr = p.Log, p.Log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // it has ended where the test went well
	return p
}

func (p *Process) awaitReady() {
	p.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		response, err := impatient.Get(p.URL + "/readyz")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-p.done:
			p.t.Fatalf("the server ended: %v\n%s", err, p.Log)
		case <-time.After(20 * time.Millisecond):
		}
	}
	p.t.Fatalf("the server was not ready in time\n%s", p.Log)
}

// Signal sends one to the process.
func (p *Process) Signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// Kill ends the process as a power cut would, and waits for its end.
func (p *Process) Kill() {
	p.t.Helper()
	p.Signal(syscall.SIGKILL)
	<-p.done
}

// Wait is how the process ended.
func (p *Process) Wait(within time.Duration) error {
	select {
	case err := <-p.done:
		return err
	case <-time.After(within):
		return fmt.Errorf("still running after %s", within)
	}
}
