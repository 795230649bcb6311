package sink

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// azureAuthorization is the Authorization header of a request that is signed
// with an account's key ("Authorize with Shared Key", version 2015-02-21 and
// later).
func azureAuthorization(account string, key []byte, r *http.Request) string {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(azureSigned(account, r)))
	return "SharedKey " + account + ":" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// azureSigned is what is signed: the method, eleven headers in a fixed order,
// the x-ms- headers in theirs, and the resource.
func azureSigned(account string, r *http.Request) string {
	h := r.Header.Get
	length := ""
	if r.ContentLength > 0 {
		length = strconv.FormatInt(r.ContentLength, 10)
	}
	lines := []string{r.Method, h("Content-Encoding"), h("Content-Language"), length, h("Content-MD5"), h("Content-Type"),
		"", // Date: x-ms-date is sent in its place
		h("If-Modified-Since"), h("If-Match"), h("If-None-Match"), h("If-Unmodified-Since"), h("Range")}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if small := strings.ToLower(name); strings.HasPrefix(small, "x-ms-") {
			lines = append(lines, small+":"+strings.TrimSpace(h(name)))
		}
	}
	lines = append(lines, "/"+account+r.URL.EscapedPath())
	query := r.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		lines = append(lines, strings.ToLower(name)+":"+strings.Join(slices.Sorted(slices.Values(query[name])), ","))
	}
	return strings.Join(lines, "\n")
}
