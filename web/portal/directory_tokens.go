package portal

import (
	"net/http"
	"strconv"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/web/ui"
)

// firstTokenPage is the step that gives address and token away.
type firstTokenPage struct {
	directoryStepPage
	endpoint string
	token    *directory.Token // made last; nil: none opens the directory
	value    string           // of it, this once
}

func (h *Handler) showFirstToken(v *visit) error {
	var p firstTokenPage
	step, err := v.stepRead(stepToken, func(tx *db.OrgTx, step *directoryStepPage) (err error) {
		p.endpoint = directory.Endpoint(h.Base, step.directory.ID)
		p.token, err = lastToken(tx, step.directory.ID, v)
		return err
	})
	if err != nil {
		return err
	}
	if p.directoryStepPage = step; p.token != nil {
		if p.value, err = v.takeOnce(string(p.token.ID)); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, firstTokenView(p))
}

// lastToken is the youngest that opens the directory, or nil.
func lastToken(tx *db.OrgTx, d id.Directory, v *visit) (*directory.Token, error) {
	all, err := directory.Tokens(tx, d)
	for i := range all {
		if all[i].Live(v.now) {
			return &all[i], err
		}
	}
	return nil, err
}

// saveFirstToken goes on, or makes another token in the place of one that
// nobody has used and nobody can be shown again.
func (h *Handler) saveFirstToken(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	if form.Get("then") != "another" {
		return v.passStep(stepToken, form.Get("then"), nil)
	}
	key, err := v.directoryID()
	if err != nil {
		return err
	}
	var made *directory.Issued
	err = v.in(func(tx *db.OrgTx) error {
		all, err := directory.Tokens(tx, key)
		if err != nil {
			return err
		}
		for i := range all {
			if all[i].Live(v.now) && all[i].LastUsedAt == nil {
				if _, err := directory.RevokeToken(tx, key, all[i].ID); err != nil {
					return err
				}
			}
		}
		made, err = directory.IssueToken(tx, key, nil)
		return err
	})
	if err != nil {
		return err
	}
	if err := v.keepOnce(string(made.ID), made.Value); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, pathDirectory+"/"+string(key)+"/setup/"+stepToken)
}

// tokensPage are a directory's tokens.
type tokensPage struct {
	directoryFrame
	endpoint string
	tokens   []directory.Token
	asked    *directory.Token // whether to revoke it
	problem  faults
	days     string // of the new one, as it was chosen
}

func (h *Handler) directoryTokens(v *visit) error {
	return v.showTokens(http.StatusOK, tokensPage{}, v.QueryParam("revoke"))
}

func (v *visit) showTokens(status int, p tokensPage, asked string) error {
	err := v.read(func(tx *db.OrgTx) (err error) {
		if p.directoryFrame, err = v.openDirectory(tx, "Tokens"); err != nil {
			return err
		}
		p.endpoint = directory.Endpoint(v.h.Base, p.directory.ID)
		p.tokens, err = directory.Tokens(tx, p.directory.ID)
		return err
	})
	if err != nil {
		return err
	}
	for i := range p.tokens {
		if string(p.tokens[i].ID) == asked && p.tokens[i].RevokedAt == nil {
			p.asked = &p.tokens[i]
		}
	}
	p.frame = p.fail(p.problem)
	return v.show(status, tokensView(p))
}

// lifetimes are how long a token can be made to live, in days.
var lifetimes = []ui.Option{{Value: "", Label: "Until it is revoked"}, {Value: "90", Label: "90 days"}, {Value: "180", Label: "180 days"}, {Value: "365", Label: "A year"}}

// directoryIssue makes another token beside those that there are.
func (h *Handler) directoryIssue(v *visit) error {
	key, err := v.directoryID()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p := tokensPage{days: form.Get("days")}
	var expires *time.Time
	if days, err := strconv.Atoi(p.days); err == nil && days > 0 && days <= 3650 {
		at := v.now.AddDate(0, 0, days)
		expires = &at
	}
	var made *directory.Issued
	err = v.in(func(tx *db.OrgTx) (err error) { made, err = directory.IssueToken(tx, key, expires); return err })
	if wrong, refused := faultsOf(err, "days"); refused {
		p.problem = wrong
		return v.showTokens(http.StatusUnprocessableEntity, p, "")
	}
	if err != nil {
		return err
	}
	if err := v.keepOnce(string(made.ID), made.Value); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, pathDirectory+"/"+string(key)+"/tokens/"+string(made.ID))
}

// tokenPage shows a token for the only time, or says that it was shown.
type tokenPage struct {
	directoryFrame
	token *directory.Token
	value string
}

func (h *Handler) directoryToken(v *visit) error {
	key, err := param[id.DirectoryToken](v, "token")
	if err != nil {
		return err
	}
	var p tokenPage
	err = v.read(func(tx *db.OrgTx) (err error) {
		if p.directoryFrame, err = v.openDirectory(tx, "Token"); err != nil {
			return err
		}
		p.token, err = tokenOf(tx, p.directory.ID, key)
		return err
	})
	if err != nil {
		return err
	}
	if p.value, err = v.takeOnce(string(key)); err != nil {
		return err
	}
	return v.show(http.StatusOK, tokenView(p))
}

// tokenOf is one of the directory's tokens, or db.ErrNotFound.
func tokenOf(tx *db.OrgTx, d id.Directory, key id.DirectoryToken) (*directory.Token, error) {
	all, err := directory.Tokens(tx, d)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == key {
			return &all[i], nil
		}
	}
	return nil, db.ErrNotFound
}

// directoryTokenStored is the way on from a token that was shown.
func (h *Handler) directoryTokenStored(v *visit) error {
	d, err := v.readDirectory()
	if err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, pathDirectory+"/"+string(d.ID)+"/tokens")
}

// directoryRevoke ends a token, once it was asked about.
func (h *Handler) directoryRevoke(v *visit) error {
	d, err := v.directoryID()
	if err != nil {
		return err
	}
	key, err := param[id.DirectoryToken](v, "token")
	if err != nil {
		return err
	}
	if err := v.in(func(tx *db.OrgTx) error { _, err := h.Directories.RevokeToken(tx, d, key); return err }); err != nil {
		return err
	}
	return v.done(pathDirectory+"/"+string(d)+"/tokens", tokenRevoked)
}
