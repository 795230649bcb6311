package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// elasticKind speaks the bulk API of Elasticsearch and OpenSearch. A document
// has the entry's id, and is created only once: what comes again changes
// nothing.
var elasticKind = Kind{
	Name: "elastic", Title: "Elasticsearch or OpenSearch",
	Fields: []Field{
		{Name: "url", Label: "Address", Help: "Of the cluster, such as https://logs.acme.com:9200.", Required: true, Address: true},
		{Name: "index", Label: "Index or data stream", Default: "gatehouse-audit"},
		{Name: "api_key", Label: "API key", Help: "Elasticsearch's, encoded as it shows it. Or a user name and password.", Secret: true},
		{Name: "username", Label: "User name"},
		{Name: "password", Label: "Password", Secret: true},
	},
	Open: openElastic,
}

type elastic struct {
	client            *http.Client
	url, index        string
	key, user, secret string
}

// elasticDocument has few fields of fixed kinds: what entries carry differs
// from action to action, and a mapping that was guessed from one would refuse
// another. The whole entry is in record, byte for byte, for proofs.
type elasticDocument struct {
	Timestamp string         `json:"@timestamp"`
	Message   string         `json:"message"`
	Event     elasticEvent   `json:"event"`
	Gatehouse elasticNumbers `json:"gatehouse"`
}

type elasticEvent struct {
	ID       string `json:"id"`
	Action   string `json:"action"`
	Kind     string `json:"kind"`
	Dataset  string `json:"dataset"`
	Sequence int64  `json:"sequence"`
	Original string `json:"original"`
}

type elasticNumbers struct {
	Position     int64  `json:"position"`
	Organization string `json:"organization_id,omitempty"`
}

func openElastic(s Settings, d Dial) (Sink, error) {
	u, err := d.URL("url", s.Get("url"))
	if err != nil {
		return nil, err
	}
	index := s.Get("index")
	if index != strings.ToLower(index) || strings.ContainsAny(index, `\/*?"<>| ,#:`) || strings.HasPrefix(index, "_") || strings.HasPrefix(index, "-") || strings.HasPrefix(index, "+") {
		return nil, Refuse("index", "That is no name of an index: small letters, digits, - and . only.")
	}
	if s.Get("username") == "" && s.Get("password") != "" {
		return nil, Refuse("username", "User name is missing.")
	}
	return &elastic{client: d.HTTP(), url: u.JoinPath(url.PathEscape(index), "_bulk").String(), index: index, key: s.Get("api_key"), user: s.Get("username"), secret: s.Get("password")}, nil
}

// Send writes the entries by one bulk request. Its answer is 200 whatever
// became of the single documents.
func (s *elastic) Send(ctx context.Context, b Batch) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	for _, e := range b.Entries {
		action := map[string]map[string]string{"create": {"_id": e.ID}}
		document := elasticDocument{Timestamp: e.OccurredAt.UTC().Format(rfc3339Milli), Message: e.Type,
			Event:     elasticEvent{ID: e.ID, Action: e.Type, Kind: "event", Dataset: "gatehouse.audit", Sequence: e.Sequence, Original: string(e.Line)},
			Gatehouse: elasticNumbers{Position: e.Position, Organization: e.Organization}}
		if enc.Encode(action) != nil || enc.Encode(document) != nil {
			return Never("Entry %s cannot be put into a document.", e.ID)
		}
	}
	header := http.Header{"Content-Type": {"application/x-ndjson"}}
	switch {
	case s.key != "":
		header.Set("Authorization", "ApiKey "+s.key)
	case s.user != "":
		r := http.Request{Header: header}
		r.SetBasicAuth(s.user, s.secret)
	}
	res, err := post(ctx, s.client, s.url, header, body.Bytes(), true)
	if err != nil {
		return err
	}
	defer drain(res)
	if err := status(res); err != nil {
		return err
	}
	return elasticOutcome(res, b)
}

type elasticAnswer struct {
	Errors *bool `json:"errors"`
	Items  []map[string]struct {
		ID     string `json:"_id"`
		Status int    `json:"status"`
		Error  struct {
			Type string `json:"type"`
		} `json:"error"`
	} `json:"items"`
}

// elasticOutcome looks at each document: 201 was made, 409 was there already.
func elasticOutcome(res *http.Response, b Batch) error {
	var answer elasticAnswer
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.Errors == nil || len(answer.Items) != len(b.Entries) {
		return Never("What answers there does not speak the bulk API.")
	}
	if !*answer.Errors {
		return nil
	}
	for i, item := range answer.Items {
		made := item["create"]
		switch {
		case made.Status >= 200 && made.Status < 300, made.Status == http.StatusConflict:
		case made.Status == http.StatusTooManyRequests, made.Status >= 500:
			return Retry("The cluster could not take entry %s (%d).", b.Entries[i].ID, made.Status)
		default:
			return Never("The cluster refuses entry %s (%d, %s): look at the index's mapping.", b.Entries[i].ID, made.Status, word(made.Error.Type))
		}
	}
	return nil
}

// word is what may be shown of an identifier that another program sent.
func word(text string) string {
	keep := func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}
	text = strings.Map(keep, text)
	return text[:min(len(text), 60)]
}

func (s *elastic) Close() error {
	s.client.CloseIdleConnections()
	return nil
}
