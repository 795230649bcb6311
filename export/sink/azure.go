package sink

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// azureKind writes block blobs.
var azureKind = Kind{
	Name: "azure", Title: "Azure Blob Storage",
	Fields: []Field{
		{Name: "account", Label: "Storage account", Required: true, Address: true},
		{Name: "container", Label: "Container", Required: true, Address: true},
		{Name: "endpoint", Label: "Endpoint", Help: "Of another cloud than the public one, such as https://account.blob.core.usgovcloudapi.net.", Address: true},
		prefixField,
		{Name: "account_key", Label: "Account key", Secret: true},
		{Name: "sas", Label: "Shared access signature", Help: "Instead of the account key, and better: a token that may create blobs in the container and nothing else.", Secret: true},
	},
	Open: openAzure,
}

var (
	azureAccount   = regexp.MustCompile(`^[a-z0-9]{3,24}$`)
	azureContainer = regexp.MustCompile(`^(\$root|[a-z0-9](-?[a-z0-9]){2,62})$`)
)

func openAzure(s Settings, d Dial) (Sink, error) {
	b := &azureBucket{client: d.HTTP(), account: s.Get("account"), container: s.Get("container"), now: d.Now}
	if !azureAccount.MatchString(b.account) {
		return nil, Refuse("account", "A storage account's name has 3 to 24 small letters and digits.")
	}
	if !azureContainer.MatchString(b.container) {
		return nil, Refuse("container", "A container's name has 3 to 63 small letters, digits and single hyphens.")
	}
	prefix, err := prefixOf(s)
	if err != nil {
		return nil, err
	}
	address := s.Get("endpoint")
	if address == "" {
		address = "https://" + b.account + ".blob.core.windows.net"
	}
	if b.base, err = d.URL("endpoint", address); err != nil {
		return nil, err
	}
	if b.base.RawQuery != "" {
		return nil, Refuse("endpoint", "Give the address alone; the shared access signature has a field of its own.")
	}
	if err := b.credentials(s.Get("account_key"), s.Get("sas")); err != nil {
		return nil, err
	}
	return &objectSink{b, prefix}, nil
}

type azureBucket struct {
	client             *http.Client
	base               *url.URL
	account, container string
	key                []byte     // of the account, or
	sas                url.Values // a shared access signature
	now                func() time.Time
}

func (b *azureBucket) credentials(key, sas string) (err error) {
	if (key == "") == (sas == "") {
		return Refuse("account_key", "Give an account key or a shared access signature.")
	}
	if key != "" {
		if b.key, err = base64.StdEncoding.DecodeString(key); err != nil {
			return Refuse("account_key", "An account key is base64, as the portal shows it.")
		}
		return nil
	}
	if b.sas, err = url.ParseQuery(strings.TrimPrefix(sas, "?")); err != nil || b.sas.Get("sig") == "" {
		return Refuse("sas", "A shared access signature is a query such as sv=…&sig=….")
	}
	return nil
}

const azureVersion = "2021-12-02"

// put makes a block blob on the condition that there is none of its name: names
// hold what objects are made of, so one that is there is this one.
func (b *azureBucket) put(ctx context.Context, key string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	u := b.base.JoinPath(b.container, key)
	u.RawQuery = b.sas.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, u.String(), bytes.NewReader(body))
	if err != nil {
		return Never("That container has no address.")
	}
	r.Header.Set("Content-Type", objectType)
	r.Header.Set("If-None-Match", "*")
	r.Header.Set("x-ms-blob-type", "BlockBlob")
	r.Header.Set("x-ms-date", b.now().UTC().Format(http.TimeFormat))
	r.Header.Set("x-ms-version", azureVersion)
	if b.key != nil {
		r.Header.Set("Authorization", azureAuthorization(b.account, b.key, r))
	}
	res, err := b.client.Do(r)
	if err != nil {
		return FailureOf(err)
	}
	drain(res)
	return azureFailure(res)
}

func azureFailure(res *http.Response) error {
	code := res.Header.Get("x-ms-error-code")
	switch {
	case code == "BlobAlreadyExists" || res.StatusCode == http.StatusPreconditionFailed:
		return nil // written before, by the batch that came again
	case code == "ContainerNotFound":
		return Never("There is no container of that name.")
	case code == "ContainerBeingDeleted" || code == "AccountIsDisabled":
		return Never("The container or its account is not there any more.")
	case res.StatusCode == http.StatusForbidden:
		return Never("The store refused the blob: this key or signature may not create blobs there.")
	}
	return status(res)
}

func (b *azureBucket) Close() error {
	b.client.CloseIdleConnections()
	return nil
}
