package account

import (
	"errors"
	"net/http"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/problem"
	"gatehouse/mailbox"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

func askEmail(v *visit) error { return v.showEmail(http.StatusOK, "") }

func (v *visit) showEmail(status int, typed string, problems ...hosted.Problem) error {
	return v.show(status, hosted.ChangeEmailPage{Frame: v.frame(), Action: pathEmail, Current: v.user.Email, Email: typed, BackURL: pathProfile, Problems: problems})
}

// mailChange mails a code to the new address. Where somebody has that address
// the answer is the same and nothing is mailed: nobody learns here who has an
// account.
func mailChange(v *visit) error {
	typed := strings.TrimSpace(v.form.Get(hosted.FieldEmail))
	wrong := func(code string) error {
		return v.showEmail(http.StatusUnprocessableEntity, typed, hosted.Problem{Field: hosted.FieldEmail, Code: code})
	}
	if typed == "" {
		return wrong(hosted.ProblemEmailMissing)
	}
	address, err := users.ParseEmail(typed)
	switch {
	case err != nil:
		return wrong(hosted.ProblemEmailInvalid)
	case address.Key == v.user.EmailKey:
		return wrong(mailbox.ErrChangeNotNeeded.Code)
	}
	err = v.h.Mailbox.MaySend(v.Request().Context(), mailbox.EmailChange, typed, v.who().IP)
	if p := problem.As(err); p != nil && p.Kind == problem.TooMany {
		v.wait(p.RetryAfter)
		return v.showEmail(http.StatusTooManyRequests, typed, hosted.Problem{Code: mailbox.ErrTooMany.Code, Args: i18n.Wait(p.RetryAfter)})
	}
	if err != nil {
		return err
	}
	if err := v.change(func(tx *db.Tx) error { return v.sendChange(tx, typed) }); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, pathConfirm)
}

func (v *visit) sendChange(tx *db.Tx, email string) error {
	may := mailbox.MayChange(tx, v.user, email)
	if may != nil && !errors.Is(may, mailbox.ErrChangeTaken) {
		return may
	}
	_, err := v.h.Mailbox.Send(tx, mailbox.New{Kind: mailbox.EmailChange, Email: email, User: v.user},
		mailbox.Letter{Mail: may == nil, Locale: v.frame().Lang.Tag()})
	return err
}

func askCode(v *visit) error { return v.showCode(http.StatusOK) }

func (v *visit) showCode(status int, problems ...hosted.Problem) error {
	var p *mailbox.Proof
	err := v.read(func(tx *db.Tx) (err error) {
		p, err = mailbox.PendingChange(tx, v.user)
		return err
	})
	if errors.Is(err, mailbox.ErrNoChange) {
		return v.Redirect(http.StatusSeeOther, pathEmail)
	}
	if err != nil {
		return err
	}
	return v.show(status, hosted.CodePage{Frame: v.frame(), Action: pathConfirm, Email: p.Email, ChangeURL: pathEmail, Purpose: hosted.CodeVerify, Problems: problems})
}

// confirmChange gives the account the address that the code proves, once. The
// old address is told, with a way back.
func confirmChange(v *visit) error {
	code := readCode(v.form.Get(hosted.FieldCode))
	if code == "" {
		return v.showCode(http.StatusUnprocessableEntity, hosted.Problem{Field: hosted.FieldCode, Code: hosted.ProblemCodeMissing})
	}
	t := mailbox.Try{Kind: mailbox.EmailChange, User: &v.user.ID, Code: code, Who: v.who()}
	out, err := v.h.Mailbox.Try(v.Request().Context(), t, func(tx *db.Tx, p *mailbox.Proof) error {
		if err := v.holds(tx); err != nil {
			return err
		}
		_, err := v.h.Mailbox.ChangeEmail(tx, p)
		return err
	})
	switch {
	case errors.Is(err, mailbox.ErrChangeTaken), errors.Is(err, users.ErrEmailTaken): // by another, since the code was sent
		return v.showEmail(http.StatusConflict, "", hosted.Problem{Field: hosted.FieldEmail, Code: mailbox.ErrChangeTaken.Code})
	case err != nil:
		return err
	case out.Code == mailbox.CodeWait:
		v.wait(out.Wait)
		return v.showCode(http.StatusTooManyRequests, hosted.Problem{Field: hosted.FieldCode, Code: hosted.ProblemTooManyTries, Args: i18n.Wait(out.Wait)})
	case !out.OK:
		return v.showCode(http.StatusUnprocessableEntity, hosted.Problem{Field: hosted.FieldCode, Code: out.Code})
	}
	return v.done(pathProfile, hosted.SaidEmail)
}

// readCode is a code as people paste it.
func readCode(typed string) string {
	return strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(typed[:min(len(typed), 64)])
}
