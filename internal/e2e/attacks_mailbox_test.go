package e2e

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/mfa"
)

// poison is every header that a proxy or a framework might believe about where
// we are, from a proxy that is trusted.
var poison = []string{"Host", evil, "X-Forwarded-Host", evil, "X-Original-Host", evil, "X-Host", evil, "X-Forwarded-Server", evil, "X-Forwarded-Proto", "gopher",
	"X-Forwarded-Scheme", "gopher", "X-Forwarded-Port", "666", "X-Forwarded-Prefix", "/" + evil, "X-Original-Url", "https://" + evil + "/", "X-Rewrite-Url", "https://" + evil + "/",
	"Forwarded", "for=" + evil + ";host=" + evil + ";proto=gopher", "Referer", "https://" + evil + "/"}

// poisoned is a browser behind whom somebody adds the headers.
func poisoned(s *Server, headers []string) *Browser {
	b := s.Browser()
	for i := 0; i+1 < len(headers); i += 2 {
		b.Set(headers[i], headers[i+1])
	}
	return b
}

// letters is every mail that was sent, to whomever.
func letters(t *testing.T, s *Server) (all []mailtest.Letter) {
	t.Helper()
	seen := map[string]bool{}
	err := s.DB.Read(t.Context(), func(tx *db.Tx) error {
		rows, _, err := mail.ListKept(tx, db.Page{Limit: 100})
		for _, row := range rows {
			seen[row.Recipient] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for address := range seen {
		all = append(all, mailtest.All(t, s.DB, address)...)
	}
	return all
}

var address = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>)]+`)

// leads is every address in a mail, as text and as markup.
func leads(t *testing.T, l mailtest.Letter) []string {
	t.Helper()
	found := address.FindAllString(l.Text, -1)
	doc, err := html.Parse(strings.NewReader(l.HTML))
	if err != nil {
		t.Fatal(err)
	}
	walk(doc, func(n *html.Node) {
		for _, name := range []string{"href", "src", "action", "background", "srcset", "poster", "data"} {
			if value := attr(n, name); value != "" {
				found = append(found, value)
			}
		}
	})
	return found
}

// honest fails where a mail leads elsewhere than the configured base URL says,
// byte for byte, and returns the kinds that were looked at.
func honest(t *testing.T, s *Server) (kinds map[string]bool) {
	t.Helper()
	kinds = map[string]bool{}
	for _, l := range letters(t, s) {
		kinds[l.Kind] = true
		found := leads(t, l)
		if len(found) == 0 && l.Kind != "email_change" && l.Kind != "sso_required_from" { // the application shows the form of the first, the second asks for nothing
			t.Errorf("%s leads nowhere:\n%s", l.Kind, l.Text)
		}
		for _, to := range found {
			if !strings.HasPrefix(to, s.Base+"/") {
				t.Errorf("%s leads to %s", l.Kind, to)
			}
		}
		if whole := strings.ToLower(l.Subject + l.Text + l.HTML); strings.Contains(whole, evil) || strings.Contains(whole, "gopher") {
			t.Errorf("%s holds what a header said:\n%s", l.Kind, l.Text)
		}
	}
	return kinds
}

// kindsOfMail are those that the code has, so that a new one is looked at too.
func kindsOfMail(t *testing.T) (kinds []string) {
	t.Helper()
	files, err := filepath.Glob("../../web/mail/*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`\) Kind\(\) string\s*\{ return "([a-z_]+)" \}`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range declared.FindAllStringSubmatch(string(source), -1) {
			kinds = append(kinds, m[1])
		}
	}
	if len(kinds) < 12 {
		t.Fatalf("only %v were found", kinds)
	}
	return kinds
}

// Two headers at once may hide what one alone would do.
func TestNoHeaderAloneSaysWhereAMailLeads(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		mara := s.proven(t, "mara@fieldnote.example")
		for i := 0; i < len(poison); i += 2 {
			s.Time.Add(2 * time.Minute)
			one := poison[i : i+2]
			poisoned(s, one).Get("/login/password/forgot").Submit("email", "mara@fieldnote.example")
			poisoned(s, one).Get("/login").Submit("email", "mara@fieldnote.example").Follow("Email me a code").Submit()
			if l := mailtest.Last(t, s.DB, "mara@fieldnote.example"); l.Kind != "sign_in_code" || len(l.Links) != 1 {
				t.Fatalf("%s: %s %v", one, l.Kind, l.Links)
			}
			api := append([]string{"Authorization", "Bearer " + APIKey, "Content-Type", "application/json"}, one...)
			s.raw(http.MethodPost, "/user_management/invitations", `{"email":"sofie`+string(rune('a'+i))+`@haldenmarine.example"}`, api...)
			made := s.raw(http.MethodPost, "/user_management/password_reset", `{"email":"mara@fieldnote.example"}`, api...)
			if to := made.Text("password_reset_url"); made.Text("user_id") != string(mara) || !strings.HasPrefix(to, s.Base+"/") {
				t.Errorf("%s: %d %s", one, made.Status, made.Raw)
			}
		}
		if kinds := honest(t, s); len(kinds) != 3 {
			t.Errorf("looked at %v", kinds)
		}
	})
}

var base32Key = regexp.MustCompile(`(?:[A-Z2-7]{4} ?){8}`)

// mailsOfPeople causes each kind of mail that goes to people, once, by poisoned
// requests alone.
func mailsOfPeople(t *testing.T, s *Server) {
	t.Helper()
	const mara, next = "mara@fieldnote.example", "mara@haldenmarine.example"
	api := poisonedAPI(t, s)
	signUp(t, s, poisoned(s, poison), mara) // verify_email
	again := poisoned(s, poison).Get(s.AuthorizeURL("screen_hint", "sign-up"))
	again.Submit("email", mara, "first_name", "Eve", "last_name", "Adder").Submit("password", "another good passphrase 77") // account_exists
	s.Time.Add(time.Hour)                                                                                                   // its first browsers are no news
	poisoned(s, poison).Get("/login").Submit("email", mara).Submit("password", Password)                                    // new_device
	poisoned(s, poison).Get("/login").Submit("email", mara).Follow("Email me a code").Submit()                              // sign_in_code
	poisoned(s, poison).Get("/login/password/forgot").Submit("email", mara)                                                 // password_reset
	link := mailtest.Last(t, s.DB, mara).Links[0]
	poisoned(s, poison).Get(strings.TrimPrefix(link, s.Base)).Submit("password", Password+"-2") // password_changed
	user := userID(s, mara)
	api(http.MethodPost, "/user_management/users/"+string(user)+"/email_change/send", `{"new_email":"`+next+`"}`) // email_change
	api(http.MethodPost, "/user_management/users/"+string(user)+"/email_change/confirm", `{"code":"`+mailtest.Last(t, s.DB, next).Code+`"}`)
	api(http.MethodPost, "/user_management/invitations", `{"email":"sofie@haldenmarine.example"}`)
	org := join(t, s, next, "Halden Marine")[0]
	api(http.MethodPut, "/organizations/"+string(org)+"/policy", `{"mfa_required":true}`)
	p := poisoned(s, poison).Get(s.AuthorizeURL("organization_id", string(org))).Submit("email", next).Submit("password", Password+"-2").Follow("Authenticator app")
	f := &phone{s: s, key: strings.ReplaceAll(base32Key.FindString(p.Text()), " ", "")}
	p.Submit("code", f.code(t, 0)) // factor_added
	var codes []string
	s.Tx(func(tx *db.Tx) (err error) { codes, err = mfa.NewRecoveryCodes(tx, user); return err })
	p = poisoned(s, poison).Get("/login").Submit("email", next).Submit("password", Password+"-2")
	p.Follow("Recovery code").Submit("code", codes[0]) // recovery_code_used
	list := api(http.MethodGet, "/user_management/users/"+string(user)+"/auth_factors", "")
	data, _ := list.Body["data"].([]any)
	if len(data) != 1 {
		t.Fatalf("%s", list.Raw)
	}
	removed := support(s)(http.MethodPost, "/admin/users/"+string(user)+"/factors/"+data[0].(map[string]any)["id"].(string)+"/remove", "") // factor_removed
	if removed.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", removed.Status, removed.says())
	}
}

// Who asks for a mail to two addresses gets one to the address that somebody
// has, or none (attacks P2).
func TestAMailGoesToOneAddressAlone(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		s.proven(t, "mara@fieldnote.example")
		mara := string(userID(s, "mara@fieldnote.example"))
		const ours, theirs = "mara@fieldnote.example", "eve@" + evil
		texts := []string{ours + "," + theirs, theirs + "," + ours, ours + ";" + theirs, ours + " " + theirs, ours + "\r\nBcc: " + theirs, ours + "\nTo: " + theirs, ours + "%0d%0aBcc:" + theirs,
			ours + "\x00" + theirs, ours + "\u2028" + theirs, `"` + ours + `" <` + theirs + ">", "<" + ours + ">,<" + theirs + ">", ours + "|" + theirs, ours + "&email=" + theirs, `["` + ours + `","` + theirs + `"]`, "@" + evil + ":" + ours}
		forms := []url.Values{{"email[]": {ours, theirs}}, {"email": {ours, theirs}}, {"email": {theirs, ours}}, {"email[0]": {ours}, "email[1]": {theirs}}, {"email": {ours}, "email[]": {theirs}}, {"email": {ours}, "cc": {theirs}, "to": {theirs}}}
		bodies := []string{`["` + ours + `","` + theirs + `"]`, `{"0":"` + ours + `","1":"` + theirs + `"}`, `"` + ours + `","email":"` + theirs + `"`, `"` + theirs + `","email":"` + ours + `"`, `"` + ours + `","Email":"` + theirs + `"`}
		for _, text := range texts {
			forms = append(forms, url.Values{"email": {text}})
			quoted, err := rawText(text)
			if err != nil {
				t.Fatal(err)
			}
			bodies = append(bodies, quoted)
		}
		before := len(letters(t, s))
		looked := func(what string, status int, mayBe ...int) {
			t.Helper()
			s.Time.Add(2 * time.Minute) // the limits of mails are another test's
			if !slices.Contains(mayBe, status) {
				t.Errorf("%s was answered %d", what, status)
			}
			now := letters(t, s)
			if len(now) > before+1 || status >= 400 && len(now) != before {
				t.Errorf("%s caused %d mails, answered %d", what, len(now)-before, status)
			}
			before = len(now)
			for _, l := range now {
				if l.To != ours {
					t.Fatalf("%s was mailed to %q", what, l.To)
				}
			}
		}
		for _, form := range forms {
			sent := form.Encode()
			for _, path := range []string{"/login/password/forgot", "/login", "/login/signup"} {
				a := s.raw(http.MethodPost, path, "first_name=E&last_name=E&"+sent, "Content-Type", "application/x-www-form-urlencoded")
				looked(path+" "+sent, a.Status, 200, 303, 400, 422)
			}
		}
		for _, body := range bodies {
			for path, field := range map[string]string{"/password_reset": "email", "/password_reset/send": "email", "/magic_auth": "email", "/magic_auth/send": "email", "/invitations": "email", "/users/" + mara + "/email_change/send": "new_email"} {
				sent := `{"` + field + `":` + strings.ReplaceAll(strings.ReplaceAll(body, `"email"`, `"`+field+`"`), `"Email"`, `"`+strings.ToUpper(field)+`"`) + `}`
				a := s.raw(http.MethodPost, "/user_management"+path, sent, "Authorization", "Bearer "+APIKey, "Content-Type", "application/json")
				looked(path+" "+sent, a.Status, 200, 201, 400, 404, 422)
			}
		}
	})
}

// A reset link is its account's: whoever holds one and writes somebody else's
// name beside it, or is signed in as them, changes their own (attacks P3).
func TestAResetLinkChangesItsOwnAccountAlone(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		mara, eve := s.proven(t, "mara@fieldnote.example"), s.proven(t, "eve@"+evil)
		b := s.Browser() // the victim's browser, in which the attacker's link is opened
		b.Get("/login").Submit("email", "mara@fieldnote.example").Submit("password", Password)
		s.Browser().Get("/login/password/forgot").Submit("email", "eve@"+evil)
		path := strings.TrimPrefix(mailtest.Last(t, s.DB, "eve@"+evil).Links[0], s.Base)
		const chosen = "another good passphrase 77"
		b.Post(path, url.Values{"password": {chosen}, "email": {"mara@fieldnote.example"}, "user_id": {string(mara)}, "id": {string(mara)}})
		token := s.made(t, http.MethodPost, "/user_management/password_reset", map[string]any{"email": "eve@" + evil}).Text("password_reset_token")
		a := s.Call(http.MethodPost, "/user_management/password_reset/confirm", APIKey, map[string]any{"token": token, "new_password": chosen, "email": "mara@fieldnote.example", "user_id": mara})
		if user, _ := a.Body["user"].(map[string]any); a.Status != http.StatusOK || user["id"] != string(eve) {
			t.Errorf("%d %s", a.Status, a.Raw)
		}
		for email, password := range map[string]string{"mara@fieldnote.example": Password, "eve@" + evil: chosen} {
			if a := s.grant("password", "email", email, "password", password); a.Status != http.StatusOK {
				t.Errorf("%s has another password: %d %s", email, a.Status, a.Raw)
			}
		}
		for what, bent := range map[string]string{"a cut one": token[:len(token)-1], "a longer one": token + "A", "a person's id": string(mara), "nothing": "", "another spelling": strings.ToLower(token), "its own id": string(id.New[id.EmailProof]())} {
			if a := s.Call(http.MethodPost, "/user_management/password_reset/confirm", APIKey, map[string]any{"token": bent, "new_password": chosen}); a.Status < 400 || a.Status >= 500 {
				t.Errorf("%s: %d %s", what, a.Status, a.Raw)
			}
		}
	})
}

// Programs open every link of a mail before its reader does: none is used up by
// that, nothing is recorded, and nobody is signed in (attacks P9).
func TestProgramsThatOpenMailsUseNothingUp(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		s.proven(t, "mara@fieldnote.example")
		b := s.Browser()
		b.Get("/login").Submit("email", "mara@fieldnote.example").Submit("password", Password)
		s.Time.Add(2 * time.Hour)
		s.Browser().Get("/login").Submit("email", "mara@fieldnote.example").Submit("password", Password)
		s.Browser().Get("/login").Submit("email", "mara@fieldnote.example").Follow("Email me a code").Submit()
		s.Browser().Get("/login/password/forgot").Submit("email", "mara@fieldnote.example")
		s.Browser().Get("/login/signup").Submit("email", "sofie@haldenmarine.example", "first_name", "Sofie", "last_name", "Berg").Submit("password", Password)
		invite(t, s, "ines@haldenmarine.example")
		var paths []string
		for _, l := range letters(t, s) {
			for _, link := range l.Links {
				paths = append(paths, strings.TrimPrefix(link, s.Base))
			}
		}
		if len(paths) < 5 {
			t.Fatalf("only %v were mailed", paths)
		}
		entries := attemptsAndEntries(s)
		for _, path := range paths {
			for _, agent := range []string{"", "SafeLinks 1.0", "Slackbot-LinkExpanding 1.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"} {
				for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodOptions, http.MethodGet} {
					a := s.raw(method, path, "", "User-Agent", agent, "Accept", "*/*", "Purpose", "prefetch", "Sec-Purpose", "prefetch;prerender")
					if method != http.MethodOptions && a.Status != http.StatusOK || strings.Contains(a.says(), "gatehouse_session=") {
						t.Errorf("%s %s by %q: %d, cookies %q", method, path, agent, a.Status, a.Header["Set-Cookie"])
					}
				}
			}
		}
		if n := attemptsAndEntries(s); n != entries {
			t.Errorf("%d rows more", n-entries)
		}
		if b.Get("/account/session").Status != http.StatusOK {
			t.Error("a program ended the session")
		}
	})
}
