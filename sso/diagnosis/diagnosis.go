package diagnosis

import (
	"strings"

	"gatehouse/sso/guide"
	"gatehouse/sso/trail"
)

// Who can mend it.
type Who string

// Who.
const (
	AtProvider Who = "provider" // whoever runs the provider
	Here       Who = "here"     // the organization's admin, in the portal
	Operator   Who = "operator" // the SaaS company
	Person     Who = "person"   // whoever signs in: by trying again, mostly
)

// Page is where in the portal it is mended.
type Page string

// The pages, by the last part of their URLs.
const (
	NoPage       Page = ""
	Metadata     Page = "metadata"
	Mapping      Page = "attributes"
	Access       Page = "access"
	Certificates Page = "certificates"
	Settings     Page = "settings"
	Domains      Page = "domains"
	App          Page = "app"
	Move         Page = "move"
)

// Facts are what was refused, and of whom.
type Facts struct {
	Code     string // saml_audience_mismatch
	Guide    guide.Guide
	App      string // what people sign in to
	Expected string
	Received string
}

// Diagnosis is a refusal in words.
type Diagnosis struct {
	Code    string // SAML-AUDIENCE
	Title   string
	Explain guide.Text
	Who     Who
	FixHead string // "Fix it in Okta"
	Fix     guide.Text
	Field   string      // the provider's name of what is changed
	Copy    guide.Value // what to put there
	Page    Page        // where here
	Compare bool        // expected and received are worth a look
	Ours    string      // heads what is expected: "We expect"
	Alike   bool        // both are values of one kind: what differs is worth a mark
	Sent    string      // heads what came: "Okta sent"
}

// entry is one row of the catalogue. Its texts are read by guide.Say, with
// {app}, {provider}, {Provider}, {field}, {expected}, {received} put in.
type entry struct {
	code    string
	title   string
	explain string
	who     Who
	at      guide.Subject
	fix     string
	copy    guide.Value
	page    Page
	compare bool
	ours    string // heads what we have, where what came is of another kind
}

// Known reports whether the code has an entry of its own.
func Known(code string) bool {
	_, ok := catalogue[code]
	return ok
}

// catalogue is every entry by its code.
var catalogue = merge(answers, signatures, times, people, openID)

func merge(parts ...map[string]entry) map[string]entry {
	all := map[string]entry{}
	for _, part := range parts {
		for code, e := range part {
			all[code] = e
		}
	}
	return all
}

// Of is the diagnosis of a refusal.
func Of(f Facts) Diagnosis {
	e, ok := catalogue[f.Code]
	if !ok {
		e = unknown
	}
	e = special(e, f)
	w, ours := words{f, f.Guide.At(e.at)}, e.ours
	if ours == "" {
		ours = "We expect"
	}
	return Diagnosis{Code: e.code, Title: w.fill(e.title), Explain: w.text(e.explain), Who: e.who, FixHead: w.head(e.who), Fix: w.fix(e),
		Field: w.place.Field, Copy: e.copy, Page: e.page, Compare: e.compare && (f.Expected != "" || f.Received != ""), Ours: ours, Alike: e.ours == "", Sent: w.fill("{Provider} sent")}
}

// unknown is the entry of a code that is newer than the catalogue.
var unknown = entry{code: "SSO-OTHER", title: "The sign-in was refused", who: Operator,
	explain: "There are no words for this reason yet. The reference below leads {app}’s support to all that is known."}

// words are what is put into an entry's texts.
type words struct {
	Facts
	place guide.Place
}

func (w words) fill(s string) string {
	s = w.Guide.Words(w.App).Fill(s)
	return strings.NewReplacer("{field}", w.place.Field, "{expected}", w.Expected, "{received}", w.Received, "{domain}", domainOf(w.Received), "{apart}", apart(w.Expected, w.Received)).Replace(s)
}

// text reads the marks first: what comes from outside marks nothing.
func (w words) text(s string) guide.Text {
	out := guide.Say(s)
	for i := range out {
		out[i].Text = w.fill(out[i].Text)
	}
	return out
}

func (w words) head(who Who) string {
	switch who {
	case AtProvider:
		if strings.HasPrefix(w.Guide.Provider, "your ") {
			return w.fill("Fix it at {provider}")
		}
		return w.fill("Fix it in {provider}")
	case Here:
		return "Fix it here"
	}
	return "What to do"
}

// fix is the way to the place, where there is one, and what to do there.
func (w words) fix(e entry) guide.Text {
	todo := w.text(e.fix)
	if e.at == "" || e.who != AtProvider || len(w.place.Path) == 0 {
		return todo
	}
	path := w.place.Path.With(w.Guide.Words(w.App))
	if path[0].Kind == guide.Plain {
		path[0].Text = strings.ToUpper(path[0].Text[:1]) + path[0].Text[1:]
	}
	return append(append(path, guide.Run{Text: ". "}), todo...)
}

func domainOf(address string) string {
	if _, domain, ok := strings.Cut(address, "@"); ok {
		return domain
	}
	return address
}

// special are entries whose words depend on what came.
func special(e entry, f Facts) entry {
	switch f.Code {
	case "saml_status", "oidc_provider_refused", "oidc_access_denied":
		return status(e, f.Received)
	case "saml_issuer_mismatch", "oidc_issuer_mismatch":
		if f.Guide.Provider == "Entra ID" {
			e.title = "Another Entra tenant answered"
		}
	case "saml_expired", "saml_not_yet_valid", "saml_issue_instant":
		if apart(f.Expected, f.Received) != "" {
			e.title = "The clocks are {apart} apart"
		}
	}
	return e
}

// CheckWords say what each check of a trail is, when it holds and when it does not.
var CheckWords = map[string]struct{ Holds, Fails string }{
	trail.Address:    {"Response arrived at the right address", "Response was meant for another address"},
	trail.Structure:  {"Response can be read", "Response can’t be read"},
	trail.Discovery:  {"Provider can be asked about itself", "Provider can’t be asked about itself"},
	trail.Exchange:   {"Provider takes its own code back", "Provider doesn’t take its own code back"},
	trail.Status:     {"Provider says it worked", "Provider refused"},
	trail.Decryption: {"Response decrypted", "Response can’t be decrypted"},
	trail.Signature:  {"Signature valid", "Signature isn’t valid"},
	trail.Issuer:     {"Issuer matches", "Issuer doesn’t match"},
	trail.Audience:   {"Audience matches", "Audience doesn’t match"},
	trail.Time:       {"Clock agrees", "Clock doesn’t agree"},
	trail.Request:    {"Answers our request", "Doesn’t answer our request"},
	trail.Subject:    {"Person is named", "Person isn’t named"},
	trail.Replay:     {"Wasn’t used before", "Was used before"},
	trail.Attributes: {"Email, name and groups", "Attributes are missing"},
	trail.Domain:     {"Address is of one of your domains", "Address isn’t of one of your domains"},
	trail.Account:    {"Account found", "Account can’t be used"},
}
