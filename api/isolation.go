package api

import (
	"net/http"
	"strings"
)

// Theirs are the ids of another organization's things, and of a person who
// belongs to that organization alone.
type Theirs struct {
	Organization, ExternalID, User, UserExternalID, Membership, Domain, Session, APIKey, RedirectURI,
	Invitation, InvitationToken, Connection, SSOAttempt, Reference, Profile,
	Directory, DirectoryUser, DirectoryGroup, DirectoryToken, SCIMRequest,
	Stream, SignalStream,
	Webhook, Delivery, Export string
}

// Case is what an organization's key meets at one endpoint when it names
// another's things. The isolation test walks the router and wants a case for
// every route.
type Case struct {
	Method, Path string // the route, as the router has it
	URL          string
	Body         string
	Want         int  // the status
	Hides        bool // a 2xx answer must hold none of their ids
}

// foreign is a route's case before the ids are known.
type foreign struct {
	fill  string // what stands in the place of the path's first parameter; {name} is one of Theirs
	next  string // and of the second; "member" where nothing is said
	query string
	body  string
	want  int
}

// The places of Theirs within a case.
const (
	theirOrganization = "{organization}"
	theirExternalID   = "{external_id}"
	theirUser         = "{user}"
	theirMembership   = "{membership}"
	theirDomain       = "{domain}"
	theirAPIKey       = "{api_key}"
	theirRedirectURI  = "{redirect_uri}"

	theirInvitation      = "{invitation}"
	theirInvitationToken = "{invitation_token}"

	theirConnection = "{connection}"
	theirSSOAttempt = "{sso_attempt}" // a sign-in by it
	theirReference  = "{reference}"   // of that

	theirDirectory      = "{directory}"
	theirDirectoryUser  = "{directory_user}"
	theirDirectoryGroup = "{directory_group}"
	theirDirectoryToken = "{directory_token}"
	theirSCIMRequest    = "{scim_request}"

	theirStream       = "{log_stream}"
	theirWebhook      = "{webhook}"
	theirDelivery     = "{delivery}" // to that
	theirSignalStream = "{signal_stream}"
	theirExport       = "{export}" // of the audit log
)

// absent is 404, with their id in the path.
func absent(what string) foreign { return foreign{fill: what, body: "{}", want: http.StatusNotFound} }

// absentArray is absent where the body is a list.
func absentArray(what string) foreign {
	return foreign{fill: what, body: "[]", want: http.StatusNotFound}
}

// absentBody is 404, with their id in the body.
func absentBody(body string) foreign { return foreign{body: body, want: http.StatusNotFound} }

// absentQuery is 404, with their id in the query.
func absentQuery(query string) foreign { return foreign{query: query, want: http.StatusNotFound} }

// hidden is a list that does not hold what is theirs.
func hidden() foreign { return foreign{want: http.StatusOK} }

// refused is 403: nothing is named, and the endpoint is the deployment's.
func refused(body string) foreign { return foreign{body: body, want: http.StatusForbidden} }

// IsolationCases is one case for each route of the management API.
func IsolationCases(t Theirs) []Case {
	fill := strings.NewReplacer("{organization}", t.Organization, "{external_id}", t.ExternalID, "{user}", t.User,
		"{user_external_id}", t.UserExternalID, "{membership}", t.Membership, "{domain}", t.Domain, "{session}", t.Session,
		"{api_key}", t.APIKey, "{redirect_uri}", t.RedirectURI,
		"{invitation}", t.Invitation, "{invitation_token}", t.InvitationToken,
		"{connection}", t.Connection, "{sso_attempt}", t.SSOAttempt, "{reference}", t.Reference, "{profile}", t.Profile,
		"{directory}", t.Directory, "{directory_user}", t.DirectoryUser, "{directory_group}", t.DirectoryGroup, "{directory_token}", t.DirectoryToken, "{scim_request}", t.SCIMRequest,
		"{log_stream}", t.Stream, "{webhook}", t.Webhook, "{delivery}", t.Delivery, "{signal_stream}", t.SignalStream, "{export}", t.Export)
	var cases []Case
	for _, r := range (&Handler{}).routes() {
		f := r.Foreign
		c := Case{Method: r.Method, Path: r.Path, URL: fill.Replace(withSegments(r.Path, f.fill, f.next)), Body: fill.Replace(f.body), Want: f.want, Hides: f.want == http.StatusOK}
		if f.query != "" {
			c.URL += "?" + fill.Replace(f.query)
		}
		cases = append(cases, c)
	}
	return cases
}

// withSegments puts texts in the places of a path's parameters. Slugs, which
// come second, are everybody's.
func withSegments(path, first, second string) string {
	if second == "" {
		second = "member"
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if !strings.HasPrefix(p, ":") {
			continue
		}
		parts[i] = second
		if first != "" {
			parts[i], first = first, ""
		}
	}
	return strings.Join(parts, "/")
}
