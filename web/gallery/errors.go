package gallery

import (
	"github.com/a-h/templ"

	"gatehouse/internal/i18n"
	"gatehouse/web/hosted"
)

// kinds is every error there is a page for.
var kinds = []hosted.ErrorKind{
	hosted.ErrorInternal, hosted.ErrorNotFound, hosted.ErrorExpired, hosted.ErrorLinkUsed, hosted.ErrorBadRequest,
	hosted.ErrorRedirect, hosted.ErrorUnknownApp, hosted.ErrorCrossSite, hosted.ErrorForbidden, hosted.ErrorNotMember,
	hosted.ErrorBlocked, hosted.ErrorSignUpOff, hosted.ErrorTooMany, hosted.ErrorTooLarge, hosted.ErrorDevice,
	hosted.ErrorProviderDown, hosted.ErrorProviderDenied, hosted.ErrorProviderFailed, hosted.ErrorProviderOff, hosted.ErrorProviderNoEmail,
	hosted.ErrorProviderOperator, hosted.ErrorProviderTaken,
	hosted.ErrorSSOFailed, hosted.ErrorSSORefused, hosted.ErrorSSODown, hosted.ErrorSSOOff, hosted.ErrorSSOUnsolicited, hosted.ErrorSSODomain,
	hosted.ErrorSSONoEmail, hosted.ErrorSSONotMember, hosted.ErrorSSODeactivated, hosted.ErrorSSODirectory, hosted.ErrorSSOUnassigned, hosted.ErrorSSOConflict, hosted.ErrorSSOLoop,
}

func errorPages() []Entry {
	var all []Entry
	for _, kind := range kinds {
		all = append(all, Entry{"hosted-error-" + string(kind), func(s Setting) templ.Component {
			return hosted.ErrorPage{
				Frame: branded(s), Kind: kind, Reference: "GH-7K2M-94QX", Primary: hosted.Link{URL: "/login"},
				Args: i18n.Args{"organization": "Halden Marine", "unit": "minutes", "count": 2, "provider": "Google", "known": "true"},
			}
		}})
	}
	return append(all,
		Entry{"hosted-error-problem", func(s Setting) templ.Component {
			return hosted.ErrorPage{Frame: plain(s), Code: "not_worded_yet", Sentence: "That export is not ready yet.",
				Primary: hosted.Link{Label: "Back to Fieldnote", URL: "https://fieldnote.example"}, Secondary: hosted.Link{URL: "/login"}}
		}},
		Entry{"hosted-busy", func(s Setting) templ.Component {
			return hosted.BusyPage{Frame: branded(s), RetryURL: "/login/password?flow=f1", RetrySeconds: 5, Reference: "GH-7K2M-94QX"}
		}},
	)
}
