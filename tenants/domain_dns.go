package tenants

import "time"

// DNSCheck is what resolvers answered when a domain's record was looked for.
type DNSCheck struct {
	At      time.Time   `json:"at"`
	Answers []DNSAnswer `json:"answers"`
}

// DNSAnswer is one nameserver's.
type DNSAnswer struct {
	Server string   `json:"server"`
	Found  []string `json:"found"`           // TXT records, as they were read and cut
	Error  string   `json:"error,omitempty"` // why there is no answer
}
