package dashboard

import (
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/web/ui"
)

// directoryStates are the pages of directories in every state.
var directoryStates = []State{
	{"dashboard-directories-empty", func(l Look) templ.Component {
		return directoriesView(directoriesPage{frame: sampleFrame(l, admin, "Directories", directoriesHome)})
	}},
	{"dashboard-directories", func(l Look) templ.Component {
		return directoriesView(directoriesPage{frame: sampleFrame(l, admin, "Directories", directoriesHome), rows: sampleRows(), pager: ui.PagerProps{Text: "7 directories here"}})
	}},
	{"dashboard-directories-none", func(l Look) templ.Component {
		return directoriesView(directoriesPage{frame: sampleFrame(l, viewer, "Directories", directoriesHome), asked: directoryQuery{text: "nordby", needs: needsHeld}})
	}},
	{"dashboard-organization-directories", func(l Look) templ.Component {
		return organizationDirectoriesView(organizationDirectoriesPage{organizationFrame: sampleOrganizationFrame(l, admin), rows: sampleRows()[:2], pager: ui.PagerProps{Text: "2 directories here"}})
	}},
	{"dashboard-organization-directories-empty", func(l Look) templ.Component {
		return organizationDirectoriesView(organizationDirectoriesPage{organizationFrame: sampleOrganizationFrame(l, admin)})
	}},
	{"dashboard-directory-new", func(l Look) templ.Component {
		return newDirectoryView(newDirectoryPage{frame: sampleFrame(l, admin, "New directory", directoriesHome), organization: "org_01J9HALDEN", kind: directory.Entra})
	}},
	{"dashboard-directory-new-error", func(l Look) templ.Component {
		wrong := faults{"organization": "No organization has that ID or external ID.", "name": "Use at most 255 characters."}
		return newDirectoryView(newDirectoryPage{frame: sampleFrame(l, admin, "New directory", directoriesHome).fail(wrong), organization: "halden", kind: directory.Okta, wrong: wrong})
	}},
	{"dashboard-directory", func(l Look) templ.Component { return directoryView(sampleDirectory(l, admin, nil)) }},
	{"dashboard-directory-viewer", func(l Look) templ.Component { return directoryView(sampleDirectory(l, viewer, nil)) }},
	{"dashboard-directory-waiting", func(l Look) templ.Component {
		p := sampleDirectory(l, admin, func(d *directory.Directory) {
			d.State, d.ActivatedAt, d.LastSyncedAt, d.Name = directory.Waiting, nil, nil, sampleLong+" Okta"
		})
		p.counts, p.latest, p.pending, p.safeguard.Departed, p.org.Name = directory.Counts{}, nil, 0, 0, sampleLong
		return directoryView(p)
	}},
	{"dashboard-directory-held", func(l Look) templ.Component {
		p := sampleDirectory(l, admin, func(d *directory.Directory) { d.HeldAt = before(22 * time.Minute) })
		p.safeguard.State, p.safeguard.HeldAt = "held", wire.MaybeAt(p.HeldAt)
		return directoryView(p)
	}},
	{"dashboard-directory-stopped", func(l Look) templ.Component {
		p := sampleDirectory(l, admin, nil)
		p.attention, p.live = directory.Attention{Stopped: true, Refused: true}, 0
		return directoryView(p)
	}},
	{"dashboard-directory-staged", func(l Look) templ.Component {
		return directoryView(sampleDirectory(l, admin, func(d *directory.Directory) { d.Staged = true }))
	}},
	{"dashboard-directory-off", func(l Look) templ.Component {
		return directoryView(sampleDirectory(l, admin, func(d *directory.Directory) { d.State = directory.Inactive }))
	}},
	{"dashboard-directory-turn-off", func(l Look) templ.Component {
		p := sampleDirectory(l, admin, nil)
		p.dialog = turnOffQuestion(p.directoryFrame)
		return directoryView(p)
	}},
	{"dashboard-directory-apply", func(l Look) templ.Component {
		p := sampleDirectory(l, admin, func(d *directory.Directory) { d.Staged = true })
		p.dialog = applyQuestion(question{path: p.path}, p.directoryFrame, provision.Preview{Added: 409, Matched: 3, Pending: 12, NoAddress: 2, Inactive: 5})
		return directoryView(p)
	}},
	{"dashboard-directory-delete", func(l Look) templ.Component {
		p := sampleDirectory(l, admin, nil)
		p.dialog = deletionQuestion(p.directoryFrame, "")
		return directoryView(p)
	}},
	{"dashboard-directory-delete-error", func(l Look) templ.Component {
		p := sampleDirectory(l, admin, nil)
		p.frame = p.fail(faults{"confirm": "Type the name exactly."})
		p.dialog = deletionQuestion(p.directoryFrame, "Type the name exactly.")
		return directoryView(p)
	}},
	{"dashboard-directory-tokens", func(l Look) templ.Component { return tokensView(sampleTokens(l, admin)) }},
	{"dashboard-directory-tokens-viewer", func(l Look) templ.Component { return tokensView(sampleTokens(l, viewer)) }},
	{"dashboard-directory-tokens-empty", func(l Look) templ.Component {
		return tokensView(tokensPage{directoryFrame: sampleDirectoryFrame(l, admin, tabTokens, nil)})
	}},
	{"dashboard-directory-token-revoke", func(l Look) templ.Component {
		p := sampleTokens(l, admin)
		p.dialog = revokeQuestion(p, &p.rows[1])
		return tokensView(p)
	}},
	{"dashboard-directory-token-new", func(l Look) templ.Component {
		return newTokenView(newTokenPage{directoryFrame: sampleBelow(l, tabTokens, "New token")})
	}},
	{"dashboard-directory-token-new-error", func(l Look) templ.Component {
		p := newTokenPage{directoryFrame: sampleBelow(l, tabTokens, "New token")}
		p.wrong = faults{"lasts": directory.ErrTooManyTokens.Message}
		p.frame = p.fail(p.wrong)
		return newTokenView(p)
	}},
	{"dashboard-directory-token", func(l Look) templ.Component {
		p := sampleTokens(l, admin)
		p.directoryFrame = sampleBelow(l, tabTokens, "Token")
		return shownView(shownPage{frame: p.frame, once: tokenOnce(p.directoryFrame, &p.rows[0], "https://auth.fieldnote.example", "scim_uQ2yVb8dS0nKx3Lw9fTgMzR6pHc1JaE5iYoN7tXkZsW4")})
	}},
	{"dashboard-directory-token-again", func(l Look) templ.Component {
		p := sampleBelow(l, tabTokens, "Token")
		return shownView(shownPage{frame: p.frame, again: shownBefore("token", noon, p.path+"/tokens/new")})
	}},
	{"dashboard-directory-settings", func(l Look) templ.Component { return directorySettingsView(sampleSettings(l, nil)) }},
	{"dashboard-directory-settings-error", func(l Look) templ.Component {
		return directorySettingsView(sampleSettings(l, faults{"name": "Enter a name.", "attribute_map": "Write one attribute on each line, then = and where it is: office = addresses.locality."}))
	}},
}

func sampleOrganizationFrame(l Look, r role) organizationFrame {
	o := sampleOrganization()
	f := sampleFrame(l, r, tabName(tabDirectories), "/admin/organizations", ui.Link{Label: o.Name, Href: "/admin/organizations/" + string(o.ID)})
	return organizationFrame{frame: f, Organization: o, members: 412, connections: 1, directories: 2, tab: tabDirectories, path: "/admin/organizations/" + string(o.ID)}
}

func sampleRow(name, organization string, t directory.Type, state directory.State, active int64, a directory.Attention) directoryRow {
	row := directoryRow{organization: organization, counts: directory.Counts{Active: active}, attention: a}
	row.ID, row.OrganizationID, row.Name, row.Type, row.State, row.LastSyncedAt = "directory_01J9"+id.Directory(state), "org_01J9HALDEN", name, t, state, before(3*time.Minute)
	if a.Held {
		row.HeldAt = before(22 * time.Minute)
	}
	return row
}

func sampleRows() []directoryRow {
	rows := []directoryRow{
		sampleRow("Okta of Halden", "Halden Marine", directory.Okta, directory.Active, 412, directory.Attention{Held: true}),
		sampleRow("Halden Marine SCIM 2.0", "Halden Marine", directory.Generic, directory.Inactive, 3, directory.Attention{}),
		sampleRow(sampleLong+" Microsoft Entra ID", sampleLong, directory.Entra, directory.Active, 50218, directory.Attention{Stopped: true}),
		sampleRow("Kestrel JumpCloud", "Kestrel Aerial", directory.JumpCloud, directory.Active, 64, directory.Attention{Refused: true}),
		sampleRow("Nordby Okta", "Nordby Kommune", directory.Okta, directory.Waiting, 0, directory.Attention{}),
		sampleRow("Lumen OneLogin", "Lumen Labs", directory.OneLogin, directory.Active, 1204, directory.Attention{}),
		sampleRow("Fjord Okta", "Fjord Ferries", directory.Okta, directory.Active, 88, directory.Attention{}),
	}
	rows[4].LastSyncedAt = nil
	rows[6].Staged = true
	return rows
}

// sampleDirectoryFrame is the frame of a tab of Halden's Okta.
func sampleDirectoryFrame(l Look, r role, tab string, change func(*directory.Directory)) directoryFrame {
	most, percent := int64(500), int64(20)
	d := &directory.Directory{Owned: db.Owned{OrganizationID: "org_01J9HALDEN"}, ID: "directory_01J9OKTA", Type: directory.Okta, Name: "Okta of Halden", State: directory.Active,
		AttributeMap: map[string]string{"office": "addresses.locality"}, MaxDeactivations: &most, MaxPercent: &percent, WindowSeconds: 3600,
		ActivatedAt: before(60 * 24 * time.Hour), LastSyncedAt: before(3 * time.Minute), CreatedAt: noon.AddDate(0, -2, 0), UpdatedAt: noon.AddDate(0, 0, -3)}
	if change != nil {
		change(d)
	}
	p := directoryFrame{Directory: d, org: sampleOrganization(), counts: directory.Counts{Active: 412, Inactive: 37, Groups: 18}, tab: tab, path: directoriesHome + "/" + string(d.ID)}
	if tab == "" {
		p.frame = sampleFrame(l, r, d.Name, directoriesHome)
		return p
	}
	p.frame = sampleFrame(l, r, directoryTabName(tab), directoriesHome, ui.Link{Label: d.Name, Href: p.path})
	return p
}

// sampleBelow is the frame of a page below a tab.
func sampleBelow(l Look, tab, title string) directoryFrame {
	p := sampleDirectoryFrame(l, admin, tab, nil)
	p.frame = sampleFrame(l, admin, title, directoriesHome, ui.Link{Label: p.Name, Href: p.path}, ui.Link{Label: directoryTabName(tab), Href: p.path + "/" + tab})
	return p
}

func sampleDirectory(l Look, r role, change func(*directory.Directory)) directoryPage {
	p := directoryPage{directoryFrame: sampleDirectoryFrame(l, r, "", change), live: 1, pending: 4, latest: sampleRequests()}
	p.safeguard = sampleSafeguardWire()
	p.detail = wire.DirectoryDetail{Directory: p.Wire(), SCIM: wire.DirectorySCIM{Endpoint: directory.Endpoint("https://auth.fieldnote.example", p.Directory.ID)}, AttributeMap: p.AttributeMap, Staged: p.Staged,
		HeldAt: wire.MaybeAt(p.HeldAt), LastSyncedAt: wire.MaybeAt(p.LastSyncedAt), ActivatedAt: wire.MaybeAt(p.ActivatedAt)}
	return p
}

func sampleSafeguardWire() wire.DirectorySafeguard {
	most, percent := int64(500), int64(20)
	return wire.DirectorySafeguard{DirectoryID: "directory_01J9OKTA", State: "on", MaxDeactivations: &most, MaxPercent: &percent, WindowSeconds: 3600, Departed: 3}
}

func sampleTokens(l Look, r role) tokensPage {
	by, end, past := "priya@fieldnote.example", noon.AddDate(0, 0, 9), noon.AddDate(0, 0, -2)
	token := func(key id.DirectoryToken, last string) directory.Token {
		return directory.Token{ID: key, LastFour: last, MadeBy: by, CreatedAt: noon.AddDate(0, -2, 0)}
	}
	open, ending, ended, revoked := token("directory_token_4", "k9Qx"), token("directory_token_3", "Zt0a"), token("directory_token_2", "7mVb"), token("directory_token_1", "x7Qk")
	open.LastUsedAt, ending.ExpiresAt, ending.LastUsedAt, ended.ExpiresAt = before(3*time.Minute), &end, before(40*time.Hour), &past
	revoked.RevokedAt, revoked.RevokedBy = before(50*time.Hour), &by
	return tokensPage{directoryFrame: sampleDirectoryFrame(l, r, tabTokens, nil), rows: []directory.Token{open, ending, ended, revoked}}
}

func sampleSettings(l Look, wrong faults) directorySettingsPage {
	p := directorySettingsPage{directoryFrame: sampleDirectoryFrame(l, admin, tabSettings, nil), attributes: "office = addresses.locality", jit: true}
	p.name, p.kind = p.Name, p.Type
	if wrong != nil {
		p.name, p.attributes, p.wrong = "", "office: addresses", wrong
		p.frame = p.fail(wrong)
	}
	return p
}

func sampleRequest(key id.SCIMRequest, operation, subject, outcome string, status int64, reason string, ago time.Duration) directory.Request {
	r := directory.Request{ID: key, DirectoryID: "directory_01J9OKTA", RequestID: "req_01J9" + string(key[len(key)-1]), Method: "PATCH", Path: "/Users/directory_user_01J9SOFIE", Operation: operation,
		ResourceType: "User", Outcome: outcome, Status: status, Reason: reason, TookUS: 8200, CreatedAt: noon.Add(-ago)}
	if subject != "" {
		who, address, program := "directory_user_01J9SOFIE", "192.0.2.40", "Okta SCIM Client 1.0.0"
		r.Subject, r.ResourceID, r.IPAddress, r.UserAgent = &subject, &who, &address, &program
	}
	return r
}

func sampleRequests() []directory.Request {
	rows := []directory.Request{
		sampleRequest("scim_request_6", "user.deactivated", "sofie.lund@haldenmarine.example", directory.Applied, 200, "Deactivated Sofie Lund: 2 sessions, 2 refresh tokens and 1 API key ended.", 3*time.Minute),
		sampleRequest("scim_request_5", "user.created", "maximiliane-charlotte.von-und-zu-hohenfels@versicherungsmakler.example", directory.Refused, 400,
			"userName is required; it must not be blank. In Okta that is set at: Applications, Fieldnote, Provisioning, To App, Attribute Mappings.", 8*time.Minute),
		sampleRequest("scim_request_4", "user.deactivated", "jonas@haldenmarine.example", directory.Held, 429, "More people would leave than the safeguard lets go at once. It is held until somebody releases it.", 12*time.Minute),
		sampleRequest("scim_request_3", "group.members_added", "Inspectors", directory.Applied, 204, "Added Ines Halvorsen to the group Inspectors.", 40*time.Minute),
		sampleRequest("scim_request_2", "user.updated", "ines@haldenmarine.example", directory.Unchanged, 200, "Everything was so already.", 3*time.Hour),
		sampleRequest("scim_request_1", "user.looked_up", "ines@haldenmarine.example", directory.Read, 200, "The provider looked up the user ines@haldenmarine.example, and found it.", 30*time.Hour),
	}
	code := "invalidValue"
	body := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"maximiliane-charlotte.von-und-zu-hohenfels@versicherungsmakler.example","active":true,"emails":[]}`
	rows[1].Code, rows[1].Body, rows[1].Method, rows[1].Path, rows[1].ResourceID = &code, &body, "POST", "/Users", nil
	group := "directory_group_01J9INSP"
	rows[3].ResourceType, rows[3].ResourceID = "Group", &group
	return rows
}

func sampleRequestPage(l Look, i int) requestPage {
	r := sampleRequests()[i]
	return requestPage{directoryFrame: sampleBelow(l, tabActivity, directory.OperationName(r.Operation)), Request: &r, token: "k9Qx"}
}
