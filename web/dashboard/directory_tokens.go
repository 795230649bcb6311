package dashboard

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/web/ui"
)

type tokensPage struct {
	directoryFrame
	rows []directory.Token
}

func (h *Handler) directoryTokens(v *visit) error { return v.showTokens(http.StatusOK, nil) }

func (v *visit) showTokens(status int, dialog func(tokensPage) templ.Component) error {
	var p tokensPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.directoryFrame, err = v.directoryFrame(tx, tabTokens); err != nil {
			return err
		}
		p.rows, err = directory.Tokens(tx, p.Directory.ID)
		return err
	})
	if err != nil {
		return err
	}
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, tokensView(p))
}

// live are the tokens that open the directory.
func (p tokensPage) live() (open []directory.Token) {
	for i := range p.rows {
		if p.rows[i].Live(p.v.now) {
			open = append(open, p.rows[i])
		}
	}
	return open
}

type newTokenPage struct {
	directoryFrame
	lasts string
}

func (h *Handler) newToken(v *visit) error { return v.showNewToken(http.StatusOK, newTokenPage{}) }

func (v *visit) showNewToken(status int, p newTokenPage) error {
	wrong := p.wrong
	err := v.read(func(tx *db.AllTx) (err error) {
		p.directoryFrame, err = v.directoryFrame(tx, tabTokens)
		return err
	})
	if err != nil {
		return err
	}
	p.below(v, "New token")
	p.wrong, p.frame = wrong, p.fail(wrong)
	return v.show(status, newTokenView(p))
}

// issueToken makes another token, which the next page shows once.
func (h *Handler) issueToken(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := newTokenPage{lasts: form.Get("lasts")}
	var until *time.Time
	for _, k := range keyLasts {
		if k.value == p.lasts && k.lasts > 0 {
			at := v.now.Add(k.lasts)
			until = &at
		}
	}
	var of id.Directory
	var issued *directory.Issued
	err = v.ofDirectory(func(tx *db.OrgTx, d *directory.Directory) (err error) {
		of = d.ID
		issued, err = directory.IssueToken(tx, d.ID, until)
		return err
	})
	var refused bool
	if p.wrong, refused = faultsOf(err, "lasts"); refused {
		return v.showNewToken(http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return v.handOver(of, issued)
}

// oneToken is the token of the address with its directory's page.
func (v *visit) oneToken() (tokensPage, *directory.Token, error) {
	var p tokensPage
	key, err := param[id.DirectoryToken](v, "token")
	if err != nil {
		return p, nil, err
	}
	err = v.read(func(tx *db.AllTx) (err error) {
		if p.directoryFrame, err = v.directoryFrame(tx, tabTokens); err != nil {
			return err
		}
		p.rows, err = directory.Tokens(tx, p.Directory.ID)
		return err
	})
	if err != nil {
		return p, nil, err
	}
	for i := range p.rows {
		if p.rows[i].ID == key {
			return p, &p.rows[i], nil
		}
	}
	return p, nil, db.ErrNotFound
}

// showToken shows a token for the only time.
func (h *Handler) showToken(v *visit) error {
	of, t, err := v.oneToken()
	if err != nil {
		return err
	}
	value, err := v.takeOnce(string(t.ID))
	if err != nil {
		return err
	}
	of.below(v, "Token")
	p := shownPage{frame: of.frame}
	if value == "" {
		p.again = shownBefore("token", t.CreatedAt, of.path+"/tokens/new")
		return v.show(http.StatusOK, shownView(p))
	}
	p.once = tokenOnce(of.directoryFrame, t, h.Origin, value)
	return v.show(http.StatusOK, shownView(p))
}

// tokenOnce is a token as it is shown for the only time, with the address that
// goes with it.
func tokenOnce(of directoryFrame, t *directory.Token, origin, value string) ui.SecretOnceProps {
	until := "when it is revoked"
	if t.ExpiresAt != nil {
		until = day(*t.ExpiresAt)
	}
	return ui.SecretOnceProps{Title: "Copy the token now", Text: "We store only a fingerprint. When you leave this page, nobody can see it again, but you can make a new one.",
		Copy: ui.CopyBoxProps{ID: "secret", Value: value, Label: "Copy token", Copy: "Copy", Copied: "Copied"},
		Facts: []ui.Def{{Term: "Endpoint", Body: code(directory.Endpoint(origin, of.Directory.ID))}, {Term: "Can", Text: "add and remove people and groups of " + of.org.Name},
			{Term: "Ends", Text: until}},
		Save: "Download", Filename: "directory-token.txt", Check: "I've put it in the provider's console or a password manager", Done: ui.Post{Label: "Done", Action: of.path + "/tokens/" + string(t.ID)}}
}

// tokenStored is the way on from a token that was shown.
func (h *Handler) tokenStored(v *visit) error {
	_, _, err := v.directory()
	if err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, v.directoryPath(""))
}

func (h *Handler) askRevokeToken(v *visit) error {
	_, t, err := v.oneToken()
	if err != nil {
		return err
	}
	return v.showTokens(http.StatusOK, func(p tokensPage) templ.Component { return revokeQuestion(p, t) })
}

func revokeQuestion(p tokensPage, t *directory.Token) templ.Component {
	return confirm(question{path: p.path + "/tokens"}, ui.ConfirmProps{Title: "Revoke the token that ends in " + t.LastFour + "?", Text: p.revoking(t),
		Post: ui.Post{Label: "Revoke token", Action: p.path + "/tokens/" + string(t.ID) + "/revoke"}})
}

// revoking says what it does that a token is no more.
func (p tokensPage) revoking(t *directory.Token) string {
	left := len(p.live())
	if t.Live(p.v.now) {
		left--
	}
	words := "The provider's next request with it is refused. Nobody is deactivated by that. "
	if left == 0 {
		words += "No other token opens the directory: who leaves stays a member until the provider has another."
	} else {
		words += count(int64(left), "other token opens", "other tokens open") + " it still."
	}
	if t.LastUsedAt != nil {
		words += " It was last used " + when(p.v.now, *t.LastUsedAt) + "."
	}
	return words + " This can't be undone."
}

func (h *Handler) revokeToken(v *visit) error {
	_, t, err := v.oneToken()
	if err != nil {
		return err
	}
	err = v.ofDirectory(func(tx *db.OrgTx, d *directory.Directory) error {
		_, err := h.Directories.RevokeToken(tx, d.ID, t.ID)
		return err
	})
	if err != nil {
		return err
	}
	return v.done(v.directoryPath("/tokens"), tokenRevoked)
}

// tokenStanding is a token's state in a word.
func tokenStanding(t *directory.Token, now time.Time) ui.StatusProps {
	switch {
	case t.RevokedAt != nil:
		return ui.StatusProps{Label: "Revoked"}
	case !t.Live(now):
		return ui.StatusProps{Label: "Ended", Tone: ui.Bad}
	case t.ExpiresAt != nil && t.ExpiresAt.Before(now.Add(soon)):
		return ui.StatusProps{Label: "Ends soon", Tone: ui.Warn}
	}
	return ui.StatusProps{Label: "Open", Tone: ui.OK}
}
