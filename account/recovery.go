package account

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/problem"
	"gatehouse/mfa"
	"gatehouse/web/hosted"
	webmail "gatehouse/web/mail"
)

// firstCodes makes recovery codes for whoever has none left.
func (v *visit) firstCodes(tx *db.Tx) ([]string, error) {
	left, err := mfa.RecoveryCodesLeft(tx, v.user.ID)
	if err != nil || left > 0 {
		return nil, err
	}
	return mfa.NewRecoveryCodes(tx, v.user.ID)
}

// showCodes shows them, once: the answer is kept by nobody, and a reload asks
// whether to make new ones.
func (v *visit) showCodes(codes []string) error {
	return v.codesPage(http.StatusOK, codes)
}

func (v *visit) codesPage(status int, codes []string, problems ...hosted.Problem) error {
	return v.show(status, hosted.RecoveryCodesPage{Frame: v.frame(), Action: pathSaved, Codes: codes, Problems: problems})
}

// savedCodes goes on once the box is ticked. The page's own form brings the
// codes along, so that they are still there where it was not.
func savedCodes(v *visit) error {
	codes := mfa.RecoveryCodeList(v.form.Get(hosted.FieldCodes))
	if codes != nil && v.form.Get(hosted.FieldSaved) == "" {
		return v.codesPage(http.StatusUnprocessableEntity, codes, hosted.Problem{Field: hosted.FieldSaved, Code: hosted.ProblemNotSaved})
	}
	return v.Redirect(http.StatusSeeOther, pathSecurity)
}

// downloadCodes gives the codes back as a file to whoever has no script: they
// come from the page, and are kept nowhere.
func downloadCodes(v *visit) error {
	codes := mfa.RecoveryCodeList(v.form.Get(hosted.FieldCodes))
	if codes == nil {
		return v.Redirect(http.StatusSeeOther, pathSecurity)
	}
	h := v.Response().Header()
	browser.PageHeaders(h)
	h.Set(echo.HeaderContentDisposition, `attachment; filename="recovery-codes.txt"`)
	return v.String(http.StatusOK, strings.Join(codes, "\n")+"\n")
}

// askCodes asks before the old codes die.
func askCodes(v *visit) error {
	left := 0
	err := v.locate(func(tx *db.Tx) (err error) {
		if err = v.hasSecondStep(tx); err != nil {
			return err
		}
		left, err = mfa.RecoveryCodesLeft(tx, v.user.ID)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, hosted.QuestionPage{Frame: v.frame(), Kind: hosted.AskNewCodes, Args: i18n.Args{"count": left}, Action: pathCodes,
		BackURL: pathSecurity, Safe: true})
}

// hasSecondStep is problem.ErrNotFound where recovery codes stand in for nothing.
func (v *visit) hasSecondStep(tx *db.Tx) error {
	all, err := v.holdings(tx)
	if err == nil && all.secondSteps() == 0 {
		err = problem.ErrNotFound
	}
	return err
}

func makeCodes(v *visit) error {
	var codes []string
	err := v.change(func(tx *db.Tx) (err error) {
		if err = v.hasSecondStep(tx); err != nil {
			return err
		}
		if codes, err = mfa.NewRecoveryCodes(tx, v.user.ID); err != nil {
			return err
		}
		return v.added(tx, webmail.FactorRecovery)
	})
	if err != nil {
		return err
	}
	return v.showCodes(codes)
}
