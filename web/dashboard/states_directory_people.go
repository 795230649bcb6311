package dashboard

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/web/ui"
)

// directoryPeopleStates are the pages of who and what came into a directory.
var directoryPeopleStates = []State{
	{"dashboard-directory-activity", func(l Look) templ.Component {
		return activityView(activityPage{directoryFrame: sampleDirectoryFrame(l, admin, tabActivity, nil), rows: sampleRequests(), pager: ui.PagerProps{Text: "6 requests here, kept for 30 days"}})
	}},
	{"dashboard-directory-activity-empty", func(l Look) templ.Component {
		return activityView(activityPage{directoryFrame: sampleDirectoryFrame(l, viewer, tabActivity, nil)})
	}},
	{"dashboard-directory-activity-none", func(l Look) templ.Component {
		return activityView(activityPage{directoryFrame: sampleDirectoryFrame(l, viewer, tabActivity, nil), asked: activityQuery{outcome: notApplied, person: "directory_user_01J9SOFIE"}})
	}},
	{"dashboard-directory-request", func(l Look) templ.Component { return requestView(sampleRequestPage(l, 0)) }},
	{"dashboard-directory-request-refused", func(l Look) templ.Component { return requestView(sampleRequestPage(l, 1)) }},
	{"dashboard-directory-request-group", func(l Look) templ.Component { return requestView(sampleRequestPage(l, 3)) }},
	{"dashboard-directory-people", func(l Look) templ.Component {
		return peopleView(peoplePage{directoryFrame: sampleDirectoryFrame(l, admin, tabPeopleOf, nil), rows: samplePeople(), pager: ui.PagerProps{Text: "4 people here"}})
	}},
	{"dashboard-directory-people-empty", func(l Look) templ.Component {
		return peopleView(peoplePage{directoryFrame: sampleDirectoryFrame(l, viewer, tabPeopleOf, nil)})
	}},
	{"dashboard-directory-people-none", func(l Look) templ.Component {
		return peopleView(peoplePage{directoryFrame: sampleDirectoryFrame(l, viewer, tabPeopleOf, nil), asked: peopleQuery{text: "nobody", state: peopleKept}})
	}},
	{"dashboard-directory-person", func(l Look) templ.Component {
		p := samplePerson(l, 0)
		p.groups = []directory.Group{{ID: "directory_group_01J9INSP", DisplayName: "Inspectors"}, {ID: "directory_group_01J9LONG", DisplayName: sampleLong + " everybody"}}
		p.requests, p.departures = sampleRequests()[:2], sampleDepartures()[:1]
		return personView(p)
	}},
	{"dashboard-directory-person-kept", func(l Look) templ.Component {
		p := samplePerson(l, 2)
		p.departures = sampleDepartures()[2:3]
		return personView(p)
	}},
	{"dashboard-directory-person-pending", func(l Look) templ.Component { return personView(samplePerson(l, 3)) }},
	{"dashboard-directory-groups", func(l Look) templ.Component { return groupsView(sampleGroups(l, admin)) }},
	{"dashboard-directory-groups-viewer", func(l Look) templ.Component { return groupsView(sampleGroups(l, viewer)) }},
	{"dashboard-directory-groups-empty", func(l Look) templ.Component {
		return groupsView(groupsPage{directoryFrame: sampleDirectoryFrame(l, admin, tabGroups, nil)})
	}},
	{"dashboard-directory-groups-none", func(l Look) templ.Component {
		return groupsView(groupsPage{directoryFrame: sampleDirectoryFrame(l, admin, tabGroups, nil), mapped: 1, asked: groupQuery{text: "crew", gives: groupsUnmapped}})
	}},
	{"dashboard-directory-group", func(l Look) templ.Component { return groupView(sampleGroup(l)) }},
	{"dashboard-directory-group-empty", func(l Look) templ.Component {
		p := sampleGroup(l)
		p.rows, p.size, p.role = nil, 0, ""
		return groupView(p)
	}},
	{"dashboard-directory-group-role", func(l Look) templ.Component {
		p := sampleGroup(l)
		p.dialog = groupRoleQuestion(question{path: p.href()}, p, "admin")
		return groupView(p)
	}},
	{"dashboard-directory-group-preview", func(l Look) templ.Component {
		p := sampleGroup(l)
		var preview provision.MappingPreview
		for _, u := range append(samplePeople(), append(samplePeople(), samplePeople()...)...) {
			preview.Changes = append(preview.Changes, provision.RoleChange{Person: u.ID, UserName: u.UserName, Before: "member", After: "admin"})
		}
		p.dialog = groupRolePreview(p, "admin", preview)
		return groupView(p)
	}},
	{"dashboard-directory-safeguard", func(l Look) templ.Component { return safeguardView(sampleSafeguard(l, admin, false)) }},
	{"dashboard-directory-safeguard-viewer", func(l Look) templ.Component { return safeguardView(sampleSafeguard(l, viewer, true)) }},
	{"dashboard-directory-safeguard-held", func(l Look) templ.Component { return safeguardView(sampleSafeguard(l, admin, true)) }},
	{"dashboard-directory-safeguard-quiet", func(l Look) templ.Component {
		p := sampleSafeguard(l, admin, true)
		p.waiting = nil
		return safeguardView(p)
	}},
	{"dashboard-directory-safeguard-release", func(l Look) templ.Component {
		p := sampleSafeguard(l, admin, true)
		p.dialog = releaseQuestion(p, "")
		return safeguardView(p)
	}},
	{"dashboard-directory-safeguard-released", func(l Look) templ.Component {
		p := sampleSafeguard(l, admin, false)
		until := wire.At(noon.Add(50 * time.Minute))
		p.safeguard.State, p.safeguard.ReleasedUntil = "released", &until
		return safeguardView(p)
	}},
	{"dashboard-directory-safeguard-error", func(l Look) templ.Component {
		p := sampleSafeguard(l, admin, false)
		p.percent, p.window = "a fifth", ""
		p.wrong = faults{"max_percent": "Enter a whole number, or nothing for no such bound.", "window_seconds": "Enter whole minutes."}
		p.frame = p.fail(p.wrong)
		return safeguardView(p)
	}},
	{"dashboard-directory-departures", func(l Look) templ.Component {
		return departuresView(departuresPage{directoryFrame: sampleDirectoryFrame(l, viewer, tabDepartures, nil), rows: sampleDepartures(), names: map[id.DirectoryUser]string{"directory_user_01J9SOFIE": "sofie.lund@haldenmarine.example",
			"directory_user_01J9INES": "ines@haldenmarine.example"}, pager: ui.PagerProps{Text: "4 departures here"}})
	}},
	{"dashboard-directory-departures-empty", func(l Look) templ.Component {
		return departuresView(departuresPage{directoryFrame: sampleDirectoryFrame(l, viewer, tabDepartures, nil)})
	}},
	{"dashboard-directory-departures-none", func(l Look) templ.Component {
		return departuresView(departuresPage{directoryFrame: sampleDirectoryFrame(l, viewer, tabDepartures, nil), show: showUnproven})
	}},
}

func samplePeople() []directoryPerson {
	account := id.User("user_01J9SOFIE")
	person := func(key id.DirectoryUser, name, userName, role string, active bool) directoryPerson {
		email, external := userName, "00u1a2b3c4"
		return directoryPerson{User: directory.User{ID: key, DirectoryID: "directory_01J9OKTA", UserName: userName, Email: &email, ExternalID: &external, Active: active, UserID: &account,
			CreatedAt: noon.AddDate(0, -2, 0), UpdatedAt: noon.Add(-3 * time.Minute)}, name: name, role: role}
	}
	rows := []directoryPerson{
		person("directory_user_01J9SOFIE", "Sofie Lund", "sofie.lund@haldenmarine.example", "", false),
		person("directory_user_01J9JONAS", "Jonas Berg", "jonas@haldenmarine.example", "member", true),
		person("directory_user_01J9INES", "Ines Halvorsen", "ines@haldenmarine.example", "owner", false),
		person("directory_user_01J9MAX", "Maximiliane-Charlotte von und zu Hohenfels-Wittelsbach zu Sayn", "maximiliane-charlotte.von-und-zu-hohenfels@versicherungsmakler.example", "", true),
	}
	rows[2].Kept, rows[3].UserID = true, nil
	return rows
}

func samplePerson(l Look, i int) personPage {
	p := personPage{person: samplePeople()[i]}
	p.directoryFrame = sampleBelow(l, tabPeopleOf, p.person.name)
	p.raw = "{\n  \"userName\": \"" + p.person.UserName + "\",\n  \"active\": " + strings.ToLower(either(p.person.Active, "True", "False")) + "\n}"
	return p
}

func sampleGroups(l Look, r role) groupsPage {
	p := groupsPage{directoryFrame: sampleDirectoryFrame(l, r, tabGroups, nil), mapped: 2, pager: ui.PagerProps{Text: "3 groups here"}}
	for _, g := range []struct {
		key        id.DirectoryGroup
		name, role string
		people     int64
	}{{"directory_group_01J9LONG", sampleLong + " everybody", "", 50218}, {"directory_group_01J9INSP", "Inspectors", "inspector", 31}, {"directory_group_01J9IT", "IT", "admin", 4}} {
		p.rows = append(p.rows, groupRow{directory.Group{ID: g.key, DisplayName: g.name, UpdatedAt: noon.AddDate(0, 0, -2)}, g.people, g.role})
	}
	return p
}

func sampleGroup(l Look) groupPage {
	g := sampleGroups(l, admin).rows[1]
	p := groupPage{role: g.role, size: g.people, options: []ui.Option{{Label: "No role of its own"}, {Value: "admin", Label: "Admin"}, {Value: "inspector", Label: "Inspector"}, {Value: "member", Label: "Member"}}}
	p.directoryFrame, p.group, p.rows, p.pager = sampleBelow(l, tabGroups, g.DisplayName), &g.Group, samplePeople()[:2], ui.PagerProps{Text: "2 people here"}
	return p
}

func sampleSafeguard(l Look, r role, held bool) safeguardPage {
	p := safeguardPage{safeguard: sampleSafeguardWire(), percent: "20", most: "500", window: "60"}
	p.directoryFrame = sampleDirectoryFrame(l, r, tabSafeguard, func(d *directory.Directory) {
		if held {
			d.HeldAt = before(22 * time.Minute)
		}
	})
	if held {
		p.safeguard.State, p.safeguard.HeldAt, p.safeguard.Departed = "held", wire.MaybeAt(p.HeldAt), 83
		for i, name := range []string{"jonas@haldenmarine.example", "maximiliane-charlotte.von-und-zu-hohenfels@versicherungsmakler.example", "sofie.lund@haldenmarine.example"} {
			p.waiting = append(p.waiting, sampleRequest("scim_request_7", "user.deactivated", name, directory.Held, 429, "Held.", time.Duration(i+1)*time.Minute))
		}
	}
	return p
}

func sampleDepartures() []directory.Departure {
	account := id.User("user_01J9SOFIE")
	left := func(key id.DirectoryUser, kind string, ago time.Duration) directory.Departure {
		received := noon.Add(-ago)
		proven := received.Add(412 * time.Millisecond)
		until := received.Add(4*time.Minute + 20*time.Second)
		return directory.Departure{DirectoryUserID: key, UserID: &account, Kind: kind, ReceivedAt: received, CreatedAt: received.Add(14 * time.Millisecond), ProvenAt: &proven, AccessUntil: &until, Sessions: 2, RefreshTokens: 2, APIKeys: 1}
	}
	rows := []directory.Departure{left("directory_user_01J9SOFIE", "deactivated", 3*time.Minute), left("directory_user_01J9GONE", "deleted", 40*time.Minute),
		left("directory_user_01J9INES", "deactivated", 26*time.Hour), left("directory_user_01J9NOBODY", "deleted", 90*time.Hour)}
	rows[2].Kept, rows[2].Sessions, rows[2].RefreshTokens, rows[2].APIKeys, rows[2].ProvenAt, rows[2].AccessUntil = true, 0, 0, 0, nil, nil
	rows[3].UserID, rows[3].ProvenAt, rows[3].AccessUntil, rows[3].Sessions, rows[3].RefreshTokens, rows[3].APIKeys = nil, nil, nil, 0, 0, 0
	return rows
}
