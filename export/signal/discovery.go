package signal

// Paths of the endpoints, below the issuer.
const (
	PathDiscovery     = "/.well-known/ssf-configuration"
	PathStreams       = "/ssf/streams"
	PathStatus        = "/ssf/status"
	PathAddSubject    = "/ssf/subjects/add"
	PathRemoveSubject = "/ssf/subjects/remove"
	PathVerification  = "/ssf/verify"
	pathKeys          = "/oauth2/jwks"
)

// Metadata is the transmitter's configuration document (SSF 1.0 §7.1).
type Metadata struct {
	SpecVersion     string                `json:"spec_version"`
	Issuer          string                `json:"issuer"`
	Keys            string                `json:"jwks_uri"`
	DeliveryMethods []string              `json:"delivery_methods_supported"`
	Configuration   string                `json:"configuration_endpoint"`
	Status          string                `json:"status_endpoint"`
	AddSubject      string                `json:"add_subject_endpoint"`
	RemoveSubject   string                `json:"remove_subject_endpoint"`
	Verification    string                `json:"verification_endpoint"`
	Critical        []string              `json:"critical_subject_members"`
	Authorization   []AuthorizationScheme `json:"authorization_schemes"`
	DefaultSubjects string                `json:"default_subjects"`
}

// AuthorizationScheme is how receivers prove themselves to the endpoints.
type AuthorizationScheme struct {
	Spec string `json:"spec_urn"`
}

// Push is the delivery method: tokens are POSTed to the receiver (RFC 8935).
const Push = "urn:ietf:rfc:8935"

// Discovery is the document of this issuer. Of a complex subject a receiver
// must understand user and tenant: whoever ignores the tenant would switch
// somebody off in every organization because one let them go.
func Discovery(issuer string) Metadata {
	return Metadata{
		SpecVersion: "1_0", Issuer: issuer, Keys: issuer + pathKeys, DeliveryMethods: []string{Push},
		Configuration: issuer + PathStreams, Status: issuer + PathStatus, AddSubject: issuer + PathAddSubject, RemoveSubject: issuer + PathRemoveSubject,
		Verification: issuer + PathVerification, Critical: []string{"user", "tenant"}, Authorization: []AuthorizationScheme{{"urn:ietf:rfc:6750"}}, DefaultSubjects: "ALL",
	}
}
