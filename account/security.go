package account

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/web/hosted"
	webmail "gatehouse/web/mail"
)

// showSecurity is everything that the person proves themselves with.
func showSecurity(v *visit) error {
	var all holdings
	left := 0
	var connect []hosted.Method
	err := v.locate(func(tx *db.Tx) (err error) {
		if all, err = v.holdings(tx); err != nil {
			return err
		}
		if connect, err = v.connectable(tx, all.identities); err != nil {
			return err
		}
		left, err = mfa.RecoveryCodesLeft(tx, v.user.ID)
		return err
	})
	if err != nil {
		return err
	}
	p := hosted.SecurityPage{AccountHead: v.head(), PasswordSet: all.password, Connect: connect, AddAppURL: pathApp, CodesURL: pathCodes, CodesLeft: left,
		SecondStep: all.secondSteps() > 0}
	if all.settings.Password {
		p.PasswordURL = pathPassword
	}
	if all.settings.Passkey {
		p.AddPasskeyURL = pathPasskey
	}
	if v.phones(all) {
		p.AddPhoneURL = pathPhone
	}
	for _, m := range all.methods {
		row := rowOf(m, all.lockOf(m.ID))
		if m.Kind == sessions.SecondWebAuthn {
			p.Passkeys = append(p.Passkeys, row)
		} else {
			p.Seconds = append(p.Seconds, row)
		}
	}
	for _, i := range all.identities {
		p.Identities = append(p.Identities, identityRow(i, providerName(all.offered, i), all.lockOf(string(i.ID))))
	}
	return v.show(http.StatusOK, p)
}

// phones reports whether people may enrol telephones, and a gateway is there.
func (v *visit) phones(all holdings) bool { return all.settings.SMS && v.h.MFA.SMS != nil }

var kinds = map[sessions.Second]struct {
	kind   hosted.SecondKind
	ask    hosted.Question
	letter webmail.Factor
}{
	sessions.SecondWebAuthn: {hosted.SecondPasskey, hosted.AskRemovePasskey, webmail.FactorPasskey},
	sessions.SecondTOTP:     {hosted.SecondApp, hosted.AskRemoveApp, webmail.FactorApp},
	sessions.SecondSMS:      {hosted.SecondSMS, hosted.AskRemovePhone, webmail.FactorSMS},
}

func rowOf(m mfa.Method, lock hosted.Lock) hosted.Holding {
	row := hosted.Holding{Kind: kinds[m.Kind].kind, Name: m.Name, Added: m.Added, LastUsed: moment(m.LastUsed), Cloned: m.Cloned,
		RemoveURL: "/account/security/factors/" + m.ID + "/remove", Lock: lock}
	if m.Kind == sessions.SecondWebAuthn {
		row.RenameURL = "/account/security/passkeys/" + m.ID + "/rename"
	}
	return row
}

func identityRow(i users.Identity, provider string, lock hosted.Lock) hosted.Holding {
	row := hosted.Holding{Provider: provider, Name: text(i.Email), Added: i.CreatedAt, LastUsed: moment(i.LastUsedAt),
		RemoveURL: "/account/security/identities/" + string(i.ID) + "/remove", Lock: lock}
	if row.Name == "" {
		row.Name = row.Provider
	}
	return row
}

// added mails the person that they have a new thing to prove themselves with.
func (v *visit) added(tx *db.Tx, what webmail.Factor) error {
	return v.h.Mailbox.Notice(tx, v.user, func(seen webmail.Seen, disown string) webmail.Letter {
		return webmail.FactorAdded{Seen: seen, What: what, DisownURL: disown}
	})
}

// removed mails the person that one of those is gone.
func (v *visit) removed(tx *db.Tx, what webmail.Factor) error {
	return v.h.Mailbox.Notice(tx, v.user, func(seen webmail.Seen, disown string) webmail.Letter {
		return webmail.FactorRemoved{Seen: seen, What: what, DisownURL: disown}
	})
}
