package signal

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"gatehouse/export/sink"
	"gatehouse/internal/netguard"
)

// receiver is where one stream's tokens go.
type receiver struct {
	client        *http.Client
	url           string
	authorization string
}

// push hands one token over (RFC 8935 §2). Only an answer of success means that
// the receiver has it.
func (r *receiver) push(ctx context.Context, token string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, strings.NewReader(token))
	if err != nil {
		return netguard.ErrURL
	}
	req.Header.Set("Content-Type", "application/"+TokenType)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "Gatehouse")
	if r.authorization != "" {
		req.Header.Set("Authorization", r.authorization)
	}
	res, err := r.client.Do(req)
	if err != nil {
		return sink.FailureOf(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxRefusal))
	if res.StatusCode == http.StatusBadRequest {
		if code := refusalCode(body); code != "" {
			return sink.Never("The receiver refused a token: %s.", code)
		}
	}
	return sink.Status(res)
}

const maxRefusal = 16 << 10

// refusals are the codes of RFC 8935 §2.4: of what a receiver answers, only
// these are repeated.
var refusals = map[string]bool{
	"invalid_request": true, "invalid_key": true, "invalid_issuer": true, "invalid_audience": true, "authentication_failed": true, "access_denied": true,
}

func refusalCode(body []byte) string {
	var answer struct {
		Code string `json:"err"`
	}
	if json.Unmarshal(body, &answer) != nil || !refusals[answer.Code] {
		return ""
	}
	return answer.Code
}
