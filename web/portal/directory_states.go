package portal

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	scimguide "gatehouse/scim/guide"
)

// pagingOn is a page in the middle of a list.
var pagingOn = db.Paging{Before: "scim_request_9", After: "scim_request_1"}

// sampleToken has the length of a real one.
var sampleToken = directory.TokenPrefix + strings.Repeat("Zm9yZ2Vy", 5) + "9f3c"

// directoryStates are the pages of directories in every state.
var directoryStates = slices.Concat(directorySetupStates, []State{
	{"portal-directory-empty", func(l Look) templ.Component {
		return directoryListView(directoryListPage{frame: sampleFrame(l, "Directory", pathDirectory)})
	}},
	{"portal-directory-list", func(l Look) templ.Component { return directoryListView(sampleDirectories(l)) }},
	{"portal-directory", func(l Look) templ.Component { return directoryView(sampleDirectory(l)) }},
	{"portal-directory-held", func(l Look) templ.Component {
		p := sampleDirectory(l)
		p.directoryFrame = sampleHeld(p.directoryFrame)
		return directoryView(p)
	}},
	{"portal-directory-release", func(l Look) templ.Component {
		p := sampleDirectory(l)
		p.directoryFrame, p.asked, p.wrongs = sampleHeld(p.directoryFrame), "release", directory.Tally{}
		p.held.more = true
		return directoryView(p)
	}},
	{"portal-directory-off", func(l Look) templ.Component {
		p := sampleDirectory(l)
		p.directory.State, p.tokens, p.wrongs = directory.Inactive, nil, directory.Tally{}
		return directoryView(p)
	}},
	{"portal-directory-turn-off", func(l Look) templ.Component {
		p := sampleDirectory(l)
		p.asked = "off"
		return directoryView(p)
	}},
	{"portal-directory-delete", func(l Look) templ.Component {
		p := sampleDirectory(l)
		p.asked, p.problem = "delete", faults{"confirm": "Type the name as it stands here."}
		p.frame = p.fail(p.problem)
		return directoryView(p)
	}},
	{"portal-directory-error", func(l Look) templ.Component {
		p := sampleDirectory(l)
		p.problem = faults{"name": "Enter a name.", fieldPercent: "Enter a whole number, or leave it empty for no such bound."}
		p.form.name, p.safeguard.percent = "", "many"
		p.frame = p.fail(p.problem)
		return directoryView(p)
	}},
	{"portal-directory-tokens", func(l Look) templ.Component { return tokensView(sampleTokens(l)) }},
	{"portal-directory-tokens-none", func(l Look) templ.Component {
		p := sampleTokens(l)
		p.tokens, p.problem = nil, faults{"days": directory.ErrTooManyTokens.Message}
		p.frame = p.fail(p.problem)
		return tokensView(p)
	}},
	{"portal-directory-token-revoke", func(l Look) templ.Component {
		p := sampleTokens(l)
		p.asked = &p.tokens[1]
		return tokensView(p)
	}},
	{"portal-directory-token", func(l Look) templ.Component {
		f := sampleDirectoryFrame(l, "okta", "Token")
		return tokenView(tokenPage{f, &sampleTokens(l).tokens[1], sampleToken})
	}},
	{"portal-directory-token-shown", func(l Look) templ.Component {
		f := sampleDirectoryFrame(l, "okta", "Token")
		return tokenView(tokenPage{f, &sampleTokens(l).tokens[0], ""})
	}},
	{"portal-directory-groups", func(l Look) templ.Component { return groupsView(sampleGroups(l)) }},
	{"portal-directory-groups-none", func(l Look) templ.Component {
		p := sampleGroups(l)
		p.total, p.mapped, p.list = 0, 0, nil
		return groupsView(p)
	}},
	{"portal-directory-groups-nothing-found", func(l Look) templ.Component {
		p := sampleGroups(l)
		p.search, p.show, p.list = "engine", showUnmapped, nil
		return groupsView(p)
	}},
	{"portal-directory-groups-no-owner", func(l Look) templ.Component {
		p := sampleGroups(l)
		p.owner, p.roles, p.list[0].given = false, mappable(sampleRoles, false), "Admin"
		return groupsView(p)
	}},
	{"portal-directory-groups-question", func(l Look) templ.Component {
		p := sampleGroups(l)
		p.dialog = mappingQuestion(p, roleChanges{total: 14, list: []roleChange{{sampleNames[0], "Member", "Admin"}, {sampleNames[1], "Admin", "Member"}}})
		return groupsView(p)
	}},
	{"portal-directory-groups-error", func(l Look) templ.Component {
		p := sampleGroups(l)
		p.problem = faults{"role_mappings": "Each group gives one role."}
		p.frame = p.fail(p.problem)
		return groupsView(p)
	}},
	{"portal-directory-activity", func(l Look) templ.Component { return activityView(sampleActivity(l)) }},
	{"portal-directory-activity-empty", func(l Look) templ.Component {
		return activityView(activityPage{directoryFrame: sampleDirectoryFrame(l, "okta", "Sync activity")})
	}},
	{"portal-directory-activity-well", func(l Look) templ.Component {
		return activityView(activityPage{directoryFrame: sampleDirectoryFrame(l, "okta", "Sync activity"), show: showProblems})
	}},
	{"portal-directory-activity-nothing-found", func(l Look) templ.Component {
		return activityView(activityPage{directoryFrame: sampleDirectoryFrame(l, "okta", "Sync activity"), search: "nobody", person: sampleNames[0], personID: "directory_user_1"})
	}},
	{"portal-directory-request", func(l Look) templ.Component { return requestView(sampleRequestPage(l, 0)) }},
	{"portal-directory-request-refused", func(l Look) templ.Component { return requestView(sampleRequestPage(l, 3)) }},
	{"portal-directory-request-held", func(l Look) templ.Component {
		p := sampleRequestPage(l, 1)
		p.directoryFrame = sampleHeld(p.directoryFrame)
		return requestView(p)
	}},
	{"portal-directory-people", func(l Look) templ.Component { return peopleView(samplePeople(l)) }},
	{"portal-directory-people-empty", func(l Look) templ.Component {
		return peopleView(peoplePage{directoryFrame: sampleDirectoryFrame(l, "okta", "People")})
	}},
	{"portal-directory-people-none-waits", func(l Look) templ.Component {
		return peopleView(peoplePage{directoryFrame: sampleDirectoryFrame(l, "okta", "People"), show: showWaiting})
	}},
	{"portal-directory-people-nothing-found", func(l Look) templ.Component {
		return peopleView(peoplePage{directoryFrame: sampleDirectoryFrame(l, "okta", "People"), search: "nobody"})
	}},
	{"portal-directory-person", func(l Look) templ.Component { return personView(samplePersonPage(l, nil)) }},
	{"portal-directory-person-waits", func(l Look) templ.Component {
		return personView(samplePersonPage(l, func(u *directory.User) { u.UserID = nil }))
	}},
	{"portal-directory-person-kept", func(l Look) templ.Component {
		p := samplePersonPage(l, func(u *directory.User) { u.Active, u.Kept = false, true })
		d := sampleDeparture()
		d.Kept = true
		p.departures = []directory.Departure{d}
		return personView(p)
	}},
	{"portal-directory-person-gone", func(l Look) templ.Component {
		p := samplePersonPage(l, func(u *directory.User) { u.Active = false })
		unproven := sampleDeparture()
		unproven.ProvenAt, unproven.AccessUntil, unproven.Kind = nil, nil, "deleted"
		p.departures = []directory.Departure{unproven, sampleDeparture()}
		return personView(p)
	}},
})

var directorySetupStates = []State{
	{"portal-directory-new", func(l Look) templ.Component {
		return directoryNewView(directoryNewPage{frame: sampleFrame(l, "Choose your provider", pathDirectory), guides: scimguide.All(), first: "azure scim v2.0"})
	}},
	{"portal-directory-provider", func(l Look) templ.Component {
		return directoryProviderView(directoryProviderPage{sampleDirectoryStep(l, stepProvider, "okta"), false})
	}},
	{"portal-directory-discard", func(l Look) templ.Component {
		return directoryProviderView(directoryProviderPage{sampleDirectoryStep(l, stepProvider, "okta"), true})
	}},
	{"portal-directory-address", func(l Look) templ.Component { return firstTokenView(sampleFirstToken(l, sampleToken)) }},
	{"portal-directory-address-again", func(l Look) templ.Component { return firstTokenView(sampleFirstToken(l, "")) }},
	{"portal-directory-address-used", func(l Look) templ.Component {
		p := sampleFirstToken(l, "")
		p.token.LastUsedAt = &noon
		return firstTokenView(p)
	}},
	{"portal-directory-address-none", func(l Look) templ.Component {
		p := sampleFirstToken(l, "")
		p.token = nil
		return firstTokenView(p)
	}},
	{"portal-directory-guide-okta", func(l Look) templ.Component { return directoryGuideView(sampleGuide(l, "okta")) }},
	{"portal-directory-guide-entra", func(l Look) templ.Component { return directoryGuideView(sampleGuide(l, "entra")) }},
	{"portal-directory-guide-google", func(l Look) templ.Component { return directoryGuideView(sampleGuide(l, "google")) }},
	{"portal-directory-guide-onelogin", func(l Look) templ.Component { return directoryGuideView(sampleGuide(l, "onelogin")) }},
	{"portal-directory-guide-jumpcloud", func(l Look) templ.Component { return directoryGuideView(sampleGuide(l, "jumpcloud")) }},
	{"portal-directory-guide-pingone", func(l Look) templ.Component { return directoryGuideView(sampleGuide(l, "pingone")) }},
	{"portal-directory-guide-pingfederate", func(l Look) templ.Component { return directoryGuideView(sampleGuide(l, "pingfederate")) }},
	{"portal-directory-guide-cyberark", func(l Look) templ.Component { return directoryGuideView(sampleGuide(l, "cyberark")) }},
	{"portal-directory-guide-rippling", func(l Look) templ.Component { return directoryGuideView(sampleGuide(l, "rippling")) }},
	{"portal-directory-guide-sailpoint", func(l Look) templ.Component { return directoryGuideView(sampleGuide(l, "sailpoint")) }},
	{"portal-directory-guide-any", func(l Look) templ.Component {
		p := sampleGuide(l, "scim")
		p.lastFour = ""
		return directoryGuideView(p)
	}},
	{"portal-directory-sync-waiting", func(l Look) templ.Component { return syncView(sampleSync(l, true)) }},
	{"portal-directory-sync", func(l Look) templ.Component { return syncView(sampleSync(l, false)) }},
	{"portal-directory-sync-nobody", func(l Look) templ.Component {
		p := sampleSync(l, true)
		p.problem, p.still = faults{"standing": "Nobody has come yet. Start the provisioning in Okta, or assign somebody there."}, true
		p.frame = p.fail(p.problem)
		return syncView(p)
	}},
	{"portal-directory-apply", func(l Look) templ.Component { return applyView(sampleApply(l)) }},
	{"portal-directory-apply-removes", func(l Look) templ.Component {
		p := sampleApply(l)
		p.preview.Removed, p.domains = 12, nil
		return applyView(p)
	}},
	{"portal-directory-applied", func(l Look) templ.Component {
		p := sampleApply(l)
		p.directory.Staged = false
		return applyView(p)
	}},
	{"portal-directory-setup-groups", func(l Look) templ.Component { return groupsView(sampleSetupGroups(l)) }},
	{"portal-directory-setup-groups-none", func(l Look) templ.Component {
		p := sampleSetupGroups(l)
		p.total, p.mapped, p.list = 0, 0, nil
		return groupsView(p)
	}},
	{"portal-directory-setup-groups-question", func(l Look) templ.Component {
		p := sampleSetupGroups(l)
		p.dialog = mappingQuestion(p, roleChanges{total: 1, list: []roleChange{{sampleNames[0], "Member", "Admin"}}})
		return groupsView(p)
	}},
}
