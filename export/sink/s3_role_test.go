package sink

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"

	"gatehouse/internal/objects/objectstest"
)

// sts answers AssumeRole as AWS documents it: there is no such service to be
// had here. trust says which external id each role's policy asks for; "" is a
// policy that asks for none. The keys that it gives are the test server's own,
// which knows no session tokens.
type sts struct {
	t      *testing.T
	server *objectstest.Server
	trust  map[string]string
	asked  []string
}

func (s *sts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("Action") != "AssumeRole" || !strings.Contains(r.Header.Get("Authorization"), "Credential=AKIADEPLOYMENT/") {
		s.t.Errorf("asked for %v by %s", r.Form, r.Header.Get("Authorization"))
	}
	wanted, known := s.trust[r.FormValue("RoleArn")]
	s.asked = append(s.asked, r.FormValue("ExternalId"))
	w.Header().Set("Content-Type", "text/xml")
	if !known || wanted != "" && r.FormValue("ExternalId") != wanted {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::111111111111:user/gatehouse is not authorized to perform: sts:AssumeRole on resource: %s</Message></Error><RequestId>4a4ac3b1</RequestId></ErrorResponse>`, r.FormValue("RoleArn"))
		return
	}
	fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken></SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>c6104cbe</RequestId></ResponseMetadata></AssumeRoleResponse>`,
		s.server.AccessKey, s.server.SecretKey, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
}

const (
	haldensRole = "arn:aws:iam::222222222222:role/halden-logs"
	carelessly  = "arn:aws:iam::333333333333:role/no-external-id"
)

// open is a stream of an organization's that names a role. The bucket is on a
// server of the test's: Amazon's cannot be had here.
func (s *sts) open(organization, arn string) Sink {
	s.t.Helper()
	address := httptest.NewServer(s)
	s.t.Cleanup(address.Close)
	own := credentials.NewStaticV4("AKIADEPLOYMENT", "deployment-secret", "")
	settings := s3Settings(s.server, organization, "access_key_id", "", "secret_access_key", "", "endpoint", "", "role_arn", arn)
	opened, err := openS3(settings, local(), awsRoles{client: local().HTTP(), endpoint: address.URL, own: own})
	if err != nil {
		s.t.Fatal(err)
	}
	o := &opened.(*objectSink).bucket.(*s3Bucket).options
	o.Endpoint, o.Plain = s.server.Address, true
	return opened
}

// X13: whoever may set up a stream names the role and the bucket of another
// organization, which trust this deployment. Nothing may be written there, and
// the organization itself still writes.
func TestAnotherOrganizationsRoleIsRefused(t *testing.T) {
	s := &sts{t: t, server: objectstest.Start(t, "logs"), trust: map[string]string{haldensRole: ExternalID("org_halden"), carelessly: ""}}
	for what, c := range map[string]struct{ organization, arn, words string }{
		"another organization's":       {"org_mallory", haldensRole, "gatehouse:org_mallory"},
		"the deployment's stream":      {"", haldensRole, "gatehouse:deployment"},
		"a role that asks for nothing": {"org_mallory", carelessly, "without an external id"},
		"its own, without external id": {"org_halden", carelessly, "without an external id"},
		"a role that is not there":     {"org_halden", "arn:aws:iam::444444444444:role/nobody", "may not be taken on"},
	} {
		opened := s.open(c.organization, c.arn)
		err := opened.Send(t.Context(), Batch{[]Entry{entry(1, c.organization, hour)}})
		if f := FailureOf(err); err == nil || !f.Refused || !strings.Contains(f.Message, c.words) {
			t.Errorf("%s: %v", what, err)
		}
		_ = opened.Close()
	}
	if found := files(t, s.server, "logs"); len(found) != 0 {
		t.Errorf("written: %v", found)
	}
	opened := s.open("org_halden", haldensRole)
	defer opened.Close()
	s.asked = nil
	for i := range int64(3) {
		if err := opened.Send(t.Context(), Batch{[]Entry{entry(i+1, "org_halden", hour)}}); err != nil {
			t.Fatal(err)
		}
	}
	if found := files(t, s.server, "logs"); len(found) != 3 {
		t.Errorf("written: %v", found)
	}
	if len(s.asked) != 2 || s.asked[0] != "" || s.asked[1] != "gatehouse:org_halden" {
		t.Errorf("asked with %q: once without, once with, and then the keys are kept", s.asked)
	}
}
