package signal

import (
	"encoding/json"
	"slices"

	"gatehouse/internal/problem"
)

// Removed are the subjects that a receiver does not want to hear of. Streams
// begin with all subjects (default_subjects is ALL), so it is this list that
// adding and removing subjects changes (SSF 1.0 §8.1.3).
type Removed []Subject

// What a subject can be refused for.
var (
	ErrSubject = problem.New(problem.BadRequest, "invalid_subject",
		"Name a subject in the format iss_sub, or complex with user or tenant, as this transmitter's events do.")
	ErrTooManySubjects = problem.New(problem.BadRequest, "too_many_subjects", "A stream can leave out at most 100 subjects.")
)

// maxRemoved keeps the list within one setting.
const maxRemoved = 100

// ParseRemoved reads the setting.
func ParseRemoved(text string) (Removed, error) {
	var r Removed
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return nil, ErrSubject
	}
	return r, nil
}

// Setting is the list as its setting holds it.
func (r Removed) Setting() string {
	if len(r) == 0 {
		return ""
	}
	text, _ := json.Marshal(r) // strings alone
	return string(text)
}

// Remove is the list with a subject more.
func (r Removed) Remove(s Subject) (Removed, error) {
	if slices.ContainsFunc(r, s.same) {
		return r, nil
	}
	if len(r) == maxRemoved {
		return nil, ErrTooManySubjects
	}
	return append(slices.Clone(r), s), nil
}

// Add is the list without a subject.
func (r Removed) Add(s Subject) Removed { return slices.DeleteFunc(slices.Clone(r), s.same) }

// Covers reports whether an event's subject is one that was removed. A simple
// subject covers every complex one about that person, and members that a
// complex one leaves out match everything (SSF 1.0 §8.1.3.1).
func (r Removed) Covers(about Subject) bool {
	return slices.ContainsFunc(r, func(s Subject) bool {
		user, tenant := s.person(), ""
		if s.Tenant != nil {
			tenant = s.Tenant.ID
		}
		in := ""
		if about.Tenant != nil {
			in = about.Tenant.ID
		}
		return (user == "" || user == about.person()) && (tenant == "" || tenant == in) && user+tenant != ""
	})
}

const maxIdentifier = 200

// Check refuses a subject that no event of this issuer is about.
func (s Subject) Check(issuer string) error {
	simple := func(s Subject) bool {
		return s.Format == formatIssuerSubject && s.Issuer == issuer && s.Sub != "" && len(s.Sub) <= maxIdentifier
	}
	if s.Format != formatComplex {
		if !simple(s) {
			return ErrSubject
		}
		return nil
	}
	user := s.User == nil || simple(*s.User)
	tenant := s.Tenant == nil || s.Tenant.Format == formatOpaque && s.Tenant.ID != "" && len(s.Tenant.ID) <= maxIdentifier
	if !user || !tenant || s.Session != nil || s.User == nil && s.Tenant == nil {
		return ErrSubject
	}
	return nil
}

// same compares subjects by what they say.
func (s Subject) same(other Subject) bool {
	tenant := func(s Subject) string {
		if s.Tenant == nil {
			return ""
		}
		return s.Tenant.ID
	}
	return s.person() == other.person() && tenant(s) == tenant(other)
}
