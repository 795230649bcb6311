package dashboard

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/a-h/templ"
)

// live answers a script that keeps a part of a page up to date: with the part,
// or with 304 where nothing that it tells of has changed since (RFC 9110
// §13.1.2). The words of times change by themselves and do not count.
func (v *visit) live(part templ.Component, facts ...any) error {
	text, err := json.Marshal(facts)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	v.Response().Header().Set("ETag", tag)
	if v.Request().Header.Get("If-None-Match") == tag {
		return v.NoContent(http.StatusNotModified)
	}
	return v.show(http.StatusOK, part)
}
