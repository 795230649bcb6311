package saml

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/sso/saml/samltest"
	"gatehouse/sso/trail"
)

// A provider that names thousands of sessions in one request would have each
// looked for, in one transaction that everybody else waits behind.
func TestALogoutNamesOnlySoManySessions(t *testing.T) {
	t.Parallel()
	p := samltest.New(theirID)
	for n, refused := range map[int]bool{0: false, 100: false, 101: true, 2000: true} {
		l := theirLogout()
		l.SessionIndexes = nil
		for i := range n {
			l.SessionIndexes = append(l.SessionIndexes, fmt.Sprint("_session-", i))
		}
		got, steps, err := connection(p).VerifyLogoutRequest(readLogoutOf(t, p, l, Post), ExpectLogout{Now: time.Now()})
		switch r := trail.As(err); {
		case refused && (r == nil || r.Code() != "saml_structure_invalid" || steps.Failure() == nil):
			t.Errorf("%d: %v", n, err)
		case !refused && (err != nil || len(got.SessionIndexes) != n):
			t.Errorf("%d: %v", n, err)
		}
	}
}
