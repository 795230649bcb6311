package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"
)

// gcsKind writes objects by Cloud Storage's JSON API.
var gcsKind = Kind{
	Name: "gcs", Title: "Google Cloud Storage",
	Fields: []Field{
		{Name: "bucket", Label: "Bucket", Required: true, Address: true},
		prefixField,
		{Name: "service_account_key", Label: "Service account key", Help: "The JSON key of a service account that may create objects in the bucket (Storage Object Creator) and nothing else.", Secret: true, Required: true, Long: true},
	},
	Open: func(s Settings, d Dial) (Sink, error) { return openGCS(s, d, googleAddresses) },
}

// googleEndpoints are Google's. The key file names a token endpoint too; what is
// in a file that somebody pastes is not where an assertion is sent.
type googleEndpoints struct{ token, upload string }

var googleAddresses = googleEndpoints{"https://oauth2.googleapis.com/token", "https://storage.googleapis.com/upload/storage/v1/b/"}

const gcsScope = "https://www.googleapis.com/auth/devstorage.read_write"

var gcsBucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$`)

func openGCS(s Settings, d Dial, at googleEndpoints) (Sink, error) {
	if !gcsBucketName.MatchString(s.Get("bucket")) {
		return nil, Refuse("bucket", "A bucket's name has small letters, digits, dots, hyphens and underscores.")
	}
	prefix, err := prefixOf(s)
	if err != nil {
		return nil, err
	}
	var key struct {
		Type  string `json:"type"`
		Email string `json:"client_email"`
		ID    string `json:"private_key_id"`
		PEM   string `json:"private_key"`
	}
	if json.Unmarshal([]byte(s.Get("service_account_key")), &key) != nil || key.Type != "service_account" || key.Email == "" || key.PEM == "" {
		return nil, Refuse("service_account_key", "That is not the JSON key of a service account.")
	}
	client := d.HTTP()
	// The tokens are kept until shortly before their end; asking for one takes
	// the guarded client from this context and no more.
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, client)
	account := jwt.Config{Email: key.Email, PrivateKeyID: key.ID, PrivateKey: []byte(key.PEM), Scopes: []string{gcsScope}, TokenURL: at.token}
	return &objectSink{&gcsBucket{client: client, tokens: account.TokenSource(ctx), upload: at.upload + url.PathEscape(s.Get("bucket")) + "/o"}, prefix}, nil
}

type gcsBucket struct {
	client *http.Client
	tokens oauth2.TokenSource
	upload string
}

// put uploads an object on the condition that there is none of its name: names
// hold what objects are made of, so one that is there is this one.
func (b *gcsBucket) put(ctx context.Context, key string, body []byte) error {
	token, err := b.tokens.Token()
	if err != nil {
		return gcsTokenFailure(err)
	}
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	query := url.Values{"uploadType": {"media"}, "name": {key}, "ifGenerationMatch": {"0"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.upload+"?"+query.Encode(), bytes.NewReader(body))
	if err != nil {
		return Never("That bucket has no address.")
	}
	r.Header.Set("Content-Type", objectType)
	token.SetAuthHeader(r)
	res, err := b.client.Do(r)
	if err != nil {
		return FailureOf(err)
	}
	drain(res)
	switch res.StatusCode {
	case http.StatusPreconditionFailed:
		return nil // written before, by the batch that came again
	case http.StatusNotFound:
		return Never("There is no bucket of that name.")
	case http.StatusForbidden:
		return Never("The store refused the object: this service account may not create objects there.")
	}
	return status(res)
}

// gcsTokenFailure tells a key that is refused from an endpoint that is away.
func gcsTokenFailure(err error) error {
	var refused *oauth2.RetrieveError
	switch {
	case !errors.As(err, &refused):
		if FailureOf(err).Refused {
			return FailureOf(err)
		}
		return Retry("Google did not give a token for the service account.")
	case refused.Response.StatusCode >= 500 || refused.Response.StatusCode == http.StatusTooManyRequests:
		return Retry("Google answered %d when asked for a token.", refused.Response.StatusCode)
	}
	return Never("Google refused the service account's key.")
}

func (b *gcsBucket) Close() error {
	b.client.CloseIdleConnections()
	return nil
}
