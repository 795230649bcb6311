package e2e

import (
	"context"
	"net/http"
	"syscall"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/mail/mailtest"
)

// The overview says how long people wait. Were applications' own calls among
// it, or answers that only ask again, it would say something else; were what
// a server counted lost when it stops, it would say nothing after a release.
func TestTheOverviewSaysHowLongSignInsTook(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		stop := s.App.StartJobs(t.Context())
		dashboard := operator(t, s) // by a password: one
		if p := dashboard.Get("/admin"); !p.Has("Sign-in p95 – none measured") {
			t.Errorf("before anything is saved the overview says %s", p.Text())
		}
		p := s.Browser().Get("/login").Submit("email", "priya@fieldnote.example")
		p = p.Submit("password", "") // asks again
		if p = p.Submit("password", "wrong-and-long-enough"); p.Status != http.StatusUnprocessableEntity {
			t.Fatalf("a wrong password: %d", p.Status) // two
		}
		for _, typed := range []string{Password, "wrong-and-long-enough"} {
			call(t, s.URL, http.MethodPost, "/user_management/authenticate", "", map[string]any{"grant_type": "password", "client_id": Client,
				"client_secret": APIKey, "email": "priya@fieldnote.example", "password": typed})
		}
		if err := stop(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
		if n := answered(s); n != 2 {
			t.Errorf("%d answers are counted, and not the two that people waited for", n)
		}
		if p := dashboard.Get("/admin"); p.Has("none measured in") || !p.Has("server time, 24 hours") {
			t.Errorf("the overview says %s", p.Text())
		}
	})
}

// A mailed code and a second step are waited for as a password is. Were one of
// them left out, it could take seconds and nobody would see it.
func TestEachProofThatPeopleWaitForIsCounted(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		const mara = "mara@fieldnote.example"
		app := s.withApp(t, s.proven(t, mara))
		stop := s.App.StartJobs(t.Context())
		p := mailed(s.Browser(), mara).Submit("code", "000000")
		p = p.Submit("code", mailtest.Last(t, s.DB, mara).Code)
		if p = p.Submit("code", "000000"); p.Status != http.StatusUnprocessableEntity || p.URL.Path != "/login/mfa/totp" {
			t.Fatalf("a wrong code of the app: %d at %s", p.Status, p.URL)
		}
		if p = p.Submit("code", app.code(t, 0)); p.URL.Path != "/account" {
			t.Fatalf("the right code of the app: %d at %s", p.Status, p.URL)
		}
		if err := stop(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
		if n := answered(s); n != 4 {
			t.Errorf("a code and a second step, each wrong and right, make %d and not 4", n)
		}
	})
}

// A server whose jobs are a worker's still counts, and saves when it stops:
// nobody else can. Were it forgotten, a large deployment had no figure at all.
func TestAServerWithoutJobsSavesWhatItCounted(t *testing.T) {
	t.Parallel()
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		const email = "mara@fieldnote.example"
		p := Start(t, append(Env(t, address), "GATEHOUSE_WORKER=off", "GATEHOUSE_BOOTSTRAP_OPERATOR_EMAIL="+email, "GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD="+Password))
		b := (&Server{T: t, URL: p.URL}).Browser()
		if at := b.Get("/admin").Submit("email", email).Submit("password", Password); at.URL.Path != "/admin" {
			t.Fatalf("signed in at %s (%d)", at.URL, at.Status)
		}
		p.Signal(syscall.SIGTERM)
		if err := p.Wait(20 * time.Second); err != nil {
			t.Fatalf("ended with %v\n%s", err, p.Log)
		}
		d := beside(t, address)
		defer d.Close()
		if n := answered(&Server{T: t, DB: d}); n != 1 {
			t.Errorf("%d answers are counted, and not the one", n)
		}
	})
}

// answered is how many answers are counted.
func answered(s *Server) (n int64) {
	s.All(func(tx *db.AllTx) error {
		times, err := db.ListSignInTimes(tx, tx.Now().AddDate(0, 0, -1), tx.Now().AddDate(0, 0, 1))
		for _, row := range times {
			n += row.Answers
		}
		return err
	})
	return n
}
