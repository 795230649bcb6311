package app

import (
	"net"
	"net/http"
	"testing"
	"time"
)

// Somebody who opens connections and says next to nothing must not hold them
// for ever, or a laptop stops the whole deployment (slowloris).
func TestConnectionsEndByThemselves(t *testing.T) {
	s := newServer(http.NotFoundHandler())
	for name, d := range map[string]time.Duration{"header": s.ReadHeaderTimeout, "body": s.ReadTimeout, "answer": s.WriteTimeout, "idle": s.IdleTimeout} {
		if d <= 0 || d > 2*time.Minute {
			t.Errorf("the time for the %s is %s", name, d)
		}
	}
	if s.MaxHeaderBytes <= 0 || s.MaxHeaderBytes > 64<<10 {
		t.Errorf("headers may have %d bytes", s.MaxHeaderBytes)
	}
	s.ReadHeaderTimeout, s.ReadTimeout = 100*time.Millisecond, 200*time.Millisecond
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(listener) }()
	defer s.Close()
	for _, said := range []string{"", "GET / HTTP/1.1\r\nHost:", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\na"} {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(said)); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		for err == nil {
			_, err = conn.Read(make([]byte, 512))
		}
		if e, ok := err.(net.Error); ok && e.Timeout() { //nolint:errorlint // straight from the connection
			t.Errorf("after %q the connection is still open", said)
		}
		conn.Close()
	}
}
