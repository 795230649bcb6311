package dashboard

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/web/logstream"
	"gatehouse/web/ui"
)

type streamPage struct {
	frame
	stream.Status
	org    *tenants.Organization // nil: it carries every one's
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
	err = v.read(func(tx *db.AllTx) error {
		s, err := stream.Get(tx, key)
		if err != nil {
			return err
		}
		if s.OrganizationID != nil {
			if p.org, err = customer(tx, *s.OrganizationID); err != nil {
				return err
			}
		}
		p.Status, err = stream.StatusOf(tx, s)
		return err
	})
	if err != nil {
		return p, err
	}
	p.kinds, p.path = v.h.Streams.Kinds, streamsHome+"/"+string(key)
	p.frame = v.frame(p.Stream.Name, streamsHome)
	return p, nil
}

func (p *streamPage) below(v *visit, title string) {
	p.frame = v.frame(title, streamsHome, ui.Link{Label: p.Stream.Name, Href: p.path})
}

// owner is whose entries it carries.
func (p streamPage) owner() string {
	if p.org == nil {
		return "every organization"
	}
	return p.org.Name
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
func (v *visit) ofStream(said notice, fn func(db.OwnedScope, *stream.Stream) error) error {
	key, err := param[id.Stream](v, "stream")
	if err != nil {
		return err
	}
	if err := v.changeAll(func(tx *db.AllTx) error { return stream.Within(tx, key, fn) }); err != nil {
		return err
	}
	return v.done(streamsHome+"/"+string(key), said)
}

func (h *Handler) pauseStream(v *visit) error {
	return v.ofStream(streamPaused, func(tx db.OwnedScope, s *stream.Stream) error {
		_, err := stream.Pause(tx, s.ID)
		return err
	})
}

func (h *Handler) resumeStream(v *visit) error {
	return v.ofStream(streamResumed, func(tx db.OwnedScope, s *stream.Stream) error {
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
	err = v.read(func(tx *db.AllTx) error {
		return stream.Within(tx, key, func(tx db.OwnedScope, s *stream.Stream) (err error) {
			trial, err = h.Streams.Trial(tx, s.ID)
			return err
		})
	})
	if err != nil {
		return err
	}
	if err := trial.Allow(v.Request().Context(), h.Limits); err != nil {
		return err
	}
	became := trial.Send(v.Request().Context())
	err = v.changeAll(func(tx *db.AllTx) error {
		return stream.Within(tx, key, func(tx db.OwnedScope, _ *stream.Stream) error { return trial.Record(tx, became) })
	})
	if err != nil {
		return err
	}
	if became.Delivered {
		return v.done(streamsHome+"/"+string(key), streamTested)
	}
	return v.showStream(http.StatusUnprocessableEntity, func(streamPage) templ.Component { return logstream.NotTaken(became) })
}

func (h *Handler) askDeleteStream(v *visit) error { return v.askStreamDeletion(http.StatusOK, "") }

func (v *visit) askStreamDeletion(status int, wrong string) error {
	return v.showStream(status, func(p streamPage) templ.Component {
		return confirmTyped(question{path: p.path, wrong: wrong}, ui.ConfirmProps{Title: "Delete " + p.Stream.Name + "?", Text: count(p.Lag, "waiting entry is", "waiting entries are") + " never sent, and its credentials are gone. The log itself stays as it is.",
			Post: ui.Post{Label: "Delete log stream", Action: p.path + "/delete"}}, p.Stream.Name)
	})
}

func (h *Handler) deleteStream(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	key, err := param[id.Stream](v, "stream")
	if err != nil {
		return err
	}
	err = v.changeAll(func(tx *db.AllTx) error {
		return stream.Within(tx, key, func(tx db.OwnedScope, s *stream.Stream) error {
			if !typed(form.Get("confirm"), s.Name) {
				return errNotTyped
			}
			return stream.Delete(tx, s.ID)
		})
	})
	if errorsAre(err, errNotTyped) {
		return v.askStreamDeletion(http.StatusUnprocessableEntity, "Type the name exactly.")
	}
	if err != nil {
		return err
	}
	return v.done(streamsHome, streamDeleted)
}

func (h *Handler) askReplayStream(v *visit) error {
	return v.askStreamReplay(http.StatusOK, v.now.Add(-24*time.Hour).Format(logstream.DateTime), "")
}

func (v *visit) askStreamReplay(status int, from, wrong string) error {
	return v.showStream(status, func(p streamPage) templ.Component { return streamReplayDialog(p, question{path: p.path}, from, wrong) })
}

func (h *Handler) replayStream(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	from, err := logstream.ParseMoment(form.Get("from"))
	if err != nil {
		return v.askStreamReplay(http.StatusUnprocessableEntity, form.Get("from"), "Enter a date and a time, such as 2026-11-22 12:00.")
	}
	return v.ofStream(streamReplayed, func(tx db.OwnedScope, s *stream.Stream) error {
		_, err := stream.Replay(tx, s.ID, stream.Point{Time: from})
		return err
	})
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
	p.below(v, "Edit")
	p.failed = len(p.Wrong) > 0
	return v.show(status, streamSettingsView(p))
}

func (h *Handler) saveStream(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	var f logstream.Form
	err = v.ofStream(streamSaved, func(tx db.OwnedScope, s *stream.Stream) error {
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
