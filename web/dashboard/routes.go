package dashboard

import "net/http"

// route is an address of the dashboard: who may open it, and what serves it.
type route struct {
	method, path string
	least        role // the least role; teamRoles says what each is for
	fresh        bool // asks for a sign-in within the last ten minutes
	development  bool // is there in development alone
	serve        func(*Handler, *visit) error
}

// get and post make the two halves of a page with a form: they share their
// address, so a sign-in in between comes back to the page.
func get(path string, least role, serve func(*Handler, *visit) error) route {
	return route{method: http.MethodGet, path: path, least: least, serve: serve}
}

func post(path string, least role, serve func(*Handler, *visit) error) route {
	return route{method: http.MethodPost, path: path, least: least, serve: serve}
}

func fresh(r route) route {
	r.fresh = true
	return r
}

// inDevelopment is a route that no other environment has.
func inDevelopment(r route) route {
	r.development = true
	return r
}

// routes is every address of the dashboard and the only place that says who
// may open it. What a role may not do to whom besides (owners, one's own
// account) is beside its handler.
var routes = []route{
	get("/admin", viewer, (*Handler).overview),
	get("/admin/search", viewer, (*Handler).search),

	get("/admin/organizations", viewer, (*Handler).organizations),
	get("/admin/organizations/new", admin, (*Handler).newOrganization),
	post("/admin/organizations/new", admin, (*Handler).createOrganization),
	get("/admin/organizations/:org", viewer, (*Handler).organization),
	get("/admin/organizations/:org/members", viewer, (*Handler).members),
	post("/admin/organizations/:org/members", admin, (*Handler).addMember),
	get("/admin/organizations/:org/members/:member/role", admin, (*Handler).askMemberRole),
	post("/admin/organizations/:org/members/:member/role", admin, (*Handler).changeMemberRole),
	get("/admin/organizations/:org/members/:member/deactivate", admin, (*Handler).askDeactivateMember),
	post("/admin/organizations/:org/members/:member/deactivate", admin, (*Handler).deactivateMember),
	post("/admin/organizations/:org/members/:member/reactivate", admin, (*Handler).reactivateMember),
	get("/admin/organizations/:org/members/:member/remove", admin, (*Handler).askRemoveMember),
	post("/admin/organizations/:org/members/:member/remove", admin, (*Handler).removeMember),
	get("/admin/organizations/:org/invitations", viewer, (*Handler).invitations),
	post("/admin/organizations/:org/invitations", admin, (*Handler).invite),
	post("/admin/organizations/:org/invitations/:invitation/resend", admin, (*Handler).resendInvitation),
	post("/admin/organizations/:org/invitations/:invitation/revoke", admin, (*Handler).revokeInvitation),
	get("/admin/organizations/:org/domains", viewer, (*Handler).domains),
	post("/admin/organizations/:org/domains", admin, (*Handler).addDomain),
	post("/admin/organizations/:org/domains/:domain/check", admin, (*Handler).checkDomain),
	get("/admin/organizations/:org/domains/:domain/delete", admin, (*Handler).askDeleteDomain),
	post("/admin/organizations/:org/domains/:domain/delete", admin, (*Handler).deleteDomain),
	get("/admin/organizations/:org/portal-links/new", admin, (*Handler).newPortalLink),
	post("/admin/organizations/:org/portal-links/new", admin, (*Handler).createPortalLink),
	get("/admin/organizations/:org/portal-links/:link", admin, (*Handler).showPortalLink),
	post("/admin/organizations/:org/portal-links/:link", admin, (*Handler).portalLinkSent),
	get("/admin/organizations/:org/connections", viewer, (*Handler).organizationConnections),
	get("/admin/organizations/:org/directories", viewer, (*Handler).organizationDirectories),
	get("/admin/organizations/:org/audit-log", viewer, (*Handler).organizationLog),
	get("/admin/organizations/:org/settings", admin, (*Handler).organizationSettings),
	post("/admin/organizations/:org/settings", admin, (*Handler).saveOrganization),
	get("/admin/organizations/:org/metadata", admin, (*Handler).organizationSettings),
	post("/admin/organizations/:org/metadata", admin, (*Handler).saveMetadata),
	get("/admin/organizations/:org/policies", admin, (*Handler).policies),
	post("/admin/organizations/:org/policies", admin, (*Handler).savePolicies),
	get("/admin/organizations/:org/branding", admin, (*Handler).branding),
	post("/admin/organizations/:org/branding", admin, (*Handler).saveBranding),
	fresh(get("/admin/organizations/:org/delete", admin, (*Handler).askDeleteOrganization)),
	fresh(post("/admin/organizations/:org/delete", admin, (*Handler).deleteOrganization)),

	get("/admin/users", viewer, (*Handler).users),
	get("/admin/users/:user", viewer, (*Handler).user),
	get("/admin/users/:user/factors", viewer, (*Handler).userFactors),
	get("/admin/users/:user/audit-log", viewer, (*Handler).userLog),
	fresh(get("/admin/users/:user/factors/reset", support, (*Handler).askResetFactors)),
	fresh(post("/admin/users/:user/factors/reset", support, (*Handler).resetFactors)),
	fresh(get("/admin/users/:user/factors/:factor/remove", support, (*Handler).askRemoveFactor)),
	fresh(post("/admin/users/:user/factors/:factor/remove", support, (*Handler).removeFactor)),
	post("/admin/users/:user/password-reset", support, (*Handler).mailReset),
	post("/admin/users/:user/verification", support, (*Handler).mailVerification),
	get("/admin/users/:user/sessions/revoke", support, (*Handler).askRevokeSessions),
	post("/admin/users/:user/sessions/revoke", support, (*Handler).revokeSessions),
	get("/admin/users/:user/sessions/:session/revoke", support, (*Handler).askRevokeSession),
	post("/admin/users/:user/sessions/:session/revoke", support, (*Handler).revokeSession),
	get("/admin/users/:user/ban", support, (*Handler).askBan),
	post("/admin/users/:user/ban", support, (*Handler).ban),
	post("/admin/users/:user/unban", support, (*Handler).unban),
	fresh(get("/admin/users/:user/delete", admin, (*Handler).askDeleteUser)),
	fresh(post("/admin/users/:user/delete", admin, (*Handler).deleteUser)),

	get("/admin/applications", viewer, (*Handler).applications),
	get("/admin/applications/new", developer, (*Handler).newApplication),
	post("/admin/applications/new", developer, (*Handler).createApplication),
	get("/admin/applications/:app", viewer, (*Handler).application),
	get("/admin/applications/:app/settings", developer, (*Handler).applicationSettings),
	post("/admin/applications/:app/settings", developer, (*Handler).saveApplication),
	get("/admin/applications/:app/addresses", developer, (*Handler).application),
	post("/admin/applications/:app/addresses", developer, (*Handler).addAddress),
	get("/admin/applications/:app/addresses/:address/remove", developer, (*Handler).askRemoveAddress),
	post("/admin/applications/:app/addresses/:address/remove", developer, (*Handler).removeAddress),
	get("/admin/applications/:app/secrets/new", developer, (*Handler).newSecret),
	post("/admin/applications/:app/secrets/new", developer, (*Handler).createSecret),
	get("/admin/applications/:app/secrets/:secret", developer, (*Handler).showSecret),
	post("/admin/applications/:app/secrets/:secret", developer, (*Handler).secretStored),
	get("/admin/applications/:app/secrets/:secret/revoke", developer, (*Handler).askRevokeSecret),
	post("/admin/applications/:app/secrets/:secret/revoke", developer, (*Handler).revokeSecret),
	fresh(get("/admin/applications/:app/delete", developer, (*Handler).askDeleteApplication)),
	fresh(post("/admin/applications/:app/delete", developer, (*Handler).deleteApplication)),

	get("/admin/api-keys", viewer, (*Handler).apiKeys),
	fresh(get("/admin/api-keys/new", developer, (*Handler).newAPIKey)),
	fresh(post("/admin/api-keys/new", developer, (*Handler).createAPIKey)),
	get("/admin/api-keys/:key", developer, (*Handler).showAPIKey),
	post("/admin/api-keys/:key", developer, (*Handler).apiKeyStored),
	get("/admin/api-keys/:key/revoke", developer, (*Handler).askRevokeAPIKey),
	post("/admin/api-keys/:key/revoke", developer, (*Handler).revokeAPIKey),

	get("/admin/settings/social", admin, (*Handler).socialProviders),
	fresh(get("/admin/settings/social/new", admin, (*Handler).newSocial)),
	fresh(post("/admin/settings/social/new", admin, (*Handler).createSocial)),
	fresh(get("/admin/settings/social/:provider", admin, (*Handler).socialProvider)),
	fresh(post("/admin/settings/social/:provider", admin, (*Handler).saveSocial)),
	post("/admin/settings/social/:provider/switch", admin, (*Handler).switchSocial),
	post("/admin/settings/social/:provider/test", admin, (*Handler).testSocial),
	fresh(get("/admin/settings/social/:provider/delete", admin, (*Handler).askDeleteSocial)),
	fresh(post("/admin/settings/social/:provider/delete", admin, (*Handler).deleteSocial)),

	get("/admin/connections", viewer, (*Handler).connections),
	get("/admin/connections/new", admin, (*Handler).newConnection),
	post("/admin/connections/new", admin, (*Handler).createConnection),
	get("/admin/connections/:conn", viewer, (*Handler).connection),
	get("/admin/connections/:conn/turn-on", admin, (*Handler).askTurnOn),
	post("/admin/connections/:conn/turn-on", admin, (*Handler).turnOn),
	get("/admin/connections/:conn/turn-off", admin, (*Handler).askTurnOff),
	post("/admin/connections/:conn/turn-off", admin, (*Handler).turnOff),
	post("/admin/connections/:conn/metadata", admin, (*Handler).readMetadata),
	// who sets the provider says who everybody of the organization is
	fresh(get("/admin/connections/:conn/provider", admin, (*Handler).connectionProvider)),
	fresh(post("/admin/connections/:conn/provider", admin, (*Handler).saveConnectionProvider)),
	get("/admin/connections/:conn/people", admin, (*Handler).connectionPeople),
	post("/admin/connections/:conn/people", admin, (*Handler).saveConnectionPeople),
	get("/admin/connections/:conn/certificates", viewer, (*Handler).connectionCertificates),
	post("/admin/connections/:conn/certificates", admin, (*Handler).addCertificate),
	get("/admin/connections/:conn/certificates/:certificate/remove", admin, (*Handler).askRemoveCertificate),
	post("/admin/connections/:conn/certificates/:certificate/remove", admin, (*Handler).removeCertificate),
	post("/admin/connections/:conn/keys", admin, (*Handler).makeKey),
	get("/admin/connections/:conn/keys/promote", admin, (*Handler).askPromoteKey),
	post("/admin/connections/:conn/keys/promote", admin, (*Handler).promoteKey),
	post("/admin/connections/:conn/keys/:ourkey/delete", admin, (*Handler).deleteKey),
	get("/admin/connections/:conn/trial", viewer, (*Handler).connectionTrial),
	fresh(get("/admin/connections/:conn/trial/promote", admin, (*Handler).askPromote)),
	fresh(post("/admin/connections/:conn/trial/promote", admin, (*Handler).promote)),
	post("/admin/connections/:conn/trial/end", admin, (*Handler).endTrial),
	fresh(get("/admin/connections/:conn/roll-back", admin, (*Handler).askRollBack)),
	fresh(post("/admin/connections/:conn/roll-back", admin, (*Handler).rollBack)),
	get("/admin/connections/:conn/sign-ins", viewer, (*Handler).recordedSignIns),
	get("/admin/connections/:conn/sign-ins/:attempt", viewer, (*Handler).recordedSignIn),
	fresh(get("/admin/connections/:conn/delete", admin, (*Handler).askDeleteConnection)),
	fresh(post("/admin/connections/:conn/delete", admin, (*Handler).deleteConnection)),

	get("/admin/directories", viewer, (*Handler).directories),
	// whoever has a token says who is a member
	fresh(get("/admin/directories/new", admin, (*Handler).newDirectory)),
	fresh(post("/admin/directories/new", admin, (*Handler).createDirectory)),
	get("/admin/directories/:dir", viewer, (*Handler).directory),
	get("/admin/directories/:dir/turn-on", admin, (*Handler).askDirectoryOn),
	post("/admin/directories/:dir/turn-on", admin, (*Handler).directoryOn),
	get("/admin/directories/:dir/turn-off", admin, (*Handler).askDirectoryOff),
	post("/admin/directories/:dir/turn-off", admin, (*Handler).directoryOff),
	get("/admin/directories/:dir/apply", admin, (*Handler).askApply),
	post("/admin/directories/:dir/apply", admin, (*Handler).apply),
	get("/admin/directories/:dir/activity", viewer, (*Handler).directoryActivity),
	get("/admin/directories/:dir/activity/:request", viewer, (*Handler).directoryRequest),
	get("/admin/directories/:dir/people", viewer, (*Handler).directoryPeople),
	get("/admin/directories/:dir/people/:person", viewer, (*Handler).directoryPerson),
	get("/admin/directories/:dir/groups", viewer, (*Handler).directoryGroups),
	get("/admin/directories/:dir/groups/:group", viewer, (*Handler).directoryGroup),
	get("/admin/directories/:dir/groups/:group/role", admin, (*Handler).askGroupRole),
	post("/admin/directories/:dir/groups/:group/role", admin, (*Handler).mapGroup),
	get("/admin/directories/:dir/safeguard", viewer, (*Handler).directorySafeguard),
	post("/admin/directories/:dir/safeguard", admin, (*Handler).saveSafeguard),
	get("/admin/directories/:dir/safeguard/release", admin, (*Handler).askRelease),
	post("/admin/directories/:dir/safeguard/release", admin, (*Handler).release),
	get("/admin/directories/:dir/departures", viewer, (*Handler).directoryDepartures),
	get("/admin/directories/:dir/tokens", viewer, (*Handler).directoryTokens),
	fresh(get("/admin/directories/:dir/tokens/new", admin, (*Handler).newToken)),
	fresh(post("/admin/directories/:dir/tokens/new", admin, (*Handler).issueToken)),
	get("/admin/directories/:dir/tokens/:token", admin, (*Handler).showToken),
	post("/admin/directories/:dir/tokens/:token", admin, (*Handler).tokenStored),
	get("/admin/directories/:dir/tokens/:token/revoke", admin, (*Handler).askRevokeToken),
	post("/admin/directories/:dir/tokens/:token/revoke", admin, (*Handler).revokeToken),
	get("/admin/directories/:dir/settings", admin, (*Handler).directorySettings),
	post("/admin/directories/:dir/settings", admin, (*Handler).saveDirectorySettings),
	fresh(get("/admin/directories/:dir/delete", admin, (*Handler).askDeleteDirectory)),
	fresh(post("/admin/directories/:dir/delete", admin, (*Handler).deleteDirectory)),

	get("/admin/events", viewer, (*Handler).eventTypes),
	get("/admin/events/feed", viewer, (*Handler).eventFeed),
	get("/admin/events/:type", viewer, (*Handler).eventType),

	get("/admin/audit-log", viewer, (*Handler).auditLog),
	// a file holds what the pages show one by one
	get(viewsHome, viewer, (*Handler).auditViews),
	post(viewsHome, viewer, (*Handler).saveView),
	get(viewsHome+"/:view", viewer, (*Handler).auditView),
	post(viewsHome+"/:view", viewer, (*Handler).renameView),
	get(viewsHome+"/:view/replace", viewer, (*Handler).auditView),
	post(viewsHome+"/:view/replace", viewer, (*Handler).replaceView),
	get(viewsHome+"/:view/delete", viewer, (*Handler).askDeleteView),
	post(viewsHome+"/:view/delete", viewer, (*Handler).deleteView),
	get("/admin/audit-log/exports", admin, (*Handler).exports),
	post("/admin/audit-log/exports", admin, (*Handler).createExport),
	get("/admin/audit-log/exports/:export", admin, (*Handler).export),
	get("/admin/audit-log/exports/:export/file", admin, (*Handler).exportFile),
	post("/admin/audit-log/exports/:export/cancel", admin, (*Handler).cancelExport),

	get("/admin/webhooks", viewer, (*Handler).webhooks),
	// whoever has an endpoint hears of everything
	fresh(get("/admin/webhooks/new", developer, (*Handler).newWebhook)),
	fresh(post("/admin/webhooks/new", developer, (*Handler).createWebhook)),
	get("/admin/webhooks/:endpoint", viewer, (*Handler).webhook),
	fresh(get("/admin/webhooks/:endpoint/settings", developer, (*Handler).webhookSettings)),
	fresh(post("/admin/webhooks/:endpoint/settings", developer, (*Handler).saveWebhook)),
	fresh(get("/admin/webhooks/:endpoint/rotate", developer, (*Handler).askRotateWebhook)),
	fresh(post("/admin/webhooks/:endpoint/rotate", developer, (*Handler).rotateWebhook)),
	get("/admin/webhooks/:endpoint/secret", developer, (*Handler).webhookSecret),
	post("/admin/webhooks/:endpoint/secret", developer, (*Handler).webhookSecretStored),
	get("/admin/webhooks/:endpoint/test", developer, (*Handler).askTestWebhook),
	post("/admin/webhooks/:endpoint/test", developer, (*Handler).testWebhook),
	get("/admin/webhooks/:endpoint/replay", developer, (*Handler).askReplay),
	post("/admin/webhooks/:endpoint/replay", developer, (*Handler).replayWebhook),
	get("/admin/webhooks/:endpoint/retry-failed", developer, (*Handler).askRetryFailed),
	post("/admin/webhooks/:endpoint/retry-failed", developer, (*Handler).retryFailed),
	get("/admin/webhooks/:endpoint/pause", developer, (*Handler).askPauseWebhook),
	post("/admin/webhooks/:endpoint/pause", developer, (*Handler).pauseWebhook),
	get("/admin/webhooks/:endpoint/cancel", developer, (*Handler).askCancelWaiting),
	post("/admin/webhooks/:endpoint/cancel", developer, (*Handler).cancelWaiting),
	get("/admin/webhooks/:endpoint/resume", developer, (*Handler).webhook),
	post("/admin/webhooks/:endpoint/resume", developer, (*Handler).resumeWebhook),
	get("/admin/webhooks/:endpoint/deliveries/:delivery/retry", developer, (*Handler).webhook),
	post("/admin/webhooks/:endpoint/deliveries/:delivery/retry", developer, (*Handler).retryDelivery),
	fresh(get("/admin/webhooks/:endpoint/delete", developer, (*Handler).askDeleteWebhook)),
	fresh(post("/admin/webhooks/:endpoint/delete", developer, (*Handler).deleteWebhook)),

	get("/admin/log-streams", viewer, (*Handler).logStreams),
	// whoever says where the log goes has the log
	fresh(get("/admin/log-streams/new", admin, (*Handler).newStream)),
	fresh(post("/admin/log-streams/new", admin, (*Handler).createStream)),
	get("/admin/log-streams/:stream", viewer, (*Handler).logStream),
	fresh(get("/admin/log-streams/:stream/settings", admin, (*Handler).streamSettings)),
	fresh(post("/admin/log-streams/:stream/settings", admin, (*Handler).saveStream)),
	get("/admin/log-streams/:stream/pause", admin, (*Handler).logStream),
	post("/admin/log-streams/:stream/pause", admin, (*Handler).pauseStream),
	get("/admin/log-streams/:stream/resume", admin, (*Handler).logStream),
	post("/admin/log-streams/:stream/resume", admin, (*Handler).resumeStream),
	get("/admin/log-streams/:stream/test", admin, (*Handler).logStream),
	post("/admin/log-streams/:stream/test", admin, (*Handler).testStream),
	get("/admin/log-streams/:stream/replay", admin, (*Handler).askReplayStream),
	post("/admin/log-streams/:stream/replay", admin, (*Handler).replayStream),
	fresh(get("/admin/log-streams/:stream/delete", admin, (*Handler).askDeleteStream)),
	fresh(post("/admin/log-streams/:stream/delete", admin, (*Handler).deleteStream)),

	get("/admin/jobs", viewer, (*Handler).jobs),
	get("/admin/jobs/:job", viewer, (*Handler).job),
	get("/admin/jobs/:job/retry", developer, (*Handler).job),
	post("/admin/jobs/:job/retry", developer, (*Handler).retryJob),
	get("/admin/jobs/:job/cancel", developer, (*Handler).askCancelJob),
	post("/admin/jobs/:job/cancel", developer, (*Handler).cancelJob),

	// kept mails hold codes and links that sign in as anybody, owners among them
	inDevelopment(get("/admin/mail", owner, (*Handler).mails)),
	inDevelopment(get("/admin/mail/:mail", owner, (*Handler).mail)),
	inDevelopment(get("/admin/mail/:mail/html", owner, (*Handler).mailHTML)),

	get("/admin/settings/authentication", admin, (*Handler).authenticationSettings),
	post("/admin/settings/authentication", admin, (*Handler).saveAuthentication),

	get("/admin/team", viewer, (*Handler).team),
	fresh(get("/admin/team/new", admin, (*Handler).newOperator)),
	fresh(post("/admin/team/new", admin, (*Handler).addOperator)),
	fresh(get("/admin/team/:member/role", admin, (*Handler).askOperatorRole)),
	fresh(post("/admin/team/:member/role", admin, (*Handler).changeOperatorRole)),
	fresh(get("/admin/team/:member/remove", admin, (*Handler).askRemoveOperator)),
	fresh(post("/admin/team/:member/remove", admin, (*Handler).removeOperator)),
}
