package mail_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/jobs"
	"gatehouse/internal/mail"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/internal/mail/smtpsink"
	webmail "gatehouse/web/mail"
)

var reader = actor.System("test")

func TestModelsMatchTheSchema(t *testing.T) { dbtest.CheckModels(t, &mail.Mail{}) }

func letter(code string) webmail.Letter {
	return webmail.SignInCode{Code: code, URL: "https://auth.example/login/link/t", Lifetime: 10 * time.Minute}
}

func post(t *testing.T, d *db.DB, sink *smtpsink.Sink, user string) *mail.Post {
	t.Helper()
	smtp, err := mail.NewSMTP("smtp://"+user+sink.Addr, "Fieldnote <no-reply@fieldnote.example>")
	if err != nil {
		t.Fatal(err)
	}
	return &mail.Post{DB: d, Name: "Fieldnote", SMTP: smtp, Log: slog.New(slog.DiscardHandler)}
}

func work(t *testing.T, d *db.DB, p *mail.Post) {
	t.Helper()
	r := jobs.NewRegistry()
	p.Register(r)
	runner, err := jobs.Start(t.Context(), d, r, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = runner.Stop(t.Context()) })
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain for " + what)
		}
	}
}

func sink(t *testing.T, user, password string) *smtpsink.Sink {
	t.Helper()
	s, err := smtpsink.Start("127.0.0.1:0", user, password)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// A mail goes out exactly if what it tells of was committed, and its text does
// not stay.
func TestAMailGoesOutWithItsTransaction(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := sink(t, "postman", "hunter2")
		p := post(t, d, s, "postman:hunter2@")
		work(t, d, p)
		to := mail.To{Address: "ines@haldenmarine.example", Locale: "de"}
		rolledBack := errors.New("rolled back")
		err := d.Tx(t.Context(), reader, func(tx *db.Tx) error {
			return errors.Join(p.Send(tx, to, letter("111111")), rolledBack)
		})
		if !errors.Is(err, rolledBack) {
			t.Fatal(err)
		}
		if err := d.Tx(t.Context(), reader, func(tx *db.Tx) error { return p.Send(tx, to, letter("419072")) }); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "the mail", func() bool { return len(s.Mails()) > 0 })
		m := s.Mails()[0]
		if len(m.To) != 1 || m.To[0] != to.Address || m.From != "no-reply@fieldnote.example" {
			t.Errorf("from %s to %v", m.From, m.To)
		}
		if m.Subject != "419 072 ist Ihr Code für Fieldnote" || m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("Content-Language") != "de" {
			t.Errorf("subject %q, headers %v", m.Subject, m.Header)
		}
		if !strings.Contains(m.Text, "419 072") || !strings.Contains(m.HTML, "419 072") {
			t.Error("the code is not in both parts")
		}
		waitFor(t, "the note of it", func() bool { return stored(t, d, "state = 'sent' AND sealed IS NULL") == 1 })
		if n := stored(t, d, "1 = 1"); n != 1 {
			t.Errorf("%d mails are stored, want the committed one", n)
		}
	})
}

func stored(t *testing.T, d *db.DB, where string) int {
	t.Helper()
	var n int
	var err error
	pool, sqlite := d.Pools()
	if d.Dialect == db.SQLite {
		err = sqlite.QueryRowContext(t.Context(), "SELECT count(*) FROM mails WHERE "+where).Scan(&n)
	} else {
		err = pool.QueryRow(t.Context(), "SELECT count(*) FROM mails WHERE "+where).Scan(&n)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A server that refuses is asked again, and what it says is kept for whoever
// looks.
func TestAFailingServerIsAskedAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := sink(t, "", "")
		s.Refuse = func() error { return errors.New("451 try later") }
		p := post(t, d, s, "")
		work(t, d, p)
		if err := d.Tx(t.Context(), reader, func(tx *db.Tx) error {
			return p.Send(tx, mail.To{Address: "a@b.example"}, letter("419072"))
		}); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "the refusal", func() bool { return stored(t, d, "state = 'queued' AND tries = 1 AND last_error IS NOT NULL") == 1 })
		s.Refuse = nil
		waitFor(t, "the second try", func() bool { return len(s.Mails()) == 1 })
	})
}

// A code that comes late helps nobody.
func TestALateMailIsGivenUp(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := sink(t, "", "")
		p := post(t, d, s, "")
		if err := d.Tx(t.Context(), reader, func(tx *db.Tx) error {
			return p.Send(tx, mail.To{Address: "a@b.example", Lifetime: time.Microsecond}, letter("419072"))
		}); err != nil {
			t.Fatal(err)
		}
		work(t, d, p)
		waitFor(t, "the end of it", func() bool { return stored(t, d, "state = 'failed' AND sealed IS NULL") == 1 })
		if len(s.Mails()) != 0 {
			t.Error("it was sent")
		}
	})
}

func TestWithoutAServerMailsAreKept(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := mailtest.NewPost(d)
		if err := d.Tx(t.Context(), reader, func(tx *db.Tx) error {
			return p.Send(tx, mail.To{Address: "a@b.example"}, letter("419072"))
		}); err != nil {
			t.Fatal(err)
		}
		if got := mailtest.Last(t, d, "A@b.example"); got.Code != "419072" || len(got.Links) != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestAddressesOfServers(t *testing.T) {
	for address, ok := range map[string]bool{"smtp://a:b@mail.example:587": true, "smtps://mail.example": true, "smtp://": false, "smtp://h:port": false} {
		if _, err := mail.NewSMTP(address, "a@b.example"); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}
