package wire

import "gatehouse/internal/id"

type redirectObject struct{}

func (redirectObject) object() string { return "redirect_uri" }

// RedirectURI is an address to which people may return after signing in.
type RedirectURI struct {
	Object    Object[redirectObject] `json:"object"`
	ID        id.RedirectURI         `json:"id"`
	URI       string                 `json:"uri"`
	Default   bool                   `json:"default"`
	CreatedAt Timestamp              `json:"created_at"`
	UpdatedAt Timestamp              `json:"updated_at"`
}
