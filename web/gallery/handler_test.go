package gallery

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A developer's preview must show each page it lists, in the language asked for.
func TestHandlerShowsPages(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		prefix:                                 "hosted-password-mismatch",
		prefix + "hosted-password?lang=de":     `lang="de"`,
		prefix + "hosted-password?theme=dark":  `data-theme="dark"`,
		prefix + "hosted-password?theme=\"><b": `theme`,
		stylesheetURL():                        ":root{",
	} {
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, strings.ReplaceAll(path, `"><b`, "%22%3E%3Cb"), nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), `"><b`) {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, prefix+"nothing", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("an unknown page answers %d", w.Code)
	}
}
