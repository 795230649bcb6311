package portal

import (
	"encoding/json"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	scimguide "gatehouse/scim/guide"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
)

func sampleDirectoryRow(key string) *directory.Directory {
	g, _ := scimguide.ByKey(key)
	used, most, percent := noon.Add(-4*time.Minute), int64(500), int64(20)
	return &directory.Directory{ID: "directory_01JD3W7QHALDEN", Type: g.Type, Name: g.Name, State: directory.Active, JIT: true, MaxDeactivations: &most, MaxPercent: &percent, WindowSeconds: 3600,
		ActivatedAt: &used, LastSyncedAt: &used, CreatedAt: noon.Add(-20 * time.Minute), UpdatedAt: noon.Add(-20 * time.Minute)}
}

func sampleDirectoryFrame(l Look, key, title string) directoryFrame {
	d := sampleDirectoryRow(key)
	if title == "" {
		title = d.Name
	}
	f := directoryFrameOf(sampleFrame(l, title, pathDirectory), d)
	f.owner = true
	return f
}

// sampleDirectoryStep is a step of a set-up that has come just there.
func sampleDirectoryStep(l Look, step, key string) directoryStepPage {
	f := sampleDirectoryFrame(l, key, "")
	f.directory.SetupStep, f.directory.Staged = &step, true
	if directoryStepIndex(step) < directoryStepIndex(stepSync) {
		f.directory.State, f.directory.LastSyncedAt = directory.Waiting, nil
	}
	return stepOfDirectory(f, step)
}

func sampleEndpoint(d *directory.Directory) string {
	return directory.Endpoint("https://auth.fieldnote.example", d.ID)
}

func sampleFirstToken(l Look, value string) firstTokenPage {
	p := firstTokenPage{directoryStepPage: sampleDirectoryStep(l, stepToken, "okta"), value: value}
	p.endpoint = sampleEndpoint(p.directory)
	p.token = &directory.Token{ID: "directory_token_1", LastFour: "9f3c", CreatedAt: noon.Add(-20 * time.Minute), MadeBy: "Ines Halvorsen"}
	return p
}

func sampleGuide(l Look, key string) directoryGuidePage {
	p := directoryGuidePage{directoryStepPage: sampleDirectoryStep(l, stepGuide, key), lastFour: "9f3c"}
	p.endpoint = sampleEndpoint(p.directory)
	return p
}

func sampleStanding(f directoryFrame) syncStanding {
	row := f.row(sampleRequest(3))
	return syncStanding{directoryFrame: f, people: 412, inactive: 7, groups: 18, requests: directory.Tally{N: 1304}, refused: directory.Tally{N: 2}, last: f.directory.LastSyncedAt, refusal: &row}
}

func sampleSync(l Look, waiting bool) syncPage {
	p := syncPage{directoryStepPage: sampleDirectoryStep(l, stepSync, "okta")}
	p.standing = sampleStanding(p.directoryFrame)
	if waiting {
		p.standing = syncStanding{directoryFrame: p.directoryFrame}
	}
	return p
}

func sampleApply(l Look) applyPage {
	return applyPage{directoryStepPage: sampleDirectoryStep(l, stepApply, "okta"), domains: []string{"halden-drydock.example", "gmail.example"},
		preview: provision.Preview{Added: 412, Matched: 3, Pending: 5, Inactive: 7}}
}

var sampleRoles = []tenants.Role{{Slug: "admin", Name: "Admin", Rank: 20}, {Slug: "member", Name: "Member", Rank: 10}}

func sampleGroups(l Look) groupsPage {
	p := groupsPage{total: 18, mapped: 2, roles: sampleRoles, list: []groupRow{{id: "directory_group_1", name: "Bridge officers", role: "admin", members: 14}, {id: "directory_group_2", name: "Crew", role: "member", members: 391},
		{id: "directory_group_3", name: "Harbour", members: 0}, {id: "directory_group_4", name: sampleCompany + " – Externe Dienstleister und Zeitarbeitskräfte", members: 1204}}}
	p.directoryFrame = sampleDirectoryFrame(l, "okta", "Groups to roles")
	return p
}

func sampleSetupGroups(l Look) groupsPage {
	p := sampleGroups(l)
	p.setup, p.directoryStepPage = true, sampleDirectoryStep(l, stepGroups, "okta")
	p.directory.Staged = false
	return p
}

var sampleNames = []string{"sofie.lund@haldenmarine.example", "maximiliane-charlotte.von-und-zu-hohenfels@versicherungsmakler.example", "Bridge officers", "jonas.berg@haldenmarine.example"}

// sampleRequest is one of several that differ.
func sampleRequest(n int) *directory.Request {
	person, group, token, code := "directory_user_1", "directory_group_1", id.DirectoryToken("directory_token_1"), "invalidValue"
	from, agent := "203.0.113.7", "Okta SCIM Client 1.0.0"
	body := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}`
	all := []directory.Request{
		{Method: "POST", Path: "/Users", Operation: "user.created", ResourceType: "User", ResourceID: &person, Outcome: directory.Applied, Status: 201, Reason: "A member now: haldenmarine.example is verified."},
		{Method: "PATCH", Path: "/Users/directory_user_1", Operation: "user.deactivated", ResourceType: "User", ResourceID: &person, Outcome: directory.Held, Status: 429, Reason: "More people would leave than the safeguard lets go at once.", Body: &body},
		{Method: "PATCH", Path: "/Groups/directory_group_1", Operation: "group.members_added", ResourceType: "Group", ResourceID: &group, Outcome: directory.Applied, Status: 204, Reason: "1 person added."},
		{Method: "POST", Path: "/Users", Operation: "user.created", ResourceType: "User", Outcome: directory.Refused, Status: 400, Code: &code, Reason: "userName is missing: the attribute has to be sent, and may not be blank.", Body: &body},
		{Method: "GET", Path: `/Users?filter=userName eq "jonas.berg@haldenmarine.example"&startIndex=1&count=100`, Operation: "users.listed", ResourceType: "User", Outcome: directory.Read, Status: 200, Reason: "1 of 412 people."},
		{Method: "PUT", Path: "/Users/directory_user_1", Operation: "user.updated", ResourceType: "User", ResourceID: &person, Outcome: directory.Unchanged, Status: 200, Reason: "Everything was so already."},
	}
	r := all[n%len(all)]
	if name := sampleNames[n%len(sampleNames)]; r.Outcome != directory.Read {
		r.Subject = &name
	}
	r.ID, r.TokenID, r.RequestID, r.TookUS, r.IPAddress, r.UserAgent, r.CreatedAt = id.SCIMRequest("scim_request_"+itoa(n)), &token, "req_01JD3W7QHALDEN", 3140, &from, &agent, noon.Add(-time.Duration(n)*17*time.Second)
	return &r
}

func sampleActivity(l Look) activityPage {
	p := activityPage{directoryFrame: sampleDirectoryFrame(l, "okta", "Sync activity")}
	for n := range 6 {
		p.rows = append(p.rows, p.row(sampleRequest(n)))
	}
	p.pager = pager(p.path+tabActivity, p.keep(), pagingOn, "Kept for 30 days")
	return p
}

func sampleRequestPage(l Look, n int) requestPage {
	p := requestPage{directoryFrame: sampleDirectoryFrame(l, "okta", ""), request: sampleRequest(n), token: "9f3c"}
	p.explain()
	p.title = p.row.title()
	return p
}

func sampleHeld(f directoryFrame) directoryFrame {
	at := noon.Add(-12 * time.Minute)
	f.directory.HeldAt = &at
	f.held = &heldLeaving{since: at}
	for n, name := range sampleNames {
		f.held.people = append(f.held.people, heldPerson{name, f.path + tabPeople + "/directory_user_" + itoa(n)})
	}
	return f
}

func samplePerson(change func(*directory.User)) *directory.User {
	account, email, external := id.User("user_1"), "sofie.lund@haldenmarine.example", "00u1a2b3c4"
	u := &directory.User{ID: "directory_user_1", UserName: email, Email: &email, ExternalID: &external, Active: true, UserID: &account, CreatedAt: noon.AddDate(0, -2, 0), UpdatedAt: noon.Add(-4 * time.Minute)}
	if change != nil {
		change(u)
	}
	return u
}

func sampleWire(name string) wire.DirectoryUser {
	return wire.DirectoryUser{Name: &name, Role: &wire.RoleSlug{Slug: "member"}, RawAttributes: json.RawMessage(`{"userName":"sofie.lund@haldenmarine.example","active":true,"name":{"givenName":"Sofie"}}`)}
}

func samplePeople(l Look) peoplePage {
	p := peoplePage{directoryFrame: sampleDirectoryFrame(l, "okta", "People"), counts: directory.Counts{Active: 412, Inactive: 7, Groups: 18}}
	names := map[string]string{"member": "Member"}
	for _, u := range []*directory.User{samplePerson(nil),
		samplePerson(func(u *directory.User) { u.UserID, u.UserName, u.Email = nil, sampleNames[1], &sampleNames[1] }),
		samplePerson(func(u *directory.User) { u.Active = false }),
		samplePerson(func(u *directory.User) { u.Active, u.Kept = false, true })} {
		p.rows = append(p.rows, p.personRow(u, sampleWire("Sofie Lund"), names))
	}
	p.rows[1].name, p.rows[1].role = sampleNames[1], ""
	p.pager = pager(p.path+tabPeople, p.keep(), pagingOn, "412 people and 7 inactive")
	return p
}

func samplePersonPage(l Look, change func(*directory.User)) personPage {
	p := personPage{directoryFrame: sampleDirectoryFrame(l, "okta", "Sofie Lund"), user: samplePerson(change), groups: []string{"Crew", "Bridge officers"}}
	w := sampleWire("Sofie Lund")
	p.row, p.raw = p.personRow(p.user, w, map[string]string{"member": "Member"}), string(w.RawAttributes)
	for _, n := range []int{1, 5, 0} {
		p.requests = append(p.requests, p.directoryFrame.row(sampleRequest(n)))
	}
	return p
}

func sampleDeparture() directory.Departure {
	received := noon.Add(-time.Hour)
	proven, until := received.Add(1380*time.Millisecond), received.Add(5*time.Minute)
	return directory.Departure{ID: "departure_1", DirectoryUserID: "directory_user_1", Kind: "deactivated", RequestID: "req_01JD3W7QHALDEN", ReceivedAt: received, CreatedAt: received.Add(8 * time.Millisecond),
		Sessions: 3, RefreshTokens: 2, APIKeys: 1, ProvenAt: &proven, AccessUntil: &until}
}

func sampleTokens(l Look) tokensPage {
	p := tokensPage{directoryFrame: sampleDirectoryFrame(l, "okta", "Tokens")}
	p.endpoint = sampleEndpoint(p.directory)
	used, soon, over, by := noon.Add(-4*time.Minute), noon.AddDate(0, 0, 23), noon.AddDate(0, -1, 0), "maximiliane-charlotte.von-und-zu-hohenfels@versicherungsmakler.example"
	p.tokens = []directory.Token{{ID: "directory_token_2", LastFour: "41ab", MadeBy: "Ines Halvorsen", CreatedAt: noon.Add(-time.Hour)},
		{ID: "directory_token_1", LastFour: "9f3c", MadeBy: by, CreatedAt: noon.AddDate(-1, 0, 23), LastUsedAt: &used, ExpiresAt: &soon},
		{ID: "directory_token_0", LastFour: "77c0", MadeBy: "Priya Raghunathan", CreatedAt: noon.AddDate(-2, 0, 0), LastUsedAt: &over, RevokedAt: &over, RevokedBy: &by}}
	return p
}

func sampleDirectory(l Look) directoryPage {
	p := directoryPage{directoryFrame: sampleDirectoryFrame(l, "okta", ""), counts: directory.Counts{Active: 412, Inactive: 7, Groups: 18}, requests: directory.Tally{N: 10_000, More: true}, wrongs: directory.Tally{N: 2}, mapped: 5, leaving: 3, tokens: sampleTokens(l).tokens[:2]}
	p.form, p.safeguard = directoryForm{p.directory.Name, p.directory.JIT}, safeguardOf(p.directory)
	return p
}

func sampleDirectories(l Look) directoryListPage {
	used := noon.Add(-4 * time.Minute)
	on, held, fresh := sampleDirectoryRow("okta"), sampleDirectoryRow("entra"), sampleDirectoryRow("onelogin")
	held.HeldAt, fresh.Staged = &used, true
	return directoryListPage{frame: sampleFrame(l, "Directory", pathDirectory), domains: 2, rows: []directoryRow{
		{name: "Okta", href: pathDirectory + "/directory_1", provider: "Okta", state: stateOf(on), people: 412, groups: 18, used: &used},
		{name: sampleCompany, href: pathDirectory + "/directory_2", provider: "Microsoft Entra ID", state: stateOf(held), people: 50_211, groups: 1204, used: &used},
		{name: "OneLogin", href: pathDirectory + "/directory_3", provider: "OneLogin", state: stateOf(fresh), next: "Next: take the address and the token"}}}
}

func sampleHomeDirectories(l Look) []homeDirectory {
	end := noon.AddDate(0, 0, 12)
	on := homeDirectory{directoryFrame: sampleDirectoryFrame(l, "okta", ""), counts: directory.Counts{Active: 412, Inactive: 7, Groups: 18}, mapped: 5, ends: &end}
	held := homeDirectory{directoryFrame: sampleHeld(sampleDirectoryFrame(l, "entra", "")), counts: directory.Counts{Active: 1204, Groups: 2}, attention: directory.Attention{Held: true, Stopped: true, Refused: true}}
	return []homeDirectory{on, held}
}
