package sso

import "gatehouse/internal/problem"

// What somebody who sets a connection up is told.
var (
	ErrInvalid    = problem.New(problem.Invalid, "invalid_connection", "The connection cannot be set up like this.")
	ErrIncomplete = problem.New(problem.Invalid, "connection_incomplete", "The connection is not set up yet.")
	// ErrSecretAgain keeps a stored secret from being sent to an address that
	// somebody typed later (SECURITY.md X5).
	ErrSecretAgain   = problem.New(problem.Invalid, "client_secret_required", "Give the client secret again: it was given for another issuer.")
	ErrState         = problem.New(problem.Conflict, "connection_state", "A connection that was turned on once is active or inactive.")
	ErrNoCandidate   = problem.New(problem.NotFound, "no_candidate", "The connection has no candidate configuration.")
	ErrNoPrevious    = problem.New(problem.Conflict, "no_previous_configuration", "The connection has no earlier configuration to go back to.")
	ErrNotSAML       = problem.New(problem.Invalid, "not_a_saml_connection", "That is for SAML connections alone.")
	ErrCertificate   = problem.New(problem.Conflict, "certificate_exists", "The connection accepts that certificate already.")
	ErrLast          = problem.New(problem.Conflict, "last_certificate", "That is the last certificate that the connection accepts. Add the next one first, or turn the connection off.")
	ErrKeyExists     = problem.New(problem.Conflict, "next_key_exists", "The connection has a next key already. Promote it, or delete it first.")
	ErrNoNextKey     = problem.New(problem.Conflict, "no_next_key", "The connection has no next key. Make one first.")
	ErrKeyInUse      = problem.New(problem.Conflict, "key_in_use", "That key signs for the connection. Promote the next one first.")
	ErrNoMetadata    = problem.New(problem.Conflict, "no_metadata_url", "The connection has no address of its provider's metadata. Set one first.")
	ErrMetadataNames = problem.New(problem.Invalid, "metadata_names_another_provider", "The metadata is another provider's than the connection's.")
)

// faults collects all that is wrong, so that one answer names it.
type faults []problem.Detail

func (f *faults) add(field, sentence string) {
	*f = append(*f, problem.Detail{Code: "invalid_" + lastPart(field), Field: field, Message: sentence})
}

func (f *faults) missing(field, sentence string) {
	*f = append(*f, problem.Detail{Code: lastPart(field) + "_required", Field: field, Message: sentence})
}

// take adds what err says of field, and reports whether there was nothing.
func (f *faults) take(field string, err error) bool {
	if err == nil {
		return true
	}
	sentence := "That cannot be used."
	if p := problem.As(err); p != nil {
		sentence = p.Message
	}
	f.add(field, sentence)
	return false
}

func (f faults) as(p *problem.Error) error {
	if len(f) == 0 {
		return nil
	}
	return p.WithMessage(f[0].Message).WithDetails(f...)
}

func lastPart(field string) string {
	for i := len(field) - 1; i >= 0; i-- {
		if field[i] == '.' {
			return field[i+1:]
		}
	}
	return field
}
