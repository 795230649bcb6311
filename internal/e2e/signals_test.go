package e2e

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A deployment stops servers with SIGTERM all the time: a request that was
// being answered must be answered, and the process must end well.
func TestSIGTERMFinishesWhatWasBegun(t *testing.T) {
	p := Start(t, Env(t, ""))
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := url.Values{"email": {"mara@fieldnote.example"}, "first_name": {"Mara"}, "last_name": {"Lindqvist"}}.Encode()
	fmt.Fprintf(conn, "POST /login/signup HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		strings.TrimPrefix(p.URL, "http://"), len(body), body[:10])
	time.Sleep(200 * time.Millisecond) // the server is reading the body now
	p.Signal(syscall.SIGTERM)
	time.Sleep(300 * time.Millisecond)
	if _, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://")); err == nil {
		t.Error("a draining server still takes connections")
	}
	if _, err := conn.Write([]byte(body[10:])); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("the request that was begun got no answer: %v", err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Errorf("status %d", response.StatusCode)
	}
	if err := p.Wait(20 * time.Second); err != nil {
		t.Errorf("the process ended with %v\n%s", err, p.Log)
	}
}

// Ctrl-C in a terminal is SIGINT; it drains too.
func TestSIGINTEndsTheServerWell(t *testing.T) {
	p := Start(t, Env(t, ""))
	p.Signal(syscall.SIGINT)
	if err := p.Wait(20 * time.Second); err != nil {
		t.Errorf("the process ended with %v\n%s", err, p.Log)
	}
}

// A bad setting must stop the start with a sentence that names it, not run as
// if it had not been there.
func TestBadConfigurationStopsTheStart(t *testing.T) {
	for setting, wanted := range map[string]string{
		"GATEHOUSE_ADRR=127.0.0.1:1":                 "did you mean GATEHOUSE_ADDR?",
		"GATEHOUSE_WORKER=sometimes":                 "GATEHOUSE_WORKER",
		"GATEHOUSE_DATABASE_URL=mysql://root@db/app": "postgres://",
		"GATEHOUSE_ENVIRONMENT=production":           "GATEHOUSE_BASE_URL",
		"GATEHOUSE_ADDR=192.0.2.1:80":                "GATEHOUSE_ADDR",
	} {
		out, err := Command(t, []string{setting}).CombinedOutput()
		if err == nil || !strings.Contains(string(out), wanted) {
			t.Errorf("%s: %v\n%s", setting, err, out)
		}
		if strings.Contains(string(out), "goroutine") {
			t.Errorf("%s: a stack instead of a sentence:\n%s", setting, out)
		}
	}
}
