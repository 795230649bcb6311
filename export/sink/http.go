package sink

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
)

// httpKind posts NDJSON: one entry a line.
var httpKind = Kind{
	Name: "http", Title: "HTTP endpoint",
	Fields: []Field{
		{Name: "url", Label: "Address", Help: "Gets POST requests with one JSON entry on each line (NDJSON). Any 2xx answer means that all of them are stored.", Required: true, Address: true},
		{Name: "authorization", Label: "Authorization", Help: "The value of the Authorization header, such as Bearer and a token.", Secret: true},
		{Name: "compression", Label: "Compression", Options: []string{"gzip", "none"}, Default: "gzip"},
	},
	Open: openHTTP,
}

type httpSink struct {
	client        *http.Client
	url           string
	authorization string
	plain         bool
	stream        string
}

func openHTTP(s Settings, d Dial) (Sink, error) {
	u, err := d.URL("url", s.Get("url"))
	if err != nil {
		return nil, err
	}
	return &httpSink{client: d.HTTP(), url: u.String(), authorization: s.Get("authorization"), plain: s.Get("compression") == "none", stream: s.Stream}, nil
}

// Send posts the lines. Gatehouse-Positions lets a receiver see at once that
// it has a batch already.
func (s *httpSink) Send(ctx context.Context, b Batch) error {
	body := lines(b)
	header := http.Header{"Content-Type": {"application/x-ndjson"}, "Gatehouse-Stream": {s.stream},
		"Gatehouse-Positions": {strconv.FormatInt(b.First().Position, 10) + "-" + strconv.FormatInt(b.Last().Position, 10)}}
	if s.authorization != "" {
		header.Set("Authorization", s.authorization)
	}
	res, err := post(ctx, s.client, s.url, header, body, !s.plain)
	if err != nil {
		return err
	}
	drain(res)
	return status(res)
}

func (s *httpSink) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// lines is NDJSON.
func lines(b Batch) []byte {
	out := make([]byte, 0, b.Size())
	for _, e := range b.Entries {
		out = append(append(out, e.Line...), '\n')
	}
	return out
}

// post sends a body, compressed where asked for. Its errors do not name the
// address, which may hold a secret. The caller closes the answer.
func post(ctx context.Context, client *http.Client, address string, header http.Header, body []byte, compress bool) (*http.Response, error) {
	if compress {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write(body) // into memory
		_ = z.Close()
		body = packed.Bytes()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, Never("That is not an address that can be posted to.")
	}
	r.Header = header
	r.Header.Set("User-Agent", "Gatehouse")
	if compress {
		r.Header.Set("Content-Encoding", "gzip")
	}
	res, err := client.Do(r)
	if err != nil {
		return nil, FailureOf(err)
	}
	return res, nil
}

// drain lets the connection be used again.
func drain(res *http.Response) {
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	_ = res.Body.Close()
}
