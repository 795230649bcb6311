package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
)

func (h *Handler) directoryActivityRoutes() []route {
	return []route{
		{Method: http.MethodGet, Path: "/directories/:id/requests", Tag: directoryTag, Summary: "List what the provider asked, redacted, with what was decided and why. Requests are kept for 30 days.",
			Paged: true, Status: 200, Answer: wire.SCIMRequest{},
			Query: []param{{Name: "subject", About: "How the user name or the group's name begins."}, {Name: "directory_user", About: "About this person, in groups too."},
				{Name: "directory_group", About: "About this group."}, {Name: "outcome", About: "applied, unchanged, read, refused or held; several may be given.", List: true},
				{Name: "operation", About: "Such as user.deactivated."}, {Name: "resource_type", About: "User or Group."}, {Name: "token", About: "By this token."}},
			Foreign: absent(theirDirectory), run: listDirectoryRequests},
		{Method: http.MethodGet, Path: "/directories/:id/requests/:request", Tag: directoryTag, Summary: "Get a recorded request.",
			Status: 200, Answer: wire.SCIMRequest{}, Foreign: foreign{fill: theirDirectory, next: theirSCIMRequest, want: http.StatusNotFound}, run: getDirectoryRequest},
		{Method: http.MethodGet, Path: "/directories/:id/departures", Tag: directoryTag, Summary: "List the people whom the directory took away, as proof of offboarding: what ended with their membership, and when nothing of theirs was found to live.",
			Paged: true, Status: 200, Answer: wire.DirectoryDeparture{},
			Query:   []param{{Name: "directory_user", About: "Of this person."}, {Name: "user", About: "Of the person who has this account."}, {Name: "unproven", About: "true: only those after whom nobody has looked yet."}},
			Foreign: absent(theirDirectory), run: listDepartures},
	}
}

// outcomes are what became of a request.
var outcomes = map[string]bool{directory.Applied: true, directory.Unchanged: true, directory.Read: true, directory.Refused: true, directory.Held: true}

func listDirectoryRequests(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	q := directory.RequestQuery{Subject: c.query.Get("subject"), Operation: c.query.Get("operation"), Type: c.query.Get("resource_type"), Outcomes: c.query.List("outcome"), Page: page}
	for _, o := range q.Outcomes {
		if !outcomes[o] {
			return invalid("outcome", "outcome is applied, unchanged, read, refused or held.")
		}
	}
	if err := idIn(c, "directory_user", &q.Person); err != nil {
		return err
	}
	if err := idIn(c, "directory_group", &q.Group); err != nil {
		return err
	}
	if err := idIn(c, "token", &q.Token); err != nil {
		return err
	}
	return readDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		rows, paging, err := directory.Requests(tx, d.ID, q)
		return list(each(rows, func(r directory.Request) wire.SCIMRequest { return r.Wire() }), paging), err
	})
}

// idIn reads an id in the query, where it is there. What is no id of that kind
// is said to be none: a filter that finds nothing would hide the mistake.
func idIn[K id.Kind](c *call, name string, into *K) error {
	text := c.query.Get(name)
	if text == "" {
		return nil
	}
	key, err := id.Parse[K](text)
	if err != nil {
		return invalid(name, name+" is an id that begins with "+key.Prefix()+".")
	}
	*into = key
	return nil
}

func getDirectoryRequest(c *call) error {
	request, err := idOf[id.SCIMRequest](c, "request")
	if err != nil {
		return err
	}
	return readDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		r, err := directory.GetRequest(tx, d.ID, request)
		if err != nil {
			return answer{}, err
		}
		return found(r.Wire()), nil
	})
}

func listDepartures(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	q := directory.DepartureQuery{Page: page}
	if err := idIn(c, "directory_user", &q.User); err != nil {
		return err
	}
	if err := idIn(c, "user", &q.Account); err != nil {
		return err
	}
	switch c.query.Get("unproven") {
	case "", "false":
	case "true":
		q.Unproven = true
	default:
		return invalid("unproven", "unproven is true or false.")
	}
	return readDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		rows, paging, err := directory.Departures(tx, d.ID, q)
		return list(each(rows, func(d directory.Departure) wire.DirectoryDeparture { return d.Wire() }), paging), err
	})
}
