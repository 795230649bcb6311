package dns

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	tries  = 2
	wait   = 1200 * time.Millisecond // of one try
	maxTCP = 16 << 10                // of an answer; a name's records are far less
)

// exchange asks one server: by UDP, from a fresh port and with a random
// number, then by TCP where the answer is too long for that.
func exchange(ctx context.Context, server netip.AddrPort, q query) (reply, error) {
	var r reply
	var err error
	edns := true
	for range tries {
		r, err = once(ctx, "udp", server, q, edns)
		if err == nil && r.code == dnsmessage.RCodeFormatError && edns { // older than EDNS (RFC 6891 §7)
			edns = false
			continue
		}
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	if err == nil && r.truncated {
		return once(ctx, "tcp", server, q, edns)
	}
	return r, err
}

func once(ctx context.Context, network string, server netip.AddrPort, q query, edns bool) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var random [2]byte
	if _, err := rand.Read(random[:]); err != nil {
		return reply{}, err
	}
	id := binary.BigEndian.Uint16(random[:])
	message, err := q.pack(id, edns)
	if err != nil {
		return reply{}, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, server.String())
	if err != nil {
		return reply{}, err
	}
	defer conn.Close()
	until, _ := ctx.Deadline()
	if err := conn.SetDeadline(until); err != nil {
		return reply{}, err
	}
	if network == "tcp" {
		return q.overTCP(conn, message, id)
	}
	return q.overUDP(conn, message, id)
}

func (q query) overUDP(conn net.Conn, message []byte, id uint16) (reply, error) {
	if _, err := conn.Write(message); err != nil {
		return reply{}, err
	}
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return reply{}, err
		}
		if r, err := q.read(buffer[:n], id); !errors.Is(err, errNotOurs) {
			return r, err
		}
	}
}

// overTCP puts the length before each message (RFC 1035 §4.2.2).
func (q query) overTCP(conn net.Conn, message []byte, id uint16) (reply, error) {
	if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)); err != nil {
		return reply{}, err
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return reply{}, err
	}
	size := int(binary.BigEndian.Uint16(length[:]))
	if size > maxTCP {
		return reply{}, errTooLarge
	}
	answer := make([]byte, size)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return reply{}, err
	}
	return q.read(answer, id)
}

var errTooLarge = errors.New("dns: the answer is too large")

// failureOf is the word for an exchange that gave no answer.
func failureOf(r reply, err error) Failure {
	var network net.Error
	switch {
	case errors.Is(err, errTooLarge):
		return TooLarge
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.As(err, &network) && network.Timeout():
		return Timeout
	case errors.As(err, &network):
		return Unreachable
	case err != nil:
		return Unreadable
	}
	switch r.code {
	case dnsmessage.RCodeSuccess, dnsmessage.RCodeNameError:
		return ""
	case dnsmessage.RCodeServerFailure:
		return ServerFailure
	case dnsmessage.RCodeRefused:
		return Refused
	}
	return Unreadable
}
