package signal

// Subject is whom an event is about (RFC 9493; SSF 1.0 §3 for complex ones).
// Which members it has goes by its format.
type Subject struct {
	Format string `json:"format"`

	Issuer string `json:"iss,omitempty"` // iss_sub
	Sub    string `json:"sub,omitempty"`
	ID     string `json:"id,omitempty"` // opaque

	User    *Subject `json:"user,omitempty"` // complex
	Session *Subject `json:"session,omitempty"`
	Tenant  *Subject `json:"tenant,omitempty"`
}

// The formats that are spoken.
const (
	formatIssuerSubject = "iss_sub"
	formatOpaque        = "opaque"
	formatComplex       = "complex"
)

func opaque(id string) *Subject { return &Subject{Format: formatOpaque, ID: id} }

// about is somebody as ID tokens and access tokens name them: user is their
// sub, session their sid, organization their org_id; the latter two may be "".
func about(issuer, user, session, organization string) Subject {
	person := Subject{Format: formatIssuerSubject, Issuer: issuer, Sub: user}
	if session == "" && organization == "" {
		return person
	}
	s := Subject{Format: formatComplex, User: &person}
	if session != "" {
		s.Session = opaque(session)
	}
	if organization != "" {
		s.Tenant = opaque(organization)
	}
	return s
}

// person is the user's id, "" where the subject names none.
func (s Subject) person() string {
	if s.User != nil {
		s = *s.User
	}
	if s.Format == formatIssuerSubject {
		return s.Sub
	}
	return ""
}
