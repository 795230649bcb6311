package dashboard

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	webmail "gatehouse/web/mail"
	"gatehouse/web/ui"
)

// factorRow is something that a person signs in or confirms a sign-in with.
type factorRow struct {
	id, kind, name string
	icon           string
	cloned         bool
	letter         webmail.Factor // how the person is told that it is gone
	added          time.Time
	used           *time.Time
}

// factors are what a person has: second steps, passkeys, accounts at providers.
type factors struct {
	rows     []factorRow
	recovery int // codes left
	password bool
}

var factorKinds = map[sessions.Second]factorRow{
	sessions.SecondWebAuthn: {kind: "Passkey", icon: "passkey", letter: webmail.FactorPasskey},
	sessions.SecondTOTP:     {kind: "Authenticator app", icon: "phone", letter: webmail.FactorApp},
	sessions.SecondSMS:      {kind: "Telephone", icon: "phone", letter: webmail.FactorSMS},
}

var providerNames = map[sessions.Method]string{
	sessions.GoogleOAuth: "Google", sessions.MicrosoftOAuth: "Microsoft", sessions.GitHubOAuth: "GitHub", sessions.AppleOAuth: "Apple",
	sessions.GitLabOAuth: "GitLab", sessions.LinkedInOAuth: "LinkedIn", sessions.SlackOAuth: "Slack",
}

func factorsOf(tx db.AnyScope, user id.User) (f factors, err error) {
	methods, err := mfa.List(tx, user)
	if err != nil {
		return f, err
	}
	for _, m := range methods {
		row := factorKinds[m.Kind]
		row.id, row.name, row.cloned, row.added, row.used = m.ID, m.Name, m.Cloned, m.Added, m.LastUsed
		f.rows = append(f.rows, row)
	}
	accounts, err := users.Identities(tx, user)
	if err != nil {
		return f, err
	}
	for _, i := range accounts {
		f.rows = append(f.rows, identityRow(i))
	}
	if f.recovery, err = mfa.RecoveryCodesLeft(tx, user); err != nil {
		return f, err
	}
	f.password, err = users.HasPassword(tx, user)
	return f, err
}

func identityRow(i users.Identity) factorRow {
	name, known := providerNames[i.Provider]
	if !known {
		name = i.Issuer
	}
	row := factorRow{id: string(i.ID), kind: "Account at " + name, icon: "link", letter: webmail.FactorSocial, name: i.Subject, added: i.CreatedAt, used: i.LastUsedAt}
	if i.Email != nil && *i.Email != "" {
		row.name = *i.Email + ", " + i.Subject
	}
	return row
}

func (f factors) find(key string) (factorRow, error) {
	for _, row := range f.rows {
		if row.id == key {
			return row, nil
		}
	}
	return factorRow{}, db.ErrNotFound
}

// secondSteps is how many of them confirm a sign-in.
func (f factors) secondSteps() (n int64) {
	for _, row := range f.rows {
		if row.letter != webmail.FactorSocial {
			n++
		}
	}
	return n
}

type factorsPage struct {
	userPage
	factors
}

func (h *Handler) userFactors(v *visit) error { return v.showFactors(http.StatusOK, nil) }

func (v *visit) showFactors(status int, dialog func(*factorsPage) (templ.Component, error)) error {
	var p factorsPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if err = p.load(tx, v); err != nil {
			return err
		}
		p.factors, err = factorsOf(tx, p.ID)
		return err
	})
	if err != nil {
		return err
	}
	p.tab = tabFactors
	p.frame = v.frame("Factors", "/admin/users", ui.Link{Label: p.DisplayName(), Href: p.path})
	p.title = p.DisplayName() + ", factors"
	if dialog != nil {
		if p.dialog, err = dialog(&p); err != nil {
			return err
		}
	}
	return v.show(status, factorsView(p))
}

func (h *Handler) askRemoveFactor(v *visit) error {
	if _, err := v.person(); err != nil {
		return err
	}
	return v.showFactors(http.StatusOK, func(p *factorsPage) (templ.Component, error) {
		row, err := p.find(v.Param("factor"))
		words := row.title() + " stops working for " + p.DisplayName() + ". "
		if left := p.secondSteps(); row.letter != webmail.FactorSocial {
			words += "They keep " + count(left-1, "other second step", "other second steps") + " and " + count(int64(p.recovery), "recovery code", "recovery codes") + ". "
		}
		return confirm(question{path: p.path + "/factors"}, ui.ConfirmProps{Title: "Remove this?", Text: words + "We tell them by mail.",
			Post: ui.Post{Label: "Remove", Action: p.path + "/factors/" + row.id + "/remove"}}), err
	})
}

func (r factorRow) title() string {
	if r.name == "" {
		return r.kind
	}
	return r.kind + " “" + r.name + "”"
}

func (h *Handler) removeFactor(v *visit) error {
	u, err := v.person()
	if err != nil {
		return err
	}
	err = v.change(func(tx *db.Tx) error {
		all, err := factorsOf(tx, u.ID)
		if err != nil {
			return err
		}
		row, err := all.find(v.Param("factor"))
		if err != nil {
			return err
		}
		if err := row.remove(tx, u.ID); err != nil {
			return err
		}
		return h.tell(tx, u, row.letter)
	})
	if err != nil {
		return err
	}
	return v.done("/admin/users/"+string(u.ID)+"/factors", factorRemoved)
}

func (r factorRow) remove(tx *db.Tx, user id.User) error {
	if identity, err := id.Parse[id.Identity](r.id); err == nil {
		return users.RemoveIdentity(tx, user, identity)
	}
	return mfa.Remove(tx, user, r.id)
}

// tell mails the person that something is gone. From where the operator did it
// is not theirs to read; the audit log has it.
func (h *Handler) tell(tx *db.Tx, u *users.User, what webmail.Factor) error {
	return h.Mailbox.Notice(tx, u, func(seen webmail.Seen, disown string) webmail.Letter {
		return webmail.FactorRemoved{Seen: webmail.Seen{At: seen.At}, What: what, DisownURL: disown}
	})
}

func (h *Handler) askResetFactors(v *visit) error { return v.askResetFactors("") }

func (v *visit) askResetFactors(wrong string) error {
	if _, err := v.person(); err != nil {
		return err
	}
	status := http.StatusOK
	if wrong != "" {
		status = http.StatusUnprocessableEntity
	}
	return v.showFactors(status, func(p *factorsPage) (templ.Component, error) {
		n := len(p.sessions)
		words := count(p.secondSteps(), "second step or passkey", "second steps and passkeys") + " and " + count(int64(p.recovery), "recovery code", "recovery codes") +
			" of " + p.DisplayName() + " stop working, and " + count(int64(n), "session", "sessions") + " " + ends(n) +
			". Until they set up new ones, whoever has their password or mailbox gets in: be sure who asks. We tell them by mail."
		return confirmTyped(question{path: p.path + "/factors", wrong: wrong}, ui.ConfirmProps{Title: "Reset all second steps?", Text: words,
			Post: ui.Post{Label: "Reset all second steps", Action: p.path + "/factors/reset"}}, p.Email), nil
	})
}

func (h *Handler) resetFactors(v *visit) error {
	u, err := v.person()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	if !typed(form.Get("confirm"), u.Email) {
		return v.askResetFactors("That isn't the email address. Type it exactly.")
	}
	err = v.change(func(tx *db.Tx) error {
		all, err := factorsOf(tx, u.ID)
		if err != nil {
			return err
		}
		if err := mfa.RemoveSince(tx, u.ID, time.Time{}); err != nil {
			return err
		}
		if err := sessions.EndForUser(tx, u.ID, sessions.Revoked); err != nil {
			return err
		}
		told := map[webmail.Factor]bool{webmail.FactorSocial: true} // which stay
		for _, row := range all.rows {
			if told[row.letter] {
				continue
			}
			told[row.letter] = true
			if err := h.tell(tx, u, row.letter); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.done("/admin/users/"+string(u.ID)+"/factors", factorsReset)
}

// What keeps a mail from being sent.
var (
	errPasswordsOff = problem.New(problem.Conflict, "passwords_off", "Passwords are switched off in this deployment, so there is none to reset.")
	errProven       = problem.New(problem.Conflict, "email_already_verified", "This address is proven already.")
)

// mailReset sends the person a link to a new password.
func (h *Handler) mailReset(v *visit) error {
	return h.mailProof(v, mailbox.PasswordReset, resetMailed, func(tx *db.Tx, _ *users.User) error {
		s, err := tenants.GetSettings(tx)
		if err == nil && !s.Password {
			err = errPasswordsOff
		}
		return err
	})
}

// mailVerification sends the person the code that proves their address, for
// an application that asks for it: a sign-in at the hosted login mails its own.
func (h *Handler) mailVerification(v *visit) error {
	return h.mailProof(v, mailbox.EmailVerification, verificationMailed, func(_ *db.Tx, u *users.User) error {
		if u.EmailVerified {
			return errProven
		}
		return nil
	})
}

// mailProof mails a proof once may agrees. It counts as the person's own mails
// do, so that nobody's mailbox is filled from here either.
func (h *Handler) mailProof(v *visit, kind mailbox.Kind, said notice, may func(*db.Tx, *users.User) error) error {
	u, err := v.person()
	if err != nil {
		return err
	}
	if err := h.Mailbox.MaySend(v.Request().Context(), kind, u.Email, ""); err != nil {
		return err
	}
	err = v.change(func(tx *db.Tx) error {
		u, err := users.Get(tx, u.ID)
		if err != nil {
			return err
		}
		if err := may(tx, u); err != nil {
			return err
		}
		_, err = h.Mailbox.Send(tx, mailbox.New{Kind: kind, Email: u.Email, User: u}, mailbox.Letter{Mail: true})
		return err
	})
	if err != nil {
		return err
	}
	return v.done("/admin/users/"+string(u.ID)+"/factors", said)
}
