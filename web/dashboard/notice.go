package dashboard

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
	organizationCreated notice = "organization-created"
	organizationDeleted notice = "organization-deleted"
	organizationSaved   notice = "organization-saved"
	metadataSaved       notice = "metadata-saved"
	brandingSaved       notice = "branding-saved"
	memberAdded         notice = "member-added"
	memberRole          notice = "member-role"
	memberDeactivated   notice = "member-deactivated"
	memberReactivated   notice = "member-reactivated"
	memberRemoved       notice = "member-removed"
	invitationsSent     notice = "invitations-sent"
	invitationResent    notice = "invitation-resent"
	invitationRevoked   notice = "invitation-revoked"
	domainAdded         notice = "domain-added"
	domainDeleted       notice = "domain-deleted"
	domainChecked       notice = "domain-checked"
	sessionRevoked      notice = "session-revoked"
	sessionsRevoked     notice = "sessions-revoked"
	factorRemoved       notice = "factor-removed"
	factorsReset        notice = "factors-reset"
	resetMailed         notice = "reset-mailed"
	verificationMailed  notice = "verification-mailed"
	policySaved         notice = "policy-saved"
	settingsSaved       notice = "settings-saved"
	userBanned          notice = "user-banned"
	exportCancelled     notice = "export-cancelled"
	userUnbanned        notice = "user-unbanned"
	userDeleted         notice = "user-deleted"
	applicationCreated  notice = "application-created"
	applicationSaved    notice = "application-saved"
	applicationDeleted  notice = "application-deleted"
	addressAdded        notice = "address-added"
	addressRemoved      notice = "address-removed"
	secretRevoked       notice = "secret-revoked"
	keyRevoked          notice = "key-revoked"
	operatorAdded       notice = "operator-added"
	operatorRole        notice = "operator-role"
	operatorRemoved     notice = "operator-removed"
	providerAdded       notice = "provider-added"
	providerSaved       notice = "provider-saved"
	providerOn          notice = "provider-on"
	providerOff         notice = "provider-off"
	providerDeleted     notice = "provider-deleted"
	connectionCreated   notice = "connection-created"
	connectionSaved     notice = "connection-saved"
	connectionOn        notice = "connection-on"
	connectionOff       notice = "connection-off"
	connectionDeleted   notice = "connection-deleted"
	metadataRefreshed   notice = "metadata-refreshed"
	certificateAdded    notice = "certificate-added"
	certificateRemoved  notice = "certificate-removed"
	nextKeyMade         notice = "next-key-made"
	keyPromoted         notice = "key-promoted"
	keyDeleted          notice = "key-deleted"
	trialBegun          notice = "trial-begun"
	trialPromoted       notice = "trial-promoted"
	trialEnded          notice = "trial-ended"
	rolledBack          notice = "rolled-back"
	directorySaved      notice = "directory-saved"
	directoryTurnedOn   notice = "directory-on"
	directoryTurnedOff  notice = "directory-off"
	directoryApplied    notice = "directory-applied"
	directoryReleased   notice = "directory-released"
	directoryDeleted    notice = "directory-deleted"
	safeguardSaved      notice = "safeguard-saved"
	groupMapped         notice = "group-mapped"
	tokenRevoked        notice = "token-revoked"
	jobRetried          notice = "job-retried"
	streamCreated       notice = "stream-created"
	streamSaved         notice = "stream-saved"
	streamPaused        notice = "stream-paused"
	streamResumed       notice = "stream-resumed"
	streamReplayed      notice = "stream-replayed"
	streamTested        notice = "stream-tested"
	streamDeleted       notice = "stream-deleted"
	viewSaved           notice = "view-saved"
	viewRenamed         notice = "view-renamed"
	viewReplaced        notice = "view-replaced"
	viewDeleted         notice = "view-deleted"
	webhookSaved        notice = "webhook-saved"
	webhookEnabled      notice = "webhook-enabled"
	webhookPaused       notice = "webhook-paused"
	webhookDeleted      notice = "webhook-deleted"
	webhookTested       notice = "webhook-tested"
	webhookReplayed     notice = "webhook-replayed"
	failedRetried       notice = "webhook-failed-retried"
	deliveryRetried     notice = "delivery-retried"
	waitingCancelled    notice = "waiting-cancelled"
	jobCancelled        notice = "job-cancelled"
)

var notices = map[notice]string{
	exportCancelled:     "Export cancelled.",
	organizationCreated: "Organization created.",
	organizationDeleted: "Organization deleted. Its sessions have ended.",
	organizationSaved:   "Organization saved.",
	metadataSaved:       "Metadata saved.",
	brandingSaved:       "Branding saved. The login shows it from now on.",
	memberAdded:         "Member added.",
	memberRole:          "Role changed.",
	memberDeactivated:   "Member deactivated. Their sessions here have ended.",
	memberReactivated:   "Member reactivated. They can sign in again.",
	memberRemoved:       "Member removed. Their sessions here have ended.",
	invitationsSent:     "Invitations sent.",
	invitationResent:    "Invitation sent again. Its old link works no longer.",
	invitationRevoked:   "Invitation revoked.",
	domainAdded:         "Domain added.",
	domainDeleted:       "Domain deleted.",
	domainChecked:       "DNS was asked. This is what it said.",
	sessionRevoked:      "Session revoked.",
	sessionsRevoked:     "Signed out everywhere.",
	factorRemoved:       "Removed. They are told by mail.",
	factorsReset:        "All second steps reset. They are told by mail, and signed out.",
	resetMailed:         "Password reset sent.",
	verificationMailed:  "Verification code sent.",
	policySaved:         "Policy saved. Sessions that don't meet it are asked for more, or end, at their next refresh.",
	settingsSaved:       "Settings saved.",
	userBanned:          "User banned. Their sessions have ended.",
	userUnbanned:        "Ban lifted. They can sign in again.",
	userDeleted:         "User deleted. Their sessions have ended.",
	applicationCreated:  "Application created.",
	applicationSaved:    "Application saved. Every server knows within a second.",
	applicationDeleted:  "Application deleted.",
	addressAdded:        "Address added.",
	addressRemoved:      "Address removed.",
	secretRevoked:       "Secret revoked.",
	keyRevoked:          "API key revoked.",
	operatorAdded:       "Operator added.",
	operatorRole:        "Role changed.",
	operatorRemoved:     "Operator removed.",
	providerAdded:       "Provider added.",
	providerSaved:       "Provider saved.",
	providerOn:          "Provider turned on. Its button is on the login.",
	providerOff:         "Provider turned off. Nobody was signed out.",
	providerDeleted:     "Provider deleted.",
	connectionCreated:   "Connection created. It signs nobody in until you turn it on.",
	connectionSaved:     "Connection saved.",
	connectionOn:        "Connection turned on. People sign in by it.",
	connectionOff:       "Connection turned off. Nobody was signed out.",
	connectionDeleted:   "Connection deleted. Its people keep their accounts.",
	metadataRefreshed:   "Metadata read. This is what it says.",
	certificateAdded:    "Certificate added. What it signs is accepted.",
	certificateRemoved:  "Certificate removed. What it signs is refused.",
	nextKeyMade:         "Key made. The provider finds its certificate in our metadata, or its admin adds it.",
	keyPromoted:         "The next key signs now.",
	keyDeleted:          "Key deleted.",
	trialBegun:          "The trial has begun. It lets nobody in.",
	trialPromoted:       "Promoted. It counts now.",
	trialEnded:          "The trial has ended.",
	rolledBack:          "Brought back. It counts now.",
	directorySaved:      "Directory saved.",
	directoryTurnedOn:   "Directory turned on. Its provider is let in.",
	directoryTurnedOff:  "Directory turned off. Everybody keeps their access.",
	directoryApplied:    "Directory applied. What its provider sends takes effect at once now.",
	directoryReleased:   "Released. People leave as the provider asks again.",
	directoryDeleted:    "Directory deleted. Its people keep their access.",
	safeguardSaved:      "Safeguard saved.",
	groupMapped:         "Role changed. The group's people have it now.",
	tokenRevoked:        "Token revoked. Nobody was deactivated.",
	viewSaved:           "View saved.",
	viewRenamed:         "View renamed.",
	viewReplaced:        "The view shows these filters now.",
	viewDeleted:         "View deleted.",
	webhookSaved:        "Endpoint saved.",
	webhookEnabled:      "Endpoint enabled. It hears of what happens from now on.",
	webhookPaused:       "Endpoint paused. Nothing is sent.",
	webhookDeleted:      "Endpoint deleted.",
	webhookTested:       "Test event sent.",
	webhookReplayed:     "The events wait to be sent again.",
	failedRetried:       "What failed is being sent again.",
	deliveryRetried:     "Sent again.",
	waitingCancelled:    "Cancelled. What still waits came meanwhile, or was too much for one time.",
	streamCreated:       "Log stream added. Its first entries go out in a moment.",
	streamSaved:         "Log stream saved.",
	streamPaused:        "Paused. It keeps its place.",
	streamResumed:       "It goes on from its place.",
	streamReplayed:      "It sends again from there.",
	streamTested:        "The destination took a test entry.",
	streamDeleted:       "Log stream deleted.",
	jobRetried:          "It runs as soon as a worker is free.",
	jobCancelled:        "Job cancelled.",
}

// noticeLifetime is long enough for a redirect.
const noticeLifetime = time.Minute

func (v *visit) say(n notice) {
	v.h.Jar.Set(v.Response(), browser.Flash, string(n), noticeLifetime)
}

// news is what the page before had to say, once.
func (v *visit) news() *ui.ToastProps {
	words, known := notices[notice(v.h.Jar.Get(v.Request(), browser.Flash))]
	if !known {
		return nil
	}
	v.h.Jar.Clear(v.Response(), browser.Flash)
	return &ui.ToastProps{Tone: ui.OK, Title: words}
}
