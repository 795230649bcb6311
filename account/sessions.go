package account

import (
	"errors"
	"net/http"
	"slices"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/oauth"
	"gatehouse/sessions"
	"gatehouse/web/hosted"
)

// signedIn is everything that the person is signed in to now.
type signedIn struct {
	browsers     []sessions.Browser
	applications []sessions.Session
	names        map[id.Client]string
}

func (v *visit) signedIn(tx *db.Tx) (s signedIn, err error) {
	if s.browsers, err = sessions.Browsers(tx, v.user.ID); err != nil {
		return s, err
	}
	if s.applications, err = sessions.Applications(tx, v.user.ID); err != nil {
		return s, err
	}
	s.names = map[id.Client]string{}
	for _, a := range s.applications {
		if _, known := s.names[a.ClientID]; known {
			continue
		}
		c, err := oauth.GetClient(tx, a.ClientID)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return s, err
		}
		s.names[a.ClientID] = string(a.ClientID)
		if err == nil && c.Name != "" {
			s.names[a.ClientID] = c.Name
		}
	}
	return s, nil
}

// below are the names of the applications that a browser is signed in to.
func (s signedIn) below(b id.BrowserSession) (names []string) {
	for _, a := range s.applications {
		if name := s.names[a.ClientID]; a.BrowserSessionID != nil && *a.BrowserSessionID == b && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// elsewhere are the application sessions that "everywhere else" ends.
func (s signedIn) elsewhere(here id.BrowserSession) (n int) {
	for _, a := range s.applications {
		if a.BrowserSessionID == nil || *a.BrowserSessionID != here {
			n++
		}
	}
	return n
}

func showSessions(v *visit) error {
	var s signedIn
	if err := v.read(func(tx *db.Tx) (err error) { s, err = v.signedIn(tx); return err }); err != nil {
		return err
	}
	p := hosted.SessionsPage{AccountHead: v.head(), Here: s.row(*v.browser)}
	p.Here.Seen = v.now
	for _, b := range s.browsers {
		if b.ID != v.browser.ID {
			p.Others = append(p.Others, s.row(b))
		}
	}
	if len(p.Others)+s.elsewhere(v.browser.ID) > 0 {
		p.EndOthersURL = pathOthers
	}
	return v.show(http.StatusOK, p)
}

func (s signedIn) row(b sessions.Browser) hosted.BrowserRow {
	return hosted.BrowserRow{Device: browser.AgentName(text(b.UserAgent)), IP: text(b.IPAddress), Started: b.CreatedAt, Seen: b.LastSeenAt,
		Apps: s.below(b.ID), Action: "/account/sessions/" + string(b.ID) + "/end"}
}

// endSession signs one of the person's browsers out, with all below it. No
// fresh sign-in: whoever sees a stranger there must be quick.
func endSession(v *visit) error {
	key, err := param[id.BrowserSession](v)
	if err != nil {
		return err
	}
	err = v.change(func(tx *db.Tx) error { return sessions.EndBrowserOf(tx, v.user.ID, key, sessions.Revoked) })
	if err != nil {
		return err
	}
	if key == v.browser.ID {
		v.h.Jar.Clear(v.Response(), browser.Session)
		return v.Redirect(http.StatusSeeOther, "/login/signed-out")
	}
	return v.done(pathSessions, hosted.SaidEnded)
}

func askOthers(v *visit) error {
	var s signedIn
	if err := v.read(func(tx *db.Tx) (err error) { s, err = v.signedIn(tx); return err }); err != nil {
		return err
	}
	return v.show(http.StatusOK, hosted.QuestionPage{Frame: v.frame(), Kind: hosted.AskEndOthers, Action: pathOthers, BackURL: pathSessions,
		Args: i18n.Args{"browsers": max(0, len(s.browsers)-1), "apps": s.elsewhere(v.browser.ID)}})
}

// endOthers ends every other browser, what is below it, and the sessions of
// applications that began in no browser.
func endOthers(v *visit) error {
	err := v.change(func(tx *db.Tx) error { return sessions.EndForUser(tx, v.user.ID, sessions.Revoked, v.browser.ID) })
	if err != nil {
		return err
	}
	return v.done(pathSessions, hosted.SaidOthers)
}
