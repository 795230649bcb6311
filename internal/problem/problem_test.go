package problem

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"
)

// A copy with a better sentence must still be what callers compare with.
func TestCopiesAreTheSameProblem(t *testing.T) {
	base := New(Conflict, "taken", "Taken.")
	other := New(Conflict, "taken", "Taken.")
	err := fmt.Errorf("saving: %w", base.WithMessage("Taken by x.").WithRetryAfter(time.Second))
	if !errors.Is(err, base) || errors.Is(err, other) {
		t.Fatal("identity of a problem is lost")
	}
}

// The Node SDK takes any body with an "error" member for an OAuth error, so plain ones must not have it.
func TestShapes(t *testing.T) {
	plain := ErrInvalid.WithDetails(Detail{Code: "x", Message: "y", Field: "z"}).WireBody()
	if plain["error"] != nil || plain["code"] != "invalid_request_parameters" || plain["errors"] == nil {
		t.Errorf("shape B: %v", plain)
	}
	oauth := NewOAuth(BadRequest, "invalid_grant", "Gone.").WireBody()
	if oauth["error"] != "invalid_grant" || oauth["code"] != nil {
		t.Errorf("shape C: %v", oauth)
	}
	if body := ErrUnauthorized.WireBody(); len(body) != 1 || body["message"] != "Unauthorized" {
		t.Errorf("401: %v", body)
	}
	if body := Of(errors.New("pq: secret detail")).WireBody(); body["code"] != "server_error" {
		t.Errorf("internal: %v", body)
	}
}

// A client without Retry-After hammers; every overload answer must carry one.
func TestOverloadSaysWhenToComeBack(t *testing.T) {
	for _, e := range []*Error{ErrTooMany, ErrUnavailable, ErrTooMany.WithRetryAfter(1500 * time.Millisecond)} {
		h := http.Header{}
		e.SetHeaders(h)
		if h.Get("Retry-After") == "" {
			t.Errorf("%v: no Retry-After", e)
		}
	}
}

func TestEveryKindHasAStatus(t *testing.T) {
	for k := Internal; k <= NotAllowed; k++ {
		if k.Status() < 400 {
			t.Errorf("kind %d: %d", k, k.Status())
		}
	}
}
