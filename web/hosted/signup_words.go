package hosted

import "gatehouse/internal/i18n"

func (f Frame) strength(s Strength) string {
	return f.Lang.T("password.strength", i18n.Args{"level": string(s.Level), "count": s.Characters, "checked": yes(s.Checked)})
}

// agreement is which of the brand's papers the sentence above the button names.
func (f Frame) agreement() string {
	switch {
	case f.Brand.TermsURL != "" && f.Brand.PrivacyURL != "":
		return "both"
	case f.Brand.TermsURL != "":
		return "terms"
	case f.Brand.PrivacyURL != "":
		return "privacy"
	}
	return ""
}
