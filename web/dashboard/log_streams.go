package dashboard

import (
	"net/http"

	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/web/logstream"
	"gatehouse/web/ui"
)

const streamsHome = "/admin/log-streams"

type streamsPage struct {
	frame
	rows   []stream.Status
	owners map[id.Organization]tenants.Organization
	kinds  []sink.Kind
	pager  ui.PagerProps
}

func (h *Handler) logStreams(v *visit) error {
	p := streamsPage{frame: v.frame("Log streams", streamsHome), kinds: h.Streams.Kinds}
	err := v.read(func(tx *db.AllTx) error {
		rows, paging, err := stream.List(tx, stream.Query{Page: v.page()})
		if err != nil {
			return err
		}
		p.pager = pager(streamsHome, nil, paging, count(int64(len(rows)), "stream", "streams")+" here")
		var keys []id.Organization
		for i := range rows {
			st, err := stream.StatusOf(tx, &rows[i])
			if err != nil {
				return err
			}
			p.rows = append(p.rows, st)
			if rows[i].OrganizationID != nil {
				keys = append(keys, *rows[i].OrganizationID)
			}
		}
		p.owners, err = tenants.ByID(tx, keys)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, streamsView(p))
}

// owner is whose entries a stream carries.
func (p streamsPage) owner(s *stream.Stream) string {
	if s.OrganizationID == nil {
		return "Every organization"
	}
	return p.owners[*s.OrganizationID].Name
}

type newStreamPage struct {
	frame
	logstream.Form
	kinds        []sink.Kind
	organization string
	whose        string // what is wrong with it
}

// newStream chooses a kind first, then fills in what that kind needs.
func (h *Handler) newStream(v *visit) error {
	p := newStreamPage{organization: v.query("organization")}
	if kind, known := sink.Find(h.Streams.Kinds, v.query("type")); known {
		p.Form = logstream.Fresh(kind)
	}
	return v.showNewStream(http.StatusOK, p)
}

func (v *visit) showNewStream(status int, p newStreamPage) error {
	p.kinds = v.h.Streams.Kinds
	p.frame = v.frame("New log stream", streamsHome)
	p.failed = len(p.Wrong) > 0 || p.whose != ""
	return v.show(status, newStreamView(p))
}

func (h *Handler) createStream(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	kind, known := sink.Find(h.Streams.Kinds, form.Get("type"))
	if !known {
		return v.Redirect(http.StatusSeeOther, streamsHome+"/new")
	}
	p := newStreamPage{Form: logstream.Fresh(kind), organization: form.Get("organization")}
	p.Read(form)
	var made *stream.Stream
	create := func(tx db.OwnedScope) (err error) {
		made, err = h.Streams.Create(tx, p.New())
		return err
	}
	if p.organization == "" {
		err = v.changeAll(func(tx *db.AllTx) error { return create(tx) })
	} else {
		org, found := v.whose(p.organization)
		if found != nil {
			p.Forget()
			p.whose = "No organization has that ID."
			return v.showNewStream(http.StatusUnprocessableEntity, p)
		}
		err = v.in(org.ID, func(tx *db.OrgTx) error { return create(tx) })
	}
	if p.Refused(err) {
		p.Forget()
		return v.showNewStream(http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return v.done(streamsHome+"/"+string(made.ID), streamCreated)
}
