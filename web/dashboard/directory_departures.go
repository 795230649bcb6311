package dashboard

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/web/ui"
)

type departuresPage struct {
	directoryFrame
	show  string
	rows  []directory.Departure
	names map[id.DirectoryUser]string // of those who are still in the directory
	pager ui.PagerProps
}

// showUnproven narrows to those whom nobody has looked after yet.
const showUnproven = "unproven"

var departureOptions = []ui.Option{{Label: "Everybody who left"}, {Value: showUnproven, Label: "Not proven yet"}}

func (h *Handler) directoryDepartures(v *visit) error {
	p := departuresPage{show: v.query("show")}
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.directoryFrame, err = v.directoryFrame(tx, tabDepartures); err != nil {
			return err
		}
		var paging db.Paging
		p.rows, paging, err = directory.Departures(tx, p.Directory.ID, directory.DepartureQuery{Unproven: p.show == showUnproven, Page: v.page()})
		if err != nil {
			return err
		}
		p.pager = pager(p.path+"/departures", url.Values{"show": {p.show}}, paging, count(int64(len(p.rows)), "departure", "departures")+" here")
		p.names, err = namesOf(tx, p.rows)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, departuresView(p))
}

// namesOf are the user names of those who left and are still in the directory,
// switched off.
func namesOf(tx db.OwnedScope, rows []directory.Departure) (map[id.DirectoryUser]string, error) {
	ids := make([]id.DirectoryUser, len(rows))
	for i, d := range rows {
		ids[i] = d.DirectoryUserID
	}
	list, err := directory.UsersByID(tx, ids)
	names := make(map[id.DirectoryUser]string, len(list))
	for _, u := range list {
		names[u.ID] = u.UserName
	}
	return names, err
}

func departureKind(d *directory.Departure) string {
	if d.Kind == "deleted" {
		return "Deleted"
	}
	return "Switched off"
}

// endedWith is what ended with somebody's access.
func endedWith(d *directory.Departure) string {
	var ended []string
	for _, e := range []struct {
		n         int64
		one, many string
	}{{d.Sessions, "session", "sessions"}, {d.RefreshTokens, "refresh token", "refresh tokens"}, {d.APIKeys, "API key", "API keys"}} {
		if e.n > 0 {
			ended = append(ended, count(e.n, e.one, e.many))
		}
	}
	if len(ended) == 0 {
		return "Nothing was open"
	}
	return strings.Join(ended, ", ")
}

// provenAfter is the measured time from the request until nothing that lives
// was found.
func provenAfter(d *directory.Departure) ui.StatusProps {
	switch {
	case d.Kept:
		return ui.StatusProps{Label: "Kept as owner", Tone: ui.Warn, Icon: "shield"}
	case d.ProvenAt == nil:
		return ui.StatusProps{Label: "Being looked at", Icon: "clock"}
	}
	return ui.StatusProps{Label: took(d.ProvenAt.Sub(d.ReceivedAt)), Tone: ui.OK, Icon: "shield-ok"}
}

// endedAfter is the measured time from the request until its transaction ended
// all of it.
func endedAfter(d *directory.Departure) string {
	if d.Kept {
		return "Not ended"
	}
	return took(max(d.CreatedAt.Sub(d.ReceivedAt), time.Duration(0)))
}
