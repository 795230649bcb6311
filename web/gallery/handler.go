package gallery

import (
	"net/http"
	"strings"

	"gatehouse/internal/i18n"
)

// Handler serves the preview under /admin/gallery/, for development only:
// a list of the pages, each page with ?lang= and ?theme=, and the brand.
func Handler() http.Handler {
	pages := map[string]Entry{}
	for _, e := range Pages() {
		pages[e.Name] = e
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, prefix)
		setting := Setting{Theme: r.FormValue("theme")}
		setting.Lang, _ = i18n.Lookup(r.FormValue("lang"))
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page := index()
		if entry, ok := pages[name]; ok {
			page = entry.Render(setting)
		} else if r.URL.Path == stylesheetURL() {
			w.Header().Set("Content-Type", "text/css; charset=utf-8")
			_, _ = w.Write(stylesheet) // the browser is gone if this fails
			return
		} else if name != "" {
			http.NotFound(w, r)
			return
		}
		if err := page.Render(r.Context(), w); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
}
