package diagnosis

import (
	"regexp"
	"strings"

	"gatehouse/sso/guide"
)

// reason is a status of a provider in words.
type reason struct {
	title, explain, fix string
	at                  guide.Subject
	who                 Who
}

// entra are errors of Microsoft Entra ID (learn.microsoft.com, "Microsoft
// Entra authentication and authorization error codes"). They come as text.
var entra = map[string]reason{
	"50105":  {title: "Entra ID refused: user isn’t assigned", explain: "The app asks for people to be assigned, and this person isn’t (AADSTS50105).", at: guide.Assignment, fix: "Under *{field}*, add the person or one of their groups, and test again."},
	"50011":  {title: "Entra ID doesn’t know our address", explain: "The reply URL that we asked for isn’t among the app’s (AADSTS50011).", at: guide.ACS, fix: "Add the value below to *{field}*, save, and test again."},
	"700016": {title: "Entra ID doesn’t know the app", explain: "There is no app with our identifier in this Entra tenant (AADSTS700016): it has a typing error, or the app is in another tenant.", at: guide.Audience, fix: "Replace *{field}* with the value below, save, and test again."},
	"650052": {title: "Entra ID doesn’t know the app", explain: "The app isn’t set up in this Entra tenant (AADSTS650052).", at: guide.Assignment, fix: "Create the app in the tenant whose people sign in, and test again."},
	"50020":  {title: "Entra ID refused: user is of another tenant", explain: "The account that was used isn’t in this Entra tenant (AADSTS50020).", who: Person, fix: "Sign in with an account of your own organization, in a private window if need be."},
	"50057":  {title: "Entra ID refused: the account is disabled", explain: "The person’s account is disabled in Entra ID (AADSTS50057).", at: guide.Assignment, fix: "Enable the account, or test with another."},
	"53003":  {title: "Entra ID refused: Conditional Access", explain: "A Conditional Access policy blocked this sign-in (AADSTS53003).", at: guide.Assignment, fix: "Look at the sign-in in Entra ID’s *Sign-in logs*: it names the policy."},
	"75011":  {title: "Entra ID refused: another way of signing in was asked for", explain: "The person was signed in at Entra ID in another way than this connection asks for (AADSTS75011).", who: Here, fix: "Take the requested authentication context out of this connection’s settings."},
	"65001":  {title: "Entra ID refused: consent is missing", explain: "Nobody has agreed that the app may read people’s profiles (AADSTS65001).", at: guide.Claims, fix: "Under *API permissions*, choose *Grant admin consent*."},
	"7000222": {title: "The client secret has run out", explain: "Entra ID doesn’t accept our secret any more: it has expired (AADSTS7000222).", at: guide.Secret,
		fix: "Make a new one under *{field}*, and enter its value here."},
	"7000215": {title: "Entra ID doesn’t accept our secret", explain: "The client secret is wrong (AADSTS7000215). The *Secret ID* is often taken for the *Value*.", at: guide.Secret,
		fix: "Make a new one under *{field}*, and enter its *Value* here."},
}

// nested are the second-level statuses of SAML (Core §3.2.2.2).
var nested = map[string]reason{
	"AuthnFailed":               {title: "{Provider} refused: signing in there failed", explain: "The person didn’t get in at {provider} itself.", who: Person, fix: "Try again. If it keeps happening, look at the sign-in in the logs of {provider}."},
	"RequestDenied":             {title: "{Provider} refused the request", explain: "{Provider} understood us, and its rules refuse this sign-in. Most often the person isn’t assigned to the app.", at: guide.Assignment, fix: "Under *{field}*, add the person or one of their groups, and test again."},
	"InvalidNameIDPolicy":       {title: "{Provider} can’t give that Name ID", explain: "The Name ID format that this connection asks for isn’t the one that {provider} gives.", at: guide.NameID, fix: "Set the format to *EmailAddress* or *Persistent*, or let this connection ask for none in its settings."},
	"NoAuthnContext":            {title: "{Provider} can’t sign people in the way this connection asks", explain: "The requested authentication context isn’t one that {provider} has.", who: Here, fix: "Take it out of this connection’s settings."},
	"NoPassive":                 {title: "{Provider} has to ask the person", explain: "We asked that nobody be asked anything, and {provider} had to.", who: Person, fix: "Sign in again."},
	"RequestUnsupported":        {title: "{Provider} doesn’t support our request", explain: "{Provider} read the request and can’t answer that kind.", at: guide.ACS, fix: "Check that the app is a SAML 2.0 app, and test again."},
	"UnknownPrincipal":          {title: "{Provider} doesn’t know the person", explain: "There is no account for the person, or it isn’t assigned to the app.", at: guide.Assignment, fix: "Under *{field}*, add the person, and test again."},
	"UnsupportedBinding":        {title: "{Provider} doesn’t send answers the way we ask", explain: "We ask for answers by HTTP POST.", at: guide.ACS, fix: "Set the binding of *{field}* to *HTTP-POST*, and test again."},
	"InvalidAttrNameOrValue":    {title: "{Provider} stumbled over an attribute", explain: "One of the attributes it was to send couldn’t be made.", at: guide.Claims, fix: "Look through *{field}*, and test again."},
	"UnknownAttrProfile":        {title: "{Provider} stumbled over an attribute", explain: "One of the attributes it was to send couldn’t be made.", at: guide.Claims, fix: "Look through *{field}*, and test again."},
	"PartialLogout":             {title: "{Provider} signed the person out of some places only", explain: "Somewhere a session may live on.", who: Person, fix: "Sign out of {provider} itself."},
	"Requester":                 {title: "{Provider} refused our request", explain: "{Provider} says that something in the request isn’t as it should be: often it doesn’t know our certificate, our address or our name.", at: guide.ACS, fix: "Compare all values of the app with those of this set-up, and the certificate with ours, and test again."},
	"Responder":                 {title: "{Provider} couldn’t answer", explain: "{Provider} says that something went wrong on its side.", who: AtProvider, at: guide.Assignment, fix: "Look at the sign-in in the logs of {provider}."},
	"VersionMismatch":           {title: "{Provider} speaks another version of SAML", explain: "We speak SAML 2.0.", at: guide.ACS, fix: "Choose SAML 2.0 for the app, and test again."},
	"access_denied":             {title: "{Provider} refused: user isn’t assigned", explain: "{Provider} says `access_denied`: the person cancelled, or isn’t assigned to the app.", at: guide.Assignment, fix: "Under *{field}*, add the person or one of their groups, and test again."},
	"unauthorized_client":       {title: "{Provider} doesn’t let the app do this", explain: "The app may not use the authorization code flow.", at: guide.Redirect, fix: "Allow *Authorization Code*, and test again."},
	"invalid_scope":             {title: "{Provider} doesn’t know a scope", explain: "One of the scopes that we ask for isn’t allowed for the app.", at: guide.Claims, fix: "Allow `openid`, `email` and `profile`, and test again."},
	"unsupported_response_type": {title: "{Provider} doesn’t let the app do this", explain: "The app may not use the authorization code flow.", at: guide.Redirect, fix: "Allow *Authorization Code*, and test again."},
	"login_required":            {title: "{Provider} has to ask the person", explain: "We asked that nobody be asked anything, and {provider} had to.", who: Person, fix: "Sign in again."},
	"interaction_required":      {title: "{Provider} has to ask the person", explain: "We asked that nobody be asked anything, and {provider} had to.", who: Person, fix: "Sign in again."},
	"server_error":              {title: "{Provider} couldn’t answer", explain: "{Provider} says that something went wrong on its side.", at: guide.Assignment, fix: "Look at the sign-in in the logs of {provider}."},
	"temporarily_unavailable":   {title: "{Provider} couldn’t answer", explain: "{Provider} says that it is busy.", who: Person, fix: "Try again in a few minutes."},
}

var (
	entraCode = regexp.MustCompile(`AADSTS([0-9]{5,7})\b`)
	// words of a status: the last part of a SAML status URN, or an OAuth error
	statusWord = regexp.MustCompile(`[A-Za-z_]+`)
)

// find finds the words of what a provider said in its own: an AADSTS code,
// a nested status of SAML or an error of OAuth (RFC 6749 §4.1.2.1). The most
// precise wins: the second-level status before the first.
func find(received string) (reason, bool) {
	if m := entraCode.FindStringSubmatch(received); m != nil {
		if r, ok := entra[m[1]]; ok {
			return r, true
		}
	}
	codes, _, _ := strings.Cut(received, ": ") // after it the provider speaks freely
	var found reason
	ok := false
	for _, word := range statusWord.FindAllString(codes, -1) {
		if r, known := nested[word]; known && (!ok || word != "Requester" && word != "Responder") {
			found, ok = r, true
		}
	}
	return found, ok
}

// status puts the reason's words into the entry.
func status(e entry, received string) entry {
	r, ok := find(received)
	if !ok {
		return e
	}
	e.title, e.explain, e.fix, e.at = r.title, r.explain, r.fix, r.at
	e.who = r.who
	if e.who == "" {
		e.who = AtProvider
	}
	if e.who == Here {
		e.page = Settings
	}
	switch r.at {
	case guide.ACS:
		e.copy = guide.ACSURL
		if strings.HasPrefix(e.code, "OIDC") {
			e.at, e.copy = guide.Redirect, guide.RedirectURI
		}
	case guide.Audience:
		e.copy = guide.EntityID
	}
	return e
}
