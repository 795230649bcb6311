package account

import (
	"net/http"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

const pathProviders = "/account/security/providers/"

// connectable are the providers that the person could sign in by besides
// those that they do.
func (v *visit) connectable(tx *db.Tx, mine []users.Identity) ([]hosted.Method, error) {
	on, err := v.offered(tx)
	var more []hosted.Method
	for _, p := range on {
		if !slices.ContainsFunc(mine, func(i users.Identity) bool { return from(p, i) }) {
			more = append(more, hosted.Method{Provider: p.Name, URL: pathProviders + p.Slug})
		}
	}
	return more, err
}

// offered are the providers by which people can sign in now.
func (v *visit) offered(tx *db.Tx) ([]social.Provider, error) {
	if v.h.Login.Social == nil {
		return nil, nil
	}
	all, err := social.List(tx, v.h.Login.Social.Environment)
	return slices.DeleteFunc(all, func(p social.Provider) bool { return !p.Enabled }), err
}

// from reports whether the account is one at that provider. Those that are set
// up by an issuer share a method.
func from(p social.Provider, i users.Identity) bool {
	return p.Type.Method() == i.Provider && (i.Provider != sessions.OIDC || text(p.Issuer) == i.Issuer)
}

// providerName is what people call the provider of an account, also of one
// that is switched off by now.
func providerName(on []social.Provider, i users.Identity) string {
	for _, p := range on {
		if from(p, i) {
			return p.Name
		}
	}
	for _, t := range social.Types {
		if t.Method() == i.Provider {
			return t.Name()
		}
	}
	return i.Issuer
}

// askLink stands before the way to a provider: a link from elsewhere must not
// be enough, because whoever signed the person in there would get in here.
func askLink(v *visit) error {
	if v.h.Login.Social == nil {
		return social.ErrUnknown
	}
	var p *social.Provider
	err := v.read(func(tx *db.Tx) (err error) {
		p, err = social.Get(tx, v.h.Login.Social.Environment, v.Param("provider"))
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, hosted.QuestionPage{Frame: v.frame(), Kind: hosted.AskAddSocial, Args: i18n.Args{"name": p.Name}, Safe: true,
		Action: pathProviders + p.Slug, BackURL: pathSecurity})
}

// link sends the person there. The callback adds what they come back with.
func link(v *visit) error { return v.h.Login.AddProvider(v.Context, v.Param("provider"), pathSecurity) }
