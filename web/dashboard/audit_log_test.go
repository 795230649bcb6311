package dashboard_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/audit/archive"
	"gatehouse/audit/sequence"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// A column of the histogram leads to the list of its own time: were that
// another one, the figures would not agree with the rows.
func TestAColumnLeadsToItsOwnTime(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		page := w.get("viewer", "/admin/audit-log?period=1h&type=organization_domain.created")
		w.want(page, http.StatusOK, "1 of 1 event")
		column := regexp.MustCompile(`<a class="col[^"]*" href="([^"]+)"`).FindStringSubmatch(page.body)
		if column == nil {
			t.Fatal("no column leads anywhere")
		}
		narrowed := w.get("viewer", strings.ReplaceAll(column[1], "&amp;", "&"))
		w.want(narrowed, http.StatusOK, "1 of 1 event", "Remove filter Time", "Remove filter Action")
	})
}

// Live asks for the list again and again: what has not changed is not sent.
func TestALiveListIsSentOnceAsLongAsNothingHappens(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	const part = "/admin/audit-log?live=1&part=list&type=organization.created"
	first := w.get("viewer", part)
	tag := first.Header.Get("ETag")
	w.want(first, http.StatusOK, "organization.created")
	if tag == "" || strings.Contains(first.body, "<html") {
		t.Errorf("the part is a page, or has no tag: %q", tag)
	}
	r := httptest.NewRequest(http.MethodGet, part, nil)
	r.Header.Set("If-None-Match", tag)
	again := w.send("viewer", r)
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("asked again: %d", again.StatusCode)
	}
}

// A person's log tells of them alone: by them, or about them.
func TestAPersonsLogIsTheirs(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	path := "/admin/users/" + string(w.member.ID) + "/audit-log"
	w.do(w.db.Tx(t.Context(), actor.Actor{Kind: actor.KindUser, ID: string(w.member.ID), Name: "Osterberg"}, func(tx *db.Tx) error {
		return audit.RecordDeployment(tx, audit.ErrorShown{})
	}))
	w.want(w.get("viewer", path), http.StatusOK, "1 of 1 event", "login.<wbr>error_<wbr>shown")
	about := w.get("viewer", path+"?target="+string(w.member.ID))
	w.want(about, http.StatusOK, "organization_<wbr>membership.<wbr>created")
	if other := w.get("viewer", path+"?target="+string(w.org.ID)); strings.Contains(other.body, ">organization.<wbr>created<") {
		t.Error("another target shows what others did")
	}
}

// An operator's export is the deployment's: a customer neither sees it nor can
// its id be used for the customer's own.
func TestAnExport(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.want(w.get("viewer", "/admin/audit-log/exports"), http.StatusForbidden)
		form := w.get("admin", "/admin/audit-log/exports?type=organization_domain.created&period=7d")
		w.want(form, http.StatusOK, "1 event from", "Remove filter Action", `name="type" value="organization_domain.created"`)
		made := w.post("admin", "/admin/audit-log/exports", "type", "organization_domain.created", "period", "7d", "format", "ndjson", "notify", "on")
		if made.StatusCode != http.StatusSeeOther {
			t.Fatalf("made: %d %s", made.StatusCode, made.body)
		}
		path := made.Header.Get("Location")
		w.want(w.get("admin", path), http.StatusOK, "NDJSON export", "Waiting", "admin@fieldnote.example", "organization_domain.created")
		w.want(w.get("admin", path+"/file"), http.StatusNotFound)
		w.want(w.post("admin", path+"/cancel"), http.StatusSeeOther)
		w.want(w.get("admin", path), http.StatusOK, "The export was cancelled")
		w.want(w.post("admin", "/admin/audit-log/exports", "format", "exe"), http.StatusUnprocessableEntity, "csv or ndjson")
		var theirs id.AuditExport
		w.do(d.InOrg(t.Context(), w.org.ID, actor.System("test"), func(tx *db.OrgTx) error {
			e, err := archive.Create(tx, archive.Order{})
			if err == nil {
				theirs = e.ID
			}
			return err
		}))
		w.want(w.get("admin", "/admin/audit-log/exports/"+string(theirs)), http.StatusNotFound)
		w.want(w.post("admin", "/admin/audit-log/exports/"+string(theirs)+"/cancel"), http.StatusNotFound)
	})
}

// Developers write their handlers by the catalogue's examples, and look into
// the feed for what went out.
func TestTheCatalogueAndTheFeed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.want(w.get("viewer", "/admin/events?q=dsync&show=published"), http.StatusOK, "dsync.user.created", "Applications and log")
		w.want(w.get("viewer", "/admin/events/user.created"), http.StatusOK, "ada@example.com", "Applications hear of it")
		w.want(w.get("viewer", "/admin/events/login.error_shown"), http.StatusOK, "It stays in the log")
		w.want(w.get("viewer", "/admin/events/no.such"), http.StatusNotFound)
		w.number()
		feed := w.get("viewer", "/admin/events/feed")
		w.want(feed, http.StatusOK, "organization.created", "&#34;object&#34;")
		if strings.Contains(feed.body, ">login.error_shown<") {
			t.Error("the feed has what applications do not hear of")
		}
		w.want(w.get("viewer", "/admin/events/feed?before=2"), http.StatusOK, "Newest")
	})
}

// number gives all that was recorded its place in the log.
func (w *world) number() {
	w.t.Helper()
	s := &sequence.Sequencer{DB: w.db, Log: slog.New(slog.DiscardHandler)}
	for n := 1; n > 0; {
		var err error
		n, err = s.Once(w.t.Context())
		w.do(err)
	}
}

// If the page called a chain whole that is not, nobody would look further.
func TestAnEntrysPageFindsOutWhatWasAltered(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		list := w.get("viewer", "/admin/organizations/"+string(w.org.ID)+"/audit-log?type=organization_membership.created")
		event := regexp.MustCompile(`event=(event_[0-9A-Z]+)`).FindStringSubmatch(list.body)[1]
		path := "/admin/organizations/" + string(w.org.ID) + "/audit-log?event=" + event
		w.want(w.get("viewer", path), http.StatusOK, "Waiting for its number")
		w.number()
		w.want(w.get("viewer", path), http.StatusOK, "in its chain", "Check the chain")
		w.want(w.get("viewer", path+"&check=1"), http.StatusOK, "Hash chain intact up to this event", "No signed head covers it yet")
		signer := &sequence.Signer{DB: d, Log: slog.New(slog.DiscardHandler)}
		_, err := signer.Checkpoint(t.Context(), &w.org.ID)
		w.do(err)
		w.want(w.get("viewer", path+"&check=1"), http.StatusOK, "Its head was signed on")
		w.tamper(`UPDATE audit_events SET actor_name = 'somebody else' WHERE id = '` + event + `'`)
		w.want(w.get("viewer", path+"&check=1"), http.StatusOK, "The chain is broken", "altered", event)
	})
}

// tamper runs a statement as somebody who owns the database: on Postgres not as
// the server's role, on SQLite without the trigger that keeps entries.
func (w *world) tamper(statement string) {
	w.t.Helper()
	_, pool := w.db.Pools()
	conn, err := pool.Conn(w.t.Context())
	w.do(err)
	defer conn.Close()
	all := []string{"RESET ROLE", "SET session_replication_role = replica", statement, "SET session_replication_role = origin", "SET ROLE gatehouse_app"}
	if w.db.Dialect == db.SQLite {
		all = []string{"DROP TRIGGER IF EXISTS audit_events_fixed", statement}
	}
	for _, s := range all {
		_, err := conn.ExecContext(context.WithoutCancel(w.t.Context()), s)
		w.do(err)
	}
}
