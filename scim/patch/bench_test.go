package patch

import (
	"testing"

	"gatehouse/scim/schema"
)

// BenchmarkDeactivate is what a provider sends most: it must be small beside the
// transaction around it.
func BenchmarkDeactivate(b *testing.B) {
	r, err := schema.User.Read([]byte(`{"userName":"anna@halden.example","externalId":"00u1","active":true,"displayName":"Anna Berg","name":{"givenName":"Anna","familyName":"Berg"},
		"emails":[{"value":"anna@halden.example","type":"work","primary":true}],"title":"Engineer","` + enterprise + `":{"department":"R&D","manager":{"value":"m"}}}`))
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(ops(`{"op":"Replace","path":"active","value":"False"},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"a@halden.example"}`))
	b.ReportAllocs()
	for b.Loop() {
		operations, err := Read(body)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := User(r, operations); err != nil {
			b.Fatal(err)
		}
	}
}
