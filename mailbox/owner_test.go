package mailbox_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	webmail "gatehouse/web/mail"
)

// Whose account it is: the mailbox's owner takes it, changes its address, and
// says that what was done was not they.

// Whoever made an account with somebody's address, and waited, is out when the
// mailbox's owner comes.
func TestTheOwnerOfTheMailboxTakesTheAccount(t *testing.T) {
	each(t, false, func(w world) {
		b := w.signedIn()
		w.tx(func(tx *db.Tx) error {
			if _, err := mfa.NewRecoveryCodes(tx, w.u.ID); err != nil {
				return err
			}
			_, err := users.AddIdentity(tx, users.Identity{UserID: w.u.ID, Provider: sessions.GoogleOAuth, Issuer: "https://accounts.google.com", Subject: "1"})
			return err
		})
		w.tx(func(tx *db.Tx) error {
			u, err := mailbox.Claim(tx, w.u, users.AssertedByMailbox, false)
			if err != nil || !u.EmailVerified || *u.EmailAssertedBy != "mailbox" {
				w.Errorf("%+v, %v", u, err)
			}
			return err
		})
		w.tx(func(tx *db.Tx) error {
			has, err := users.HasPassword(tx, w.u.ID)
			left, err2 := mfa.RecoveryCodesLeft(tx, w.u.ID)
			linked, err3 := users.Identities(tx, w.u.ID)
			if has || left != 0 || len(linked) != 0 {
				w.Errorf("password %v, recovery codes %d, identities %d", has, left, len(linked))
			}
			return errors.Join(err, err2, err3)
		})
		if w.alive(b) {
			w.Error("the squatter is still signed in")
		}
	})
}

// Whoever had proven themselves to the account, and stopped half-way, does not go
// on in what is somebody else's now; its owner does.
func TestWhatWasHalfSignedInEndsWithTheClaim(t *testing.T) {
	each(t, false, func(w world) {
		stands := func(at time.Time) (is bool) {
			w.tx(func(tx *db.Tx) (err error) { is, err = mailbox.Stands(tx, w.u.ID, at); return err })
			return is
		}
		var before, claim time.Time
		w.tx(func(tx *db.Tx) error { before = tx.Now().Add(-time.Second); return nil })
		if !stands(before) {
			t.Error("half a sign-in ended before anybody came")
		}
		w.tx(func(tx *db.Tx) error {
			claim = tx.Now()
			_, err := mailbox.Claim(tx, w.u, users.AssertedByMailbox, false)
			return err
		})
		if stands(before) || !stands(claim) {
			t.Errorf("the squatter's stands: %v, the owner's: %v", stands(before), stands(claim))
		}
	})
}

// Whoever had the account under another address must not take it back from the
// owner of the one that it has, by a link or a code of theirs.
func TestMailToOtherAddressesEndsWithTheClaim(t *testing.T) {
	each(t, true, func(w world) {
		const owners, third = "mara@fieldnote.example", "eve@evil.example"
		w.tx(func(tx *db.Tx) error {
			return w.m.Notice(tx, w.u, func(seen webmail.Seen, disown string) webmail.Letter {
				return webmail.NewDevice{Seen: seen, DisownURL: disown}
			})
		})
		link := mailtest.Last(w, w.d, ines).Links[0]
		address := owners
		w.tx(func(tx *db.Tx) (err error) { // as an application does
			w.u, err = users.Update(tx, w.u.ID, users.Change{Email: &address})
			return err
		})
		moving := w.send(mailbox.New{Kind: mailbox.EmailChange, Email: third, User: w.u})
		own := w.send(mailbox.New{Kind: mailbox.PasswordReset, Email: owners, User: w.u})
		w.tx(func(tx *db.Tx) error { _, err := mailbox.Claim(tx, w.u, users.AssertedByMailbox, false); return err })

		err := w.d.Tx(w.Context(), stranger, func(tx *db.Tx) error {
			_, err := w.m.Disown(tx, link[strings.LastIndex(link, "/")+1:])
			return err
		})
		if !errors.Is(err, mailbox.ErrLink) {
			w.Errorf("the link to the address before: %v", err)
		}
		out, err := w.m.Try(w.Context(), mailbox.Try{Kind: mailbox.EmailChange, Email: third, User: &w.u.ID, Code: moving.Code, Who: stranger}, func(tx *db.Tx, p *mailbox.Proof) error {
			_, err := w.m.ChangeEmail(tx, p)
			return err
		})
		if err != nil || out.OK {
			w.Errorf("the code for a third address: %+v, %v", out, err)
		}
		w.tx(func(tx *db.Tx) error {
			u, err := users.Get(tx, w.u.ID)
			if err == nil && u.Email != owners {
				w.Errorf("the account is %s's", u.Email)
			}
			return err
		})
		if _, err := w.m.Reset(w.Context(), own.Token, "another harbour 52", stranger, nil); err != nil {
			w.Errorf("the owner's own link: %v", err)
		}
	})
}

func TestWhoeverKnowsThePasswordKeepsIt(t *testing.T) {
	each(t, false, func(w world) {
		w.tx(func(tx *db.Tx) error { _, err := mailbox.Claim(tx, w.u, users.AssertedByMailbox, true); return err })
		w.tx(func(tx *db.Tx) error {
			has, err := users.HasPassword(tx, w.u.ID)
			if !has {
				w.Error("the password is gone")
			}
			return err
		})
	})
}

func TestAnAddressChangesByItsCodeAndBackByTheOldOne(t *testing.T) {
	each(t, true, func(w world) {
		b := w.signedIn()
		const next = "ines.halvorsen@haldenmarine.example"
		i := w.send(mailbox.New{Kind: mailbox.EmailChange, Email: next, User: w.u})
		out, err := w.m.Try(w.Context(), mailbox.Try{Kind: mailbox.EmailChange, Email: next, User: &w.u.ID, Code: i.Code, Who: stranger}, func(tx *db.Tx, p *mailbox.Proof) error {
			u, err := w.m.ChangeEmail(tx, p)
			if err == nil && (u.Email != next || !u.EmailVerified) {
				w.Errorf("%+v", u)
			}
			return err
		})
		if err != nil || !out.OK {
			w.Fatalf("%+v, %v", out, err)
		}
		notice := mailtest.Last(w, w.d, ines)
		if notice.Kind != "email_changed" || len(notice.Links) != 1 {
			w.Fatalf("%+v", notice)
		}
		token := notice.Links[0][strings.LastIndex(notice.Links[0], "/")+1:]
		w.tx(func(tx *db.Tx) error {
			u, err := w.m.Disown(tx, token)
			if err == nil && (u.Email != ines || !u.EmailVerified) {
				w.Errorf("after disowning: %+v", u)
			}
			return err
		})
		if w.alive(b) {
			w.Error("a session outlived it")
		}
		if l := mailtest.Last(w, w.d, ines); l.Kind != "password_reset" {
			w.Errorf("the last mail is %s", l.Kind)
		}
		err = w.d.Tx(w.Context(), stranger, func(tx *db.Tx) error { _, err := w.m.Disown(tx, token); return err })
		if !errors.Is(err, mailbox.ErrLink) {
			w.Errorf("twice: %v", err)
		}
	})
}

// A stranger who had the session for a minute must not come back by what they
// set up in it; what the person had before must still let them in.
func TestDisowningTakesWhatWasSetUpSince(t *testing.T) {
	each(t, true, func(w world) {
		link := func(subject string) {
			w.tx(func(tx *db.Tx) error {
				_, err := users.AddIdentity(tx, users.Identity{UserID: w.u.ID, Provider: sessions.GoogleOAuth, Issuer: "https://accounts.google.com", Subject: subject})
				return err
			})
		}
		link("mine")
		start := w.d.Now()
		w.d.Now = func() time.Time { return start.Add(time.Hour) }
		token := ""
		w.tx(func(tx *db.Tx) error {
			return w.m.Notice(tx, w.u, func(_ webmail.Seen, disown string) webmail.Letter {
				token = disown[strings.LastIndex(disown, "/")+1:]
				return webmail.NewDevice{DisownURL: disown}
			})
		})
		link("theirs")
		w.tx(func(tx *db.Tx) error { _, err := mfa.NewRecoveryCodes(tx, w.u.ID); return err })
		w.tx(func(tx *db.Tx) error { _, err := w.m.Disown(tx, token); return err })
		w.tx(func(tx *db.Tx) error {
			linked, err := users.Identities(tx, w.u.ID)
			left, err2 := mfa.RecoveryCodesLeft(tx, w.u.ID)
			if len(linked) != 1 || linked[0].Subject != "mine" || left != 0 {
				w.Errorf("linked %+v, recovery codes %d", linked, left)
			}
			return errors.Join(err, err2)
		})
	})
}

// Whoever changed the address gets the notices from then on: by a link of one
// of those they must not end the link that went to the address before, which is
// the owner's only way back.
func TestALaterNoticeDoesNotEndAnEarlierOne(t *testing.T) {
	each(t, true, func(w world) {
		begin, later := w.d.Now(), time.Duration(0)
		w.d.Now = func() time.Time { return begin.Add(later) }
		notice := func(address string) (token string) {
			later += time.Minute
			w.tx(func(tx *db.Tx) error {
				return w.m.NoticeTo(tx, w.u, address, func(_ webmail.Seen, disown string) webmail.Letter {
					token = disown[strings.LastIndex(disown, "/")+1:]
					return webmail.PasswordChanged{DisownURL: disown}
				})
			})
			return token
		}
		const thief = "ines@elsewhere.example"
		mine := notice(ines)
		w.tx(func(tx *db.Tx) error {
			address := thief
			_, err := users.Update(tx, w.u.ID, users.Change{Email: &address})
			return err
		})
		first, second := notice(thief), notice(thief)
		w.tx(func(tx *db.Tx) error { _, err := w.m.Disown(tx, first); return err })
		err := w.d.Tx(w.Context(), stranger, func(tx *db.Tx) error { _, err := w.m.Disown(tx, second); return err })
		if !errors.Is(err, mailbox.ErrLink) {
			w.Errorf("a later one still works: %v", err)
		}
		w.tx(func(tx *db.Tx) error {
			u, err := w.m.Disown(tx, mine)
			if err == nil && u.Email != ines {
				w.Errorf("the address is %s", u.Email)
			}
			return err
		})
	})
}

// An application's keys that a squatter, or a stranger in the account, had made
// would go on speaking for the person whose account it is.
func TestKeysEndWithWhoeverHadThemMade(t *testing.T) {
	each(t, false, func(w world) {
		begin, later := w.d.Now(), time.Duration(0)
		w.d.Now = func() time.Time { return begin.Add(later) }
		key := func(org string) (value string) {
			later += time.Minute
			w.tx(func(tx *db.Tx) error {
				o, err := tenants.Create(tx, tenants.New{Name: org})
				if err != nil {
					return err
				}
				return tx.In(o.ID, func(tx *db.OrgTx) error {
					_, value, err = apikeys.CreateForMember(tx, w.u.ID, apikeys.New{Name: "CI"})
					return err
				})
			})
			return value
		}
		counts := func(value string) bool {
			err := w.d.Locate(w.Context(), func(tx *db.AllTx) error { _, err := apikeys.FindMemberKey(tx, value); return err })
			if err != nil && !errors.Is(err, db.ErrNotFound) {
				w.Fatal(err)
			}
			return err == nil
		}
		one, two := key("Halden Marine"), key("Nordby Kraft")
		later += time.Minute
		w.tx(func(tx *db.Tx) (err error) {
			w.u, err = mailbox.Claim(tx, w.u, users.AssertedByMailbox, false)
			return err
		})
		if counts(one) || counts(two) {
			w.Error("a squatter's key counts after the claim")
		}
		mine, token := key("Halden Marine"), ""
		later += time.Minute
		w.tx(func(tx *db.Tx) error {
			return w.m.Notice(tx, w.u, func(_ webmail.Seen, disown string) webmail.Letter {
				token = disown[strings.LastIndex(disown, "/")+1:]
				return webmail.NewDevice{DisownURL: disown}
			})
		})
		theirs := key("Nordby Kraft")
		later += time.Minute
		w.tx(func(tx *db.Tx) error { _, err := w.m.Disown(tx, token); return err })
		if !counts(mine) || counts(theirs) {
			w.Errorf("after \"this wasn't me\" mine counts: %v, theirs: %v", counts(mine), counts(theirs))
		}
	})
}
