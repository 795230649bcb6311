package sso

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"slices"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// watched reports whether the provider's metadata is looked at again and again.
func (s settings) watched() bool { return s.SAML != nil && s.SAML.MetadataURL != "" }

// lastEnd is when the last certificate that is accepted ends: until then the
// provider has one to sign with. Nil where there is none.
func (s settings) lastEnd() *time.Time {
	if s.SAML == nil {
		return nil
	}
	var last *time.Time
	for i := range s.SAML.Certificates {
		if end := &s.SAML.Certificates[i].NotAfter; last == nil || end.After(*last) {
			last = end
		}
	}
	return last
}

// follows adds to set what a connection's columns become once s counts and the
// connection is in that state.
func (s settings) follows(c *Connection, state State, set db.Set, now time.Time) {
	end := s.lastEnd()
	if !sameTime(end, c.CertificateExpiresAt) {
		set["certificate_expires_at"], set["certificate_notice"] = end, nil
	}
	switch {
	case state != Active || !s.watched():
		set["metadata_due_at"] = nil
		if !s.watched() {
			set["metadata_error"] = nil
		}
	case c.MetadataDueAt == nil:
		set["metadata_due_at"] = now.Add(refreshAfter(c.ID))
	}
}

// refreshEvery is how often a provider's metadata is looked at.
const refreshEvery = 24 * time.Hour

// refreshAfter is when a connection's metadata is looked at after the last
// time: about a day, and for each connection another time of it, so that a
// thousand that were made in one minute do not come back in one.
func refreshAfter(c id.Connection) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(c)) // never fails
	return refreshEvery - refreshEvery/8 + time.Duration(h.Sum32())%(refreshEvery/4)
}

func sameTime(a, b *time.Time) bool {
	return a == b || a != nil && b != nil && a.Truncate(time.Microsecond).Equal(b.Truncate(time.Microsecond))
}

// differs names the members of the configuration that have other values in to.
func (s settings) differs(to settings) []string {
	before, after := s.flat(), to.flat()
	var names []string
	for name := range after {
		if !bytes.Equal(before[name], after[name]) {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, stays := after[name]; !stays {
			names = append(names, name)
		}
	}
	if s.secret.Reveal() != to.secret.Reveal() {
		names = append(names, "oidc.client_secret")
	}
	slices.Sort(names)
	return names
}

// flat is the configuration's members by their whole names, as JSON.
func (s settings) flat() map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for prefix, part := range map[string]any{"saml.": s.SAML, "oidc.": s.OIDC} {
		text, err := json.Marshal(part)
		if err != nil {
			continue // texts, numbers and bytes always can
		}
		members := map[string]json.RawMessage{}
		_ = json.Unmarshal(text, &members) // null for the other protocol
		for name, value := range members {
			out[prefix+name] = value
		}
	}
	return out
}
