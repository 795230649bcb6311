package portal

import (
	"time"

	"gatehouse/internal/browser"
	"gatehouse/web/ui"
)

// notice is news for the next page. The cookie holds its key alone, so nobody
// can put words on our pages.
type notice string

// The notices.
const (
	visitExtended notice = "visit-extended"
	domainAdded   notice = "domain-added"
	domainRemoved notice = "domain-removed"
	domainChecked notice = "domain-checked"
	domainProven  notice = "domain-proven"
	policySaved   notice = "policy-saved"

	viewSaved       notice = "view-saved"
	viewRenamed     notice = "view-renamed"
	viewReplaced    notice = "view-replaced"
	viewDeleted     notice = "view-deleted"
	exportCancelled notice = "export-cancelled"

	streamCreated  notice = "stream-created"
	streamSaved    notice = "stream-saved"
	streamPaused   notice = "stream-paused"
	streamResumed  notice = "stream-resumed"
	streamReplayed notice = "stream-replayed"
	streamTested   notice = "stream-tested"
	streamDeleted  notice = "stream-deleted"

	setupSaved         notice = "setup-saved"
	draftDiscarded     notice = "draft-discarded"
	connectionOn       notice = "connection-on"
	connectionOff      notice = "connection-off"
	connectionSaved    notice = "connection-saved"
	connectionRestored notice = "connection-restored"
	moveApproved       notice = "move-approved"
	moveWithdrawn      notice = "move-withdrawn"
	certificateAdded   notice = "certificate-added"
	certificateRemoved notice = "certificate-removed"
	keyAdded           notice = "key-added"
	keyPromoted        notice = "key-promoted"
	keyRemoved         notice = "key-removed"

	directorySetUp    notice = "directory-set-up"
	directorySaved    notice = "directory-saved"
	directoryOff      notice = "directory-off"
	directoryOn       notice = "directory-on"
	directoryDeleted  notice = "directory-deleted"
	directoryReleased notice = "directory-released"
	safeguardSaved    notice = "safeguard-saved"
	mappingsSaved     notice = "mappings-saved"
	tokenRevoked      notice = "token-revoked"
)

var notices = map[notice]string{
	visitExtended: "Your visit lasts eight more hours.",
	domainAdded:   "Domain added. Put its record into DNS now.",
	domainRemoved: "Domain removed.",
	domainChecked: "We looked just now.",
	domainProven:  "The domain is verified.",
	policySaved:   "Policy saved.",

	viewSaved:       "View saved.",
	viewRenamed:     "View renamed.",
	viewReplaced:    "The view shows these filters now.",
	viewDeleted:     "View deleted.",
	exportCancelled: "Export cancelled.",

	streamCreated:  "Log stream added. Its first entries go out in a moment.",
	streamSaved:    "Log stream saved.",
	streamPaused:   "Paused. It keeps its place.",
	streamResumed:  "It goes on from its place.",
	streamReplayed: "It sends again from there.",
	streamTested:   "The destination took a test entry.",
	streamDeleted:  "Log stream deleted.",

	setupSaved:         "Saved. Come back when you like.",
	draftDiscarded:     "Draft discarded.",
	connectionOn:       "Single sign-on is on.",
	connectionOff:      "The connection is off.",
	connectionSaved:    "Settings saved.",
	connectionRestored: "The earlier configuration is back.",
	moveApproved:       "People of the other connection move here.",
	moveWithdrawn:      "Nobody moves here any more.",
	certificateAdded:   "Certificate added.",
	certificateRemoved: "Certificate removed.",
	keyAdded:           "The next certificate is in our metadata.",
	keyPromoted:        "The next certificate signs from now on.",
	keyRemoved:         "Certificate removed.",

	directorySetUp:    "The directory is set up.",
	directorySaved:    "Settings saved.",
	directoryOff:      "The directory is off.",
	directoryOn:       "The directory is on.",
	directoryDeleted:  "Directory deleted. Its people stay members.",
	directoryReleased: "Released. People leave as soon as your provider asks again.",
	safeguardSaved:    "Safeguard saved.",
	mappingsSaved:     "Roles saved.",
	tokenRevoked:      "Token revoked.",
}

// noticeLifetime is long enough for a redirect.
const noticeLifetime = time.Minute

var newsCookie = browser.Flash.For("portal")

// news is what the page before had to say, once.
func (v *visit) news() *ui.ToastProps {
	words, known := notices[notice(v.h.Jar.Get(v.Request(), newsCookie))]
	if !known {
		return nil
	}
	v.h.Jar.Clear(v.Response(), newsCookie)
	return &ui.ToastProps{Tone: ui.OK, Title: words}
}
