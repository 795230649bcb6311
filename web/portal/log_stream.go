package portal

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/portal"
	"gatehouse/web/logstream"
)

const pathStreams = "/portal/log-stream"

func streamRoutes() []route {
	return []route{
		get(pathStreams, (*Handler).logStreams, portal.LogStream),
		get(pathStreams+"/new", (*Handler).newStream, portal.LogStream),
		post(pathStreams+"/new", (*Handler).createStream, portal.LogStream),
		get(pathStreams+"/:stream", (*Handler).logStream, portal.LogStream),
		get(pathStreams+"/:stream/settings", (*Handler).streamSettings, portal.LogStream),
		post(pathStreams+"/:stream/settings", (*Handler).saveStream, portal.LogStream),
		post(pathStreams+"/:stream/pause", (*Handler).pauseStream, portal.LogStream),
		post(pathStreams+"/:stream/resume", (*Handler).resumeStream, portal.LogStream),
		post(pathStreams+"/:stream/test", (*Handler).testStream, portal.LogStream),
		get(pathStreams+"/:stream/replay", (*Handler).askReplayStream, portal.LogStream),
		post(pathStreams+"/:stream/replay", (*Handler).replayStream, portal.LogStream),
		get(pathStreams+"/:stream/delete", (*Handler).askDeleteStream, portal.LogStream),
		post(pathStreams+"/:stream/delete", (*Handler).deleteStream, portal.LogStream),
	}
}

type streamListPage struct {
	frame
	kinds []sink.Kind
	rows  []stream.Status
}

func (h *Handler) logStreams(v *visit) error {
	p := streamListPage{frame: v.frame("Log streams", pathStreams), kinds: h.Streams.Kinds}
	err := v.read(func(tx *db.OrgTx) error {
		rows, _, err := stream.List(tx, stream.Query{Page: db.Page{Limit: db.MaxLimit}})
		for i := range rows {
			st, err := stream.StatusOf(tx, &rows[i])
			if err != nil {
				return err
			}
			p.rows = append(p.rows, st)
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, streamListView(p))
}

type streamNewPage struct {
	frame
	logstream.Form
	kinds []sink.Kind
}

// newStream chooses a kind first, then fills in what that kind needs.
func (h *Handler) newStream(v *visit) error {
	p := streamNewPage{}
	if kind, known := sink.Find(h.Streams.Kinds, v.QueryParam("type")); known {
		p.Form = logstream.Fresh(kind)
	}
	return v.showNewStream(http.StatusOK, p)
}

func (v *visit) showNewStream(status int, p streamNewPage) error {
	p.kinds = v.h.Streams.Kinds
	p.frame = v.frame("New log stream", pathStreams).fail(p.Wrong)
	return v.show(status, streamNewView(p))
}

func (h *Handler) createStream(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	kind, known := sink.Find(h.Streams.Kinds, form.Get("type"))
	if !known {
		return v.Redirect(http.StatusSeeOther, pathStreams+"/new")
	}
	p := streamNewPage{Form: logstream.Fresh(kind)}
	p.Read(form)
	var made *stream.Stream
	err = v.in(func(tx *db.OrgTx) (err error) {
		made, err = h.Streams.Create(tx, p.New())
		return err
	})
	if p.Refused(err) {
		p.Forget()
		return v.showNewStream(http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return v.done(pathStreams+"/"+string(made.ID), streamCreated)
}

type streamPage struct {
	frame
	stream.Status
	kinds  []sink.Kind
	path   string
	dialog templ.Component
}

// streamPage reads the stream of the address.
func (v *visit) streamPage() (p streamPage, err error) {
	key, err := param[id.Stream](v, "stream")
	if err != nil {
		return p, err
	}
	err = v.read(func(tx *db.OrgTx) error {
		s, err := stream.Get(tx, key)
		if err != nil {
			return err
		}
		p.Status, err = stream.StatusOf(tx, s)
		return err
	})
	if err != nil {
		return p, err
	}
	p.frame, p.kinds, p.path = v.frame(p.Stream.Name, pathStreams), v.h.Streams.Kinds, pathStreams+"/"+string(key)
	return p, nil
}

func (h *Handler) logStream(v *visit) error { return v.showStream(http.StatusOK, nil) }

func (v *visit) showStream(status int, dialog func(streamPage) templ.Component) error {
	p, err := v.streamPage()
	if err != nil {
		return err
	}
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, streamView(p))
}

// ofStream changes the stream of the address, and goes on to its page.
func (v *visit) ofStream(said notice, fn func(*db.OrgTx, *stream.Stream) error) error {
	key, err := param[id.Stream](v, "stream")
	if err != nil {
		return err
	}
	err = v.in(func(tx *db.OrgTx) error {
		s, err := stream.Get(tx, key)
		if err != nil {
			return err
		}
		return fn(tx, s)
	})
	if err != nil {
		return err
	}
	return v.done(pathStreams+"/"+string(key), said)
}

func (h *Handler) pauseStream(v *visit) error {
	return v.ofStream(streamPaused, func(tx *db.OrgTx, s *stream.Stream) error {
		_, err := stream.Pause(tx, s.ID)
		return err
	})
}

func (h *Handler) resumeStream(v *visit) error {
	return v.ofStream(streamResumed, func(tx *db.OrgTx, s *stream.Stream) error {
		_, err := stream.Resume(tx, s.ID)
		return err
	})
}

// testStream sends a test entry, in no transaction, and shows what came back.
func (h *Handler) testStream(v *visit) error {
	key, err := param[id.Stream](v, "stream")
	if err != nil {
		return err
	}
	var trial *stream.Trial
	err = v.read(func(tx *db.OrgTx) (err error) {
		trial, err = h.Streams.Trial(tx, key)
		return err
	})
	if err != nil {
		return err
	}
	if err := trial.Allow(v.ctx(), h.Limits); err != nil {
		return err
	}
	became := trial.Send(v.ctx())
	if err := v.in(func(tx *db.OrgTx) error { return trial.Record(tx, became) }); err != nil {
		return err
	}
	if became.Delivered {
		return v.done(pathStreams+"/"+string(key), streamTested)
	}
	return v.showStream(http.StatusUnprocessableEntity, func(streamPage) templ.Component { return logstream.NotTaken(became) })
}

type streamSettingsPage struct {
	streamPage
	logstream.Form
}

func (h *Handler) streamSettings(v *visit) error { return v.showStreamSettings(http.StatusOK, nil) }

func (v *visit) showStreamSettings(status int, typed *logstream.Form) error {
	of, err := v.streamPage()
	if err != nil {
		return err
	}
	kind, known := sink.Find(of.kinds, of.Stream.Type)
	if !known {
		return v.Redirect(http.StatusSeeOther, of.path)
	}
	p := streamSettingsPage{of, logstream.Of(kind, of.Stream)}
	if typed != nil {
		p.Form = *typed
	}
	p.frame = v.frame("Edit log stream", pathStreams).fail(p.Wrong)
	return v.show(status, streamSettingsView(p))
}

func (h *Handler) saveStream(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	var f logstream.Form
	err = v.ofStream(streamSaved, func(tx *db.OrgTx, s *stream.Stream) error {
		kind, _ := sink.Find(h.Streams.Kinds, s.Type)
		f = logstream.Of(kind, s)
		f.Read(form)
		_, err := h.Streams.Change(tx, s.ID, f.Changes(s))
		return err
	})
	if f.Refused(err) {
		f.Forget()
		return v.showStreamSettings(http.StatusUnprocessableEntity, &f)
	}
	return err
}

func (h *Handler) askReplayStream(v *visit) error {
	return v.askReplay(http.StatusOK, v.now.Add(-24*time.Hour).Format(logstream.DateTime), "")
}

func (v *visit) askReplay(status int, from, wrong string) error {
	return v.showStream(status, func(p streamPage) templ.Component { return streamReplayDialog(p, from, wrong) })
}

func (h *Handler) replayStream(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	from, err := logstream.ParseMoment(form.Get("from"))
	if err != nil {
		return v.askReplay(http.StatusUnprocessableEntity, form.Get("from"), "Enter a date and a time, such as 2026-11-22 12:00.")
	}
	return v.ofStream(streamReplayed, func(tx *db.OrgTx, s *stream.Stream) error {
		_, err := stream.Replay(tx, s.ID, stream.Point{Time: from})
		return err
	})
}

func (h *Handler) askDeleteStream(v *visit) error { return v.askDelete(http.StatusOK, "") }

func (v *visit) askDelete(status int, wrong string) error {
	return v.showStream(status, func(p streamPage) templ.Component { return streamDeleteDialog(p, wrong) })
}

func (h *Handler) deleteStream(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p, err := v.streamPage()
	if err != nil {
		return err
	}
	if !strings.EqualFold(strings.TrimSpace(form.Get("confirm")), p.Stream.Name) {
		return v.askDelete(http.StatusUnprocessableEntity, "Type the name exactly.")
	}
	if err := v.in(func(tx *db.OrgTx) error { return stream.Delete(tx, p.Stream.ID) }); err != nil {
		return err
	}
	return v.done(pathStreams, streamDeleted)
}
