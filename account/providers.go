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
	if v.h.Login.Social == nil {
		return nil, nil
	}
	all, err := social.List(tx, v.h.Login.Social.Environment)
	var more []hosted.Method
	for _, p := range all {
		linked := slices.ContainsFunc(mine, func(i users.Identity) bool {
			return i.Provider == p.Type.Method() && (i.Provider != sessions.OIDC || p.Issuer != nil && i.Issuer == *p.Issuer)
		})
		if p.Enabled && !linked {
			more = append(more, hosted.Method{Provider: p.Name, URL: pathProviders + p.Slug})
		}
	}
	return more, err
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
