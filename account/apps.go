package account

import (
	"net/http"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/web/hosted"
)

func showApps(v *visit) error {
	rows, err := v.apps()
	if err != nil {
		return err
	}
	p := hosted.AppsPage{AccountHead: v.head()}
	for _, r := range rows {
		p.Apps = append(p.Apps, r.AppRow)
	}
	return v.show(http.StatusOK, p)
}

// app is one application and what the person has there.
type app struct {
	client id.Client
	hosted.AppRow
}

// apps are the applications with a live session, the last used first.
func (v *visit) apps() (rows []app, err error) {
	var s signedIn
	if err := v.read(func(tx *db.Tx) (err error) { s, err = v.signedIn(tx); return err }); err != nil {
		return nil, err
	}
	for _, a := range s.applications {
		i := slices.IndexFunc(rows, func(r app) bool { return r.client == a.ClientID })
		if i < 0 {
			rows = append(rows, app{a.ClientID, hosted.AppRow{Name: s.names[a.ClientID], Since: a.CreatedAt, LastUsed: a.LastActiveAt, URL: "/account/apps/" + string(a.ClientID) + "/disconnect"}})
			i = len(rows) - 1
		}
		r := &rows[i]
		r.Sessions++
		if a.CreatedAt.Before(r.Since) {
			r.Since = a.CreatedAt
		}
		if a.LastActiveAt.After(r.LastUsed) {
			r.LastUsed = a.LastActiveAt
		}
	}
	slices.SortStableFunc(rows, func(a, b app) int { return b.LastUsed.Compare(a.LastUsed) })
	return rows, nil
}

// application is the one in the address, if the person is signed in to it.
func (v *visit) application() (found app, err error) {
	rows, err := v.apps()
	if err != nil {
		return found, err
	}
	for _, r := range rows {
		if string(r.client) == v.Param("id") {
			return r, nil
		}
	}
	return found, problem.ErrNotFound
}

func askDisconnect(v *visit) error {
	a, err := v.application()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, hosted.QuestionPage{Frame: v.frame(), Kind: hosted.AskDisconnect, Args: i18n.Args{"name": a.Name, "count": a.Sessions},
		Action: a.URL, BackURL: pathApps})
}

// disconnect ends the person's sessions of one application; their refresh
// tokens end with them.
func disconnect(v *visit) error {
	a, err := v.application()
	if err != nil {
		return err
	}
	err = v.change(func(tx *db.Tx) error { return sessions.EndForClient(tx, v.user.ID, a.client, sessions.Revoked) })
	if err != nil {
		return err
	}
	return v.done(pathApps, hosted.SaidDisconnected)
}
