package portal

import (
	"encoding/base64"
	"time"

	"gatehouse/internal/browser"
	"gatehouse/internal/seal"
)

// A secret that is shown once crosses the redirect after the form in a cookie:
// sealed, for this visit and this thing, and taken away by the page that shows
// it. So a reload shows nothing and makes nothing, and the value is in no
// address, log or table.

const onceLifetime = 2 * time.Minute

var onceCookie = browser.Flash.For("portal-once")

func (v *visit) oncePlace(thing string) seal.Place {
	return seal.Place{Table: "cookie", Column: string(v.session.ID), Row: thing}
}

// keepOnce hands a secret to the next page.
func (v *visit) keepOnce(thing, value string) error {
	key, err := v.h.DB.DeploymentKey(v.ctx())
	if err != nil {
		return err
	}
	sealed := key.Seal(v.oncePlace(thing), []byte(value))
	v.h.Jar.Set(v.Response(), onceCookie, base64.RawURLEncoding.EncodeToString(sealed), onceLifetime)
	return nil
}

// takeOnce is the secret that the page before made, or "" where it has been
// shown.
func (v *visit) takeOnce(thing string) (string, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(v.h.Jar.Get(v.Request(), onceCookie))
	if err != nil || len(sealed) == 0 {
		return "", nil
	}
	v.h.Jar.Clear(v.Response(), onceCookie)
	key, err := v.h.DB.DeploymentKey(v.ctx())
	if err != nil {
		return "", err
	}
	value, err := key.Open(v.oncePlace(thing), sealed)
	if err != nil {
		return "", nil // another thing's, or another visit's
	}
	return string(value), nil
}
