package main

import (
	"errors"
	"html/template"
	"log"
	"net/http"
	"time"

	"golang.org/x/oauth2"
)

var page = template.Must(template.New("page").Parse(`<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{{.Title}}</title><h1>{{.Title}}</h1>
{{with .Text}}<p>{{.}}</p>{{end}}
{{with .Fields}}<dl>{{range .}}<dt>{{.Name}}</dt><dd data-field="{{.Name}}">{{.Value}}</dd>{{end}}</dl>{{end}}
<p>{{range .Links}}<a href="{{.Value}}">{{.Name}}</a> {{end}}</p></html>`))

type pair struct{ Name, Value string }

type content struct {
	Title, Text   string
	Fields, Links []pair
}

func show(w http.ResponseWriter, status int, c content) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := page.Execute(w, c); err != nil {
		log.Print(err)
	}
}

func refuse(w http.ResponseWriter, status int, why string) {
	show(w, status, content{Title: "That did not work", Text: why, Links: []pair{{"Sign in again", "/login"}}})
}

func (a *app) index(w http.ResponseWriter, r *http.Request) {
	c := content{Title: "Fieldnote", Text: "You are not signed in.", Links: []pair{{"Sign in", "/login"}}}
	if a.sessions.of(r) != nil {
		c.Text, c.Links = "", []pair{{"Your dashboard", "/dashboard"}}
	}
	show(w, http.StatusOK, c)
}

// dashboard is the protected page: the person as the userinfo endpoint tells.
func (a *app) dashboard(w http.ResponseWriter, r *http.Request) {
	s := a.sessions.of(r)
	if s == nil {
		http.Redirect(w, r, "/login", http.StatusFound)
		return
	}
	token, err := s.live(r.Context(), &a.oauth)
	if err != nil {
		a.lost(w, r, err)
		return
	}
	info, err := a.provider.UserInfo(r.Context(), oauth2.StaticTokenSource(token))
	if err != nil {
		a.lost(w, r, err)
		return
	}
	// OpenID Connect Core 1.0 §5.3.2: an answer about somebody else must not be used.
	if info.Subject != s.subject {
		a.lost(w, r, errors.New("userinfo answered about another person"))
		return
	}
	show(w, http.StatusOK, content{
		Title:  "Dashboard",
		Text:   map[string]string{"1": "The tokens were renewed."}[r.FormValue("refreshed")],
		Fields: []pair{{"email", info.Email}, {"subject", info.Subject}},
		Links:  []pair{{"Renew the tokens", "/refresh"}, {"Sign out", "/logout"}},
	})
}

func (a *app) refresh(w http.ResponseWriter, r *http.Request) {
	s := a.sessions.of(r)
	if s == nil {
		http.Redirect(w, r, "/login", http.StatusFound)
		return
	}
	if err := s.renew(r.Context(), &a.oauth); err != nil {
		a.lost(w, r, err)
		return
	}
	http.Redirect(w, r, "/dashboard?refreshed=1", http.StatusFound)
}

// lost ends a session that the provider ended, and keeps one that it could
// merely not be asked about.
func (a *app) lost(w http.ResponseWriter, r *http.Request, err error) {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.ErrorCode == "invalid_grant" {
		a.sessions.end(r)
		a.setCookie(w, sessionCookie, "", -time.Second)
		http.Redirect(w, r, "/login", http.StatusFound)
		return
	}
	refuse(w, http.StatusBadGateway, err.Error())
}
