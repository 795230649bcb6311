package directory_test

import (
	"fmt"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/problem"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// What a body may say, a database must be able to keep: jsonb and text have
// limits of their own, and past them a provider would be told 500.
func TestWhatIsReadCanBeStored(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		dir, _ := newDirectory(t, d, organization(t, d), directory.New{})
		stored := 0
		for i, value := range []string{
			`"\u0000"`, `"a\u0000b"`, `"\ud800"`, `"\udc00\ud800"`, `"é"`, `"e\u0301"`, `"\u2028<&>"`, `"\uffff"`, `"😀"`, `"\\u0000"`, `"\"'; --"`,
			`1`, `-0`, `1e2`, `1.50`, `12345678901234567890123456789`, `1e400`, `1e-400`, `1e100000`, `1e999999999`, `-1E+131072`, `0.1e-16384`,
			`true`, `null`, `[]`, `{}`, `{"a":{"b":[{"c":1}]}}`, `{"\u0000":1}`, `{"a\u0000":"x"}`, `{"":1}`, `{"a":1,"a":2}`, `{"A":1,"a":2}`,
		} {
			for where, body := range map[string]string{
				"extension": fmt.Sprintf(`{"userName":"x%d@halden.example","urn:example:User":{"v":%s}}`, i, value),
				"title":     fmt.Sprintf(`{"userName":"t%d@halden.example","title":%s}`, i, value),
				"userName":  fmt.Sprintf(`{"userName":%s}`, value),
				"email":     fmt.Sprintf(`{"userName":"e%d@halden.example","emails":[{"value":%s,"type":%s}]}`, i, value, value),
				"unknown":   fmt.Sprintf(`{"userName":"u%d@halden.example","shoeSize":%s}`, i, value),
				"name":      fmt.Sprintf(`{"userName":"n%d@halden.example","urn:example:%d":{%s:1}}`, i, i, value),
			} {
				r, err := schema.User.Read([]byte(body))
				if err != nil {
					if p := problem.As(err); p == nil || p.Status() >= 500 {
						t.Errorf("%s: reading %s: %v", where, body, err)
					}
					continue
				}
				var u *directory.User
				err = d.InOrg(t.Context(), dir.OrganizationID, who, func(tx *db.OrgTx) (err error) { u, err = insert(tx, dir, r); return err })
				if err != nil {
					if p := problem.As(err); p == nil || p.Status() >= 500 {
						t.Errorf("%s: storing %s: %v", where, body, err)
					}
					continue
				}
				stored++
				if got := readUser(t, d, dir, u.ID); !got.Resource.Equal(r) {
					t.Errorf("%s: %s came back as %v", where, body, got.Resource)
				}
			}
		}
		if stored < 50 {
			t.Errorf("%d were stored: too much is refused", stored)
		}
	})
}
