package mailbox_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/mailbox"
	"gatehouse/sessions"
	"gatehouse/users"
	"gatehouse/users/password"
	webmail "gatehouse/web/mail"
)

func TestModelsMatchTheSchema(t *testing.T) { dbtest.CheckModels(t, &mailbox.Proof{}) }

var stranger = actor.Actor{Kind: actor.KindAnonymous, IP: "192.0.2.7", UserAgent: "Mozilla/5.0 (X11; Linux) Firefox/140.0"}

// world is a deployment with one person.
type world struct {
	*testing.T
	d *db.DB
	m *mailbox.Mailbox
	u *users.User
}

const ines = "ines@haldenmarine.example"

func start(t *testing.T, d *db.DB, verified bool) world {
	t.Helper()
	limits := &limit.Limiter{DB: d}
	passwords := &users.Passwords{DB: d, Hasher: password.New(password.Options{}), Limits: limits, Log: slog.New(slog.DiscardHandler)}
	w := world{t, d, &mailbox.Mailbox{DB: d, Post: mailtest.NewPost(d), Limits: limits, Passwords: passwords, Base: "https://auth.example"}, nil}
	hash, err := passwords.Hash(t.Context(), "a quiet harbour 41", users.About{})
	if err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx *db.Tx) (err error) {
		w.u, err = users.Create(tx, users.New{Email: ines, EmailVerified: verified, PasswordHash: hash})
		return err
	})
	return w
}

func (w world) tx(fn func(*db.Tx) error) {
	w.Helper()
	if err := w.d.Tx(w.Context(), stranger, fn); err != nil {
		w.Fatal(err)
	}
}

func (w world) send(n mailbox.New) (i *mailbox.Issued) {
	w.Helper()
	w.tx(func(tx *db.Tx) (err error) {
		i, err = w.m.Send(tx, n, mailbox.Letter{Mail: true})
		return err
	})
	return i
}

func (w world) try(kind mailbox.Kind, code string) mailbox.Tried {
	w.Helper()
	out, err := w.m.Try(w.Context(), mailbox.Try{Kind: kind, Email: ines, Code: code, Known: true, Who: stranger}, func(*db.Tx, *mailbox.Proof) error { return nil })
	if err != nil {
		w.Fatal(err)
	}
	return out
}

func wrong(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

func each(t *testing.T, verified bool, fn func(w world)) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(start(t, d, verified)) })
}

func TestACodeWorksOnceForItsPurpose(t *testing.T) {
	each(t, true, func(w world) {
		attempt := id.New[id.Attempt]()
		hosted := w.send(mailbox.New{Kind: mailbox.MagicAuth, Email: ines, User: w.u, Attempt: &attempt})
		letter := mailtest.Last(w, w.d, ines)
		if letter.Code != hosted.Code || len(letter.Links) != 1 || letter.Links[0] != "https://auth.example/login/link/"+hosted.Token {
			w.Fatalf("mailed %+v", letter)
		}
		i := w.send(mailbox.New{Kind: mailbox.MagicAuth, Email: ines, User: w.u})
		if letter := mailtest.Last(w, w.d, ines); letter.Code != i.Code || len(letter.Links) != 0 {
			w.Fatalf("for the application's form: %+v", letter)
		}
		if out := w.try(mailbox.EmailVerification, i.Code); out.Code != mailbox.CodeIncorrect {
			w.Errorf("for another purpose: %+v", out)
		}
		if out := w.try(mailbox.MagicAuth, wrong(i.Code)); out.OK || out.Code != mailbox.CodeIncorrect {
			w.Errorf("wrong: %+v", out)
		}
		if out := w.try(mailbox.MagicAuth, i.Code); !out.OK || *out.Proof.UserID != w.u.ID {
			w.Errorf("right: %+v", out)
		}
		if out := w.try(mailbox.MagicAuth, i.Code); out.OK || out.Code != mailbox.CodeUsed {
			w.Errorf("again: %+v", out)
		}
	})
}

func TestANewerCodeEndsTheOlder(t *testing.T) {
	each(t, true, func(w world) {
		old := w.send(mailbox.New{Kind: mailbox.MagicAuth, Email: ines, User: w.u})
		w.send(mailbox.New{Kind: mailbox.MagicAuth, Email: ines, User: w.u})
		if out := w.try(mailbox.MagicAuth, old.Code); out.OK {
			w.Error("the older code works")
		}
		w.tx(func(tx *db.Tx) error {
			if _, err := mailbox.Spend(tx, old.Token, mailbox.MagicAuth); !errors.Is(err, mailbox.ErrLink) {
				w.Errorf("the older link: %v", err)
			}
			return nil
		})
	})
}

// What one sign-in asked for is worth nothing in another: a stranger who asks
// for a code neither uses nor ends that of the person.
func TestACodeBelongsToItsSignIn(t *testing.T) {
	each(t, true, func(w world) {
		mine, theirs := id.New[id.Attempt](), id.New[id.Attempt]()
		i := w.send(mailbox.New{Kind: mailbox.MagicAuth, Email: ines, User: w.u, Attempt: &mine})
		w.send(mailbox.New{Kind: mailbox.MagicAuth, Email: ines, User: w.u, Attempt: &theirs})
		try := func(a *id.Attempt) mailbox.Tried {
			out, err := w.m.Try(w.Context(), mailbox.Try{Kind: mailbox.MagicAuth, Email: ines, Attempt: a, Code: i.Code, Known: true, Who: stranger}, func(*db.Tx, *mailbox.Proof) error { return nil })
			if err != nil {
				w.Fatal(err)
			}
			return out
		}
		if try(&theirs).OK || try(nil).OK {
			w.Error("it worked elsewhere")
		}
		if out := try(&mine); !out.OK {
			w.Errorf("its own: %+v", out)
		}
	})
}

func TestFiftyWrongCodesAtOnceCountEach(t *testing.T) {
	each(t, true, func(w world) {
		i := w.send(mailbox.New{Kind: mailbox.MagicAuth, Email: ines, User: w.u})
		var wg sync.WaitGroup
		var compared atomic.Int64
		for range 50 {
			wg.Go(func() {
				out, err := w.m.Try(context.WithoutCancel(w.Context()), mailbox.Try{Kind: mailbox.MagicAuth, Email: ines, Code: wrong(i.Code), Who: stranger}, nil)
				if err != nil {
					w.Error(err)
				}
				if out.Code == mailbox.CodeIncorrect {
					compared.Add(1)
				}
			})
		}
		wg.Wait()
		if n := compared.Load(); n > 10 {
			w.Errorf("%d codes were compared, and ten are the most", n)
		}
	})
}

func TestTenWrongCodesEndACode(t *testing.T) {
	each(t, true, func(w world) {
		i := w.send(mailbox.New{Kind: mailbox.MagicAuth, Email: ines, User: w.u})
		for n := range 10 { // from ten devices of hers, so that no wait comes first
			out, err := w.m.Try(w.Context(), mailbox.Try{Kind: mailbox.MagicAuth, Email: ines, Code: wrong(i.Code), Known: true,
				Who: actor.Actor{Kind: actor.KindAnonymous, IP: "198.51.100." + string(rune('0'+n))}}, nil)
			if err != nil || out.Code != mailbox.CodeIncorrect {
				w.Fatalf("try %d: %+v, %v", n, out, err)
			}
		}
		if out := w.try(mailbox.MagicAuth, i.Code); out.OK || out.Code != mailbox.CodeTooMany {
			w.Errorf("the right one after ten wrong: %+v", out)
		}
	})
}

// Scanners open every link of a mail; only a POST uses one up, once.
func TestLookingAtALinkDoesNotUseItUp(t *testing.T) {
	each(t, true, func(w world) {
		i := w.send(mailbox.New{Kind: mailbox.MagicAuth, Email: ines, User: w.u})
		var through atomic.Int64
		w.tx(func(tx *db.Tx) error {
			for range 3 {
				if _, err := mailbox.Peek(tx, i.Token, mailbox.MagicAuth); err != nil {
					return err
				}
			}
			if _, err := mailbox.Peek(tx, i.Token, mailbox.PasswordReset); !errors.Is(err, mailbox.ErrLink) {
				w.Errorf("as another kind: %v", err)
			}
			return nil
		})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := w.d.Tx(context.WithoutCancel(w.Context()), stranger, func(tx *db.Tx) error {
					_, err := mailbox.Spend(tx, i.Token, mailbox.MagicAuth)
					return err
				})
				if err == nil {
					through.Add(1)
				} else if !errors.Is(err, mailbox.ErrLink) {
					w.Error(err)
				}
			})
		}
		wg.Wait()
		if through.Load() != 1 {
			w.Errorf("it was used %d times", through.Load())
		}
	})
}

func (w world) signedIn() *sessions.Browser {
	w.Helper()
	var b *sessions.Browser
	w.tx(func(tx *db.Tx) (err error) {
		b, _, err = sessions.StartBrowser(tx, w.u.ID, sessions.Password, sessions.Lifetimes{})
		return err
	})
	return b
}

func (w world) alive(b *sessions.Browser) bool {
	w.Helper()
	live := true
	w.tx(func(tx *db.Tx) error {
		_, err := sessions.LiveBrowser(tx, b.ID)
		if errors.Is(err, sessions.ErrNoSession) {
			live, err = false, nil
		}
		return err
	})
	return live
}

func TestAResetEndsEverythingElse(t *testing.T) {
	each(t, true, func(w world) {
		b := w.signedIn()
		older := w.send(mailbox.New{Kind: mailbox.PasswordReset, Email: ines, User: w.u})
		i := w.send(mailbox.New{Kind: mailbox.PasswordReset, Email: ines, User: w.u})
		if _, err := w.m.Reset(w.Context(), older.Token, "another harbour 52", stranger, nil); !errors.Is(err, mailbox.ErrLink) {
			w.Errorf("the older link: %v", err)
		}
		if _, err := w.m.Reset(w.Context(), i.Token, "short", stranger, nil); !errors.Is(err, password.ErrWeak) {
			w.Errorf("a weak password: %v", err)
		}
		if _, err := w.m.Reset(w.Context(), i.Token, "another harbour 52", stranger, nil); err != nil {
			w.Fatal(err)
		}
		if _, err := w.m.Reset(w.Context(), i.Token, "a third harbour 63", stranger, nil); !errors.Is(err, mailbox.ErrLink) {
			w.Errorf("twice: %v", err)
		}
		if w.alive(b) {
			w.Error("a session outlived the reset")
		}
		if l := mailtest.Last(w, w.d, ines); l.Kind != "password_changed" {
			w.Errorf("the last mail is %s", l.Kind)
		}
	})
}

func TestAResetDiesWithTheAddressAndThePassword(t *testing.T) {
	each(t, true, func(w world) {
		i := w.send(mailbox.New{Kind: mailbox.PasswordReset, Email: ines, User: w.u})
		other := "elsewhere@haldenmarine.example"
		w.tx(func(tx *db.Tx) error { _, err := users.Update(tx, w.u.ID, users.Change{Email: &other}); return err })
		if _, err := w.m.Reset(w.Context(), i.Token, "another harbour 52", stranger, nil); !errors.Is(err, mailbox.ErrLink) {
			w.Errorf("after a change of address: %v", err)
		}
		mine := ines
		w.tx(func(tx *db.Tx) error { _, err := users.Update(tx, w.u.ID, users.Change{Email: &mine}); return err })
		w.tx(func(tx *db.Tx) error { return users.SetPassword(tx, w.u.ID, "x", users.SetByAPI) })
		if _, err := w.m.Reset(w.Context(), i.Token, "another harbour 52", stranger, nil); !errors.Is(err, mailbox.ErrLink) {
			w.Errorf("after a change of the password: %v", err)
		}
	})
}

// A stranger who asks for mails to somebody, over and over, must not use up
// what that person may get in a day, nor by one kind what they need of another.
func TestRefusedMailsDoNotUseUpTheDay(t *testing.T) {
	each(t, true, func(w world) {
		begin, later := w.d.Now().Truncate(24*time.Hour).Add(24*time.Hour), time.Duration(0)
		w.d.Now = func() time.Time { return begin.Add(later) }
		for range 60 {
			_ = w.m.MaySend(w.Context(), mailbox.MagicAuth, ines, "192.0.2.7") // all but three are refused
		}
		later = 2 * time.Minute
		if err := w.m.MaySend(w.Context(), mailbox.MagicAuth, ines, "198.51.100.7"); err != nil {
			w.Errorf("two minutes later: %v", err)
		}
		sent := 0
		for range 60 {
			later += time.Minute
			if w.m.MaySend(w.Context(), mailbox.MagicAuth, ines, "198.51.100.7") == nil {
				sent++
			}
		}
		if sent > 50 {
			w.Errorf("%d mails within a day", sent)
		}
		if err := w.m.MaySend(w.Context(), mailbox.PasswordReset, ines, "198.51.100.7"); err != nil {
			w.Errorf("of another kind: %v", err)
		}
	})
}

func TestMailIsLimitedPerMailbox(t *testing.T) {
	each(t, true, func(w world) {
		for n := range 5 {
			err := w.m.MaySend(w.Context(), mailbox.MagicAuth, strings.ToUpper(ines[:n])+ines[n:], "192.0.2.7")
			if ok := n < 3; ok != (err == nil) {
				w.Errorf("mail %d: %v", n, err)
			}
		}
		if err := w.m.MaySend(w.Context(), mailbox.MagicAuth, "else@haldenmarine.example", ""); err != nil {
			w.Errorf("another mailbox: %v", err)
		}
	})
}

func TestAProofRunsOut(t *testing.T) {
	each(t, true, func(w world) {
		i := w.send(mailbox.New{Kind: mailbox.MagicAuth, Email: ines, User: w.u})
		now := w.d.Now
		w.d.Now = func() time.Time { return now().Add(11 * time.Minute) }
		if out := w.try(mailbox.MagicAuth, i.Code); out.Code != mailbox.CodeExpired {
			w.Errorf("%+v", out)
		}
	})
}

func TestNoticesSayFromWhere(t *testing.T) {
	each(t, true, func(w world) {
		w.tx(func(tx *db.Tx) error {
			return w.m.Notice(tx, w.u, func(seen webmail.Seen, disown string) webmail.Letter {
				return webmail.NewDevice{Seen: seen, DisownURL: disown}
			})
		})
		l := mailtest.Last(w, w.d, ines)
		for _, want := range []string{"Firefox, Linux", "192.0.2.7", "https://auth.example/login/not-me/"} {
			if !strings.Contains(l.Text, want) {
				w.Errorf("the notice lacks %s", want)
			}
		}
	})
}
