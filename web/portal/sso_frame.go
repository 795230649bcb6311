package portal

import (
	"regexp"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/portal"
	"gatehouse/sso"
	"gatehouse/sso/guide"
	"gatehouse/web/ui"
)

// connectionFrame stands around the pages of one connection.
type connectionFrame struct {
	frame
	path       string // /portal/sso/conn_…
	connection *sso.Connection
	guide      guide.Guide
	words      guide.Words
	back       ui.Link // to the list, where the visit has one
}

// loaded is a connection as its pages need it.
func (v *visit) loaded(tx *db.OrgTx) (*sso.Setup, error) {
	c, err := v.connection()
	if err != nil {
		return nil, err
	}
	return sso.Load(tx, c)
}

func (v *visit) connectionFrame(c *sso.Connection, title string) connectionFrame {
	g := guide.For(string(c.Type), string(c.Protocol))
	f := connectionFrame{frame: v.frame(title, pathSSO), path: pathSSO + "/" + string(c.ID), connection: c, guide: g, words: g.Words(v.h.Name)}
	if v.session.ConnectionID == nil {
		f.back = ui.Link{Label: "Single sign-on", Href: pathSSO}
	}
	return f
}

// standing is what a connection is, in a line.
func (f connectionFrame) standing() string {
	state := map[sso.State]string{sso.Draft: "Draft", sso.Active: "On", sso.Inactive: "Off"}[f.connection.State]
	return f.guide.Name + ", " + protocols[f.connection.Protocol] + ". " + state + ", saved " + f.saved() + "."
}

func (f connectionFrame) saved() string {
	at := f.connection.UpdatedAt.UTC()
	if f.now.Sub(at) < 24*60*60*1e9 {
		return hour(at)
	}
	return at.Format("2 Jan, 15:04")
}

// mid puts the provider's name into a sentence.
func (f connectionFrame) fill(s string) string { return f.words.Fill(s) }

// values are ours that a provider is told.
func (h *Handler) values(c id.Connection) map[guide.Value]string {
	acs := sso.ACSURL(h.Base, c)
	return map[guide.Value]string{
		guide.ACSURL: acs, guide.ACSPattern: "^" + escaped(acs) + "$", guide.EntityID: sso.EntityID(h.Base, c), guide.MetadataURL: sso.MetadataURL(h.Base, c),
		guide.StartURL: sso.StartURL(h.Base, c), guide.LogoutURL: sso.SLOURL(h.Base, c), guide.RedirectURI: sso.RedirectURI(h.Base, c),
		guide.SignedOutURI: h.Base + "/login/signed-out", guide.BackchannelID: sso.BackchannelURL(h.Base, c),
	}
}

var slashes = regexp.MustCompile(`/`)

// escaped is an address as a regular expression that matches it alone.
func escaped(s string) string { return slashes.ReplaceAllString(regexp.QuoteMeta(s), `\/`) }

// certificatesOnly reports whether the visit may see the certificates and
// nothing else of a connection.
func (v *visit) certificatesOnly() bool {
	return !slices.Contains(v.session.Scopes, portal.SSO)
}
