package e2e

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"time"
)

// mailsOfDirectories are of an owner whom a directory lets go and who stays, of
// people whose leaving is held, of a token that is revoked and of one that ends,
// and of a directory that is deleted: whatever the provider's requests or the
// caller's said of where we are.
func mailsOfDirectories(t *testing.T, s *Server) {
	t.Helper()
	const owner = "owner@directed.example"
	api := poisonedAPI(t, s)
	org, _ := owned(t, s, "Directed", owner)
	made := api(http.MethodPost, "/directories", fmt.Sprintf(`{"organization_id":%q,"name":"Okta","type":"okta scim v2.0"}`, org))
	path := "/directories/" + made.Text("id")
	push := poisonedSCIM(t, s, "/scim/v2/"+made.Text("id"), directoryToken.FindString(made.Raw))

	kept := push(http.MethodPost, "/Users", `{"userName":"`+owner+`","active":true}`, http.StatusCreated).Text("id")
	push(http.MethodPatch, "/Users/"+kept, deactivate, http.StatusOK) // directory_owner_kept
	api(http.MethodPut, "/organizations/"+org, `{"domain_data":[{"domain":"directed.example","state":"verified"}]}`)
	api(http.MethodPatch, path+"/safeguard", `{"max_deactivations":1}`)
	for i, status := range []int{http.StatusOK, http.StatusTooManyRequests} { // directory_held
		leaver := push(http.MethodPost, "/Users", fmt.Sprintf(`{"userName":"leaver%d@directed.example","active":true}`, i), http.StatusCreated).Text("id")
		push(http.MethodPatch, "/Users/"+leaver, deactivate, status)
	}

	spare := api(http.MethodPost, path+"/tokens", `{}`).Text("id")
	api(http.MethodDelete, path+"/tokens/"+spare, "") // directory_token_revoked
	api(http.MethodPost, path+"/tokens", fmt.Sprintf(`{"expires_at":%q}`, s.Time.Now().AddDate(0, 0, 5).UTC().Format(time.RFC3339)))
	stop := s.App.StartJobs(t.Context()) // directory_owner_kept, directory_token_expires
	for end := time.Now().Add(20 * time.Second); !hasMail(t, s, owner, "directory_owner_kept") || !hasMail(t, s, owner, "directory_token_expires"); {
		if time.Now().After(end) {
			t.Error("the jobs mailed nothing of the directory")
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	api(http.MethodDelete, path, "") // directory_deleted
}

var directoryToken = regexp.MustCompile(`scim_[A-Za-z0-9_-]{30,}`)

const deactivate = `{"schemas":["` + patchURN + `"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}`

// poisonedSCIM pushes with headers of somebody between.
func poisonedSCIM(t *testing.T, s *Server, base, token string) func(method, path, body string, status int) Answer {
	return func(method, path, body string, status int) Answer {
		t.Helper()
		a := s.raw(method, base+path, body, append([]string{"Authorization", "Bearer " + token, "Content-Type", "application/scim+json"}, poison...)...)
		if a.Status != status {
			t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Raw)
		}
		return a
	}
}
