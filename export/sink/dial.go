package sink

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"gatehouse/internal/netguard"
)

// Dial reaches destinations, each address looked at when it is connected to.
type Dial struct {
	Guard *netguard.Guard
	Now   func() time.Time
}

// How long a destination may take.
const (
	connectTime = 10 * time.Second
	answerTime  = 30 * time.Second
	maxAnswer   = 4 << 20 // Elasticsearch answers for each entry
)

// HTTP is a client for one sink, which keeps its connections.
func (d Dial) HTTP() *http.Client {
	return d.Guard.Client(netguard.Options{Timeout: answerTime, MaxBody: maxAnswer})
}

// Connect is net.Dialer's DialContext behind the guard, for what speaks no HTTP.
func (d Dial) Connect(ctx context.Context, network, address string) (net.Conn, error) {
	return (&net.Dialer{Timeout: connectTime, Control: d.Guard.Control}).DialContext(ctx, network, address)
}

// URL reads an address that a person typed. What the log holds, and the token
// that it is sent with, go in the clear only to a private network that the
// deployment opened.
func (d Dial) URL(field, text string) (*url.URL, error) {
	u, err := d.Guard.CheckURL(text)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "https" && !d.Guard.Private(u.Hostname()) {
		return nil, Refuse(field, "Give an https address: entries and the token would cross the internet in the clear.")
	}
	if u.Fragment != "" {
		return nil, Refuse(field, "Give an address without a fragment.")
	}
	return u, nil
}
