package directory_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
)

// ofTheirOwn is a directory of an organization of its own.
func ofTheirOwn(t *testing.T, d *db.DB) (id.Organization, *directory.Directory) {
	t.Helper()
	org := organization(t, d)
	row, _ := newDirectory(t, d, org, directory.New{})
	return org, row
}

func request(d *directory.Directory, operation, outcome, subject string) directory.Request {
	r := directory.Request{ID: id.New[id.SCIMRequest](), DirectoryID: d.ID, RequestID: "req_1", Method: "PATCH", Path: "/Users", Operation: operation, ResourceType: "User", Outcome: outcome,
		Status: 200, Reason: "Because.", CreatedAt: time.Now().UTC()}
	if subject != "" {
		r.Subject = &subject
	}
	return r
}

// An admin who looks for one person must find what was about them, and nothing
// of another customer.
func TestRequestsAreFoundByWhatTheyWereAbout(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, ours := ofTheirOwn(t, d)
		other, theirs := ofTheirOwn(t, d)
		ada, engineers := id.New[id.DirectoryUser](), id.New[id.DirectoryGroup]()
		person, group := string(ada), string(engineers)
		created := request(ours, "user.created", directory.Applied, "Ada.Lovelace@halden.example")
		created.ResourceID = &person
		added := request(ours, "group.members_added", directory.Applied, "Engineers")
		added.ResourceType, added.ResourceID, added.PersonID = "Group", &group, &ada
		taken := request(ours, "user.created", directory.Refused, "100%_sure@halden.example")
		foreign := request(theirs, "user.created", directory.Held, "ada.lovelace@nordby.example")
		inOrg(t, d, org, func(tx *db.OrgTx) error {
			if err := directory.RecordRequests(tx, []directory.Request{created, taken}); err != nil {
				return err
			}
			return directory.RecordRequest(tx, &added)
		})
		inOrg(t, d, other, func(tx *db.OrgTx) error {
			return directory.RecordRequests(tx, []directory.Request{foreign, foreign}) // once
		})
		for name, c := range map[string]struct {
			q    directory.RequestQuery
			want []id.SCIMRequest
		}{
			"all, newest first": {directory.RequestQuery{}, []id.SCIMRequest{taken.ID, added.ID, created.ID}},
			"a name's start":    {directory.RequestQuery{Subject: "ADA.l"}, []id.SCIMRequest{created.ID}},
			"no pattern":        {directory.RequestQuery{Subject: "100%_"}, []id.SCIMRequest{taken.ID}},
			"not a pattern":     {directory.RequestQuery{Subject: "1__%"}, nil},
			"a person":          {directory.RequestQuery{Person: ada}, []id.SCIMRequest{added.ID, created.ID}},
			"a group":           {directory.RequestQuery{Group: engineers}, []id.SCIMRequest{added.ID}},
			"not applied":       {directory.RequestQuery{Outcomes: directory.NotApplied}, []id.SCIMRequest{taken.ID}},
			"an operation":      {directory.RequestQuery{Operation: "user.created", Outcomes: []string{directory.Applied}}, []id.SCIMRequest{created.ID}},
		} {
			err := d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
				rows, _, err := directory.Requests(tx, ours.ID, c.q)
				var got []id.SCIMRequest
				for _, r := range rows {
					got = append(got, r.ID)
				}
				slices.Sort(got)
				slices.Sort(c.want)
				if !slices.Equal(got, c.want) {
					t.Errorf("%s: %v, want %v", name, got, c.want)
				}
				return err
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
			_, err := directory.GetRequest(tx, theirs.ID, foreign.ID)
			return err
		})
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("another organization's request: %v", err)
		}
	})
}

// Bytes that a provider chose must neither break the log nor fill the disk.
func TestRequestsAreCutToWhatCanBeKept(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, ours := ofTheirOwn(t, d)
		r := request(ours, "user.created", directory.Refused, strings.Repeat("ä", 400)+"\x00\xff")
		body := "\xff\x00" + strings.Repeat("€", directory.MaxRequestBody)
		r.Body, r.Path, r.Reason = &body, strings.Repeat("/ü", 4000), strings.Repeat("Weil. ", 4000)
		r.Method = strings.Repeat("POST", 1<<20) // an operation of a Bulk: a page of such requests would not fit into memory
		inOrg(t, d, org, func(tx *db.OrgTx) error { return directory.RecordRequest(tx, &r) })
		inOrg(t, d, org, func(tx *db.OrgTx) error {
			got, err := directory.GetRequest(tx, ours.ID, r.ID)
			if err != nil {
				return err
			}
			for _, text := range []string{*got.Body, got.Path, got.Reason, *got.Subject} {
				if !utf8.ValidString(text) || strings.Contains(text, "\x00") || len(text) > directory.MaxRequestBody {
					t.Errorf("%d bytes, valid %v", len(text), utf8.ValidString(text))
				}
			}
			if len(got.Method) > 16 {
				t.Errorf("%d bytes of method", len(got.Method))
			}
			if len(*got.Body) < directory.MaxRequestBody-3 {
				t.Errorf("only %d bytes of the body are kept", len(*got.Body))
			}
			return nil
		})
	})
}

// What is older than thirty days is gone, everybody's, and nothing younger.
func TestRequestsAreForgottenAfterThirtyDays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		want := map[id.Organization]id.SCIMRequest{}
		for _, name := range []string{"Halden Marine", "Nordby Kraft"} {
			org, dir := ofTheirOwn(t, d)
			old, young := request(dir, "user.read", directory.Read, ""), request(dir, "user.read", directory.Read, "")
			old.CreatedAt = time.Now().UTC().Add(-directory.RequestsKept - time.Minute)
			young.CreatedAt = time.Now().UTC().Add(-directory.RequestsKept + time.Minute)
			inOrg(t, d, org, func(tx *db.OrgTx) error { return directory.RecordRequests(tx, []directory.Request{old, young}) })
			want[org] = young.ID
			defer func() {
				inOrg(t, d, org, func(tx *db.OrgTx) error {
					rows, _, err := directory.Requests(tx, dir.ID, directory.RequestQuery{})
					if len(rows) != 1 || rows[0].ID != want[org] {
						t.Errorf("%s keeps %v", name, rows)
					}
					return err
				})
			}()
		}
		for range 2 {
			if err := directory.Sweep(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
	})
}
