package dashboard

import (
	"errors"
	"strings"
	"time"

	"gatehouse/tenants"
)

// question is asked over a page, which is where Cancel goes. wrong says why
// the answer was refused.
type question struct{ path, wrong string }

func orDefault(role string) string {
	if role == "" {
		return tenants.DefaultRole
	}
	return role
}

func errorsAre(err error, targets ...error) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}

func since(d tenants.Domain) *time.Time {
	if d.VerifiedAt != nil {
		return d.VerifiedAt
	}
	return &d.CreatedAt
}

// typed reports whether an address was typed as it is, in any case.
func typed(text, want string) bool { return strings.EqualFold(strings.TrimSpace(text), want) }

// errNotTyped says that the name that confirms was not typed.
var errNotTyped = errors.New("the name was not typed")
