package browser

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/problem"
)

func mustURL(t *testing.T, path string) *url.URL {
	t.Helper()
	u, err := url.ParseRequestURI("http://auth.example.com" + path)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Of "redirect_uri=good&redirect_uri=evil" two readers take different ones.
func TestStrictParameters(t *testing.T) {
	for text, ok := range map[string]bool{
		"": true, "a=1&b=2": true, "a=": true, "provider_scopes=x&provider_scopes=y": true, "events[]=a&events[]=b": true,
		"a=1&a=1": false, "a=1&a=2": false, "a=%ff": false, "a=%00": false, "a%00=1": false, "a=%zz": false, "a=1;b=2": false,
		strings.Repeat("x=1&", maxParams): false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.RawQuery = text
		_, queryErr := Query(r, "provider_scopes")
		_, formErr := Form(form(text), "provider_scopes")
		for _, err := range []error{queryErr, formErr} {
			if (err == nil) != ok || err != nil && problem.Of(err).Status() != http.StatusBadRequest {
				t.Errorf("%.40q: %v", text, err)
			}
		}
	}
}

func form(text string) *http.Request {
	r := httptest.NewRequest("POST", "/?injected=1", strings.NewReader(text))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r
}

func TestParametersAreRead(t *testing.T) {
	p, err := Form(form("email=a%40b&empty=&events=a,b&events[]=c&q[domain_hint]=x&q[login]=y&s=a,b"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Get("email") != "a@b" || p.Has("injected") || !p.Has("empty") || p.Get("email[]") != "" {
		t.Error("Get and Has")
	}
	if got := p.List("events"); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("List: %v", got)
	}
	if got := p.Repeated("s"); !slices.Equal(got, []string{"a,b"}) {
		t.Errorf("Repeated: %v", got)
	}
	if got := p.Under("q"); len(got) != 2 || got["domain_hint"] != "x" {
		t.Errorf("Under: %v", got)
	}
}

func TestFormsMustBeForms(t *testing.T) {
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"a":1}`))
	r.Header.Set("Content-Type", "application/json")
	if _, err := Form(r); !errors.Is(err, problem.ErrUnsupported) {
		t.Error(err)
	}
}

// A parameter's name is the caller's text and comes back in the message.
func TestMessagesHoldNoMarkup(t *testing.T) {
	_, err := Form(form("%1b%3Cb%3E=1&%1b%3Cb%3E=2"))
	if err == nil || strings.Contains(problem.Of(err).Message, "<b>") {
		t.Error(err)
	}
}

func TestJSON(t *testing.T) {
	for body, status := range map[string]int{
		``: 0, `null`: 0, ` {"name":"x","unknown":1} `: 0, `{"name":"a\\u0000b"}`: 0, `{"name":"ü"}`: 0,
		`{"name":1}`: 422, `[1]`: 422, `{`: 400, `{"name":"x"} {}`: 400, "{\"name\":\"\xff\"}": 400, `{"name":"a\u0000b"}`: 400, `name=x`: 400,
		`{"name":"` + strings.Repeat("x", BodyLimit) + `"}`: 413,
		strings.Repeat("[", 100_000):                        400,
	} {
		var target struct{ Name string }
		got := 0
		if err := JSON(httptest.NewRequest("POST", "/", strings.NewReader(body)), &target); err != nil {
			got = problem.Of(err).Status()
		}
		if got != status {
			t.Errorf("%.40q: %d, want %d", body, got, status)
		}
	}
}

func TestWrongTypeNamesTheMember(t *testing.T) {
	var target struct {
		Metadata map[string]string `json:"metadata"`
	}
	err := JSON(httptest.NewRequest("POST", "/", strings.NewReader(`{"metadata":{"a":1}}`)), &target)
	if p := problem.As(err); p == nil || len(p.Details) != 1 || !strings.HasPrefix(p.Details[0].Field, "metadata") {
		t.Errorf("%+v", err)
	}
}

// A body of 10 MB must cost us neither memory nor a 500, declared or not.
func TestLargeBodiesAreRefused(t *testing.T) {
	const size = 10 << 20
	declared := httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", size)))
	if _, err := through(declared, LimitBody(BodyLimit)); !errors.Is(err, problem.ErrTooLarge) {
		t.Errorf("declared: %v", err)
	}
	if _, err := Body(declared); !errors.Is(err, problem.ErrTooLarge) {
		t.Errorf("declared, without the middleware: %v", err)
	}
	chunked := httptest.NewRequest("POST", "/", io.MultiReader(strings.NewReader(strings.Repeat("x", size))))
	chunked.ContentLength = -1
	if _, err := through(chunked, LimitBody(1000)); err != nil {
		t.Fatal(err)
	}
	if _, err := Body(chunked); !errors.Is(err, problem.ErrTooLarge) {
		t.Errorf("chunked: %v", err)
	}
}
