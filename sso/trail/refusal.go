package trail

import (
	"errors"

	"gatehouse/internal/problem"
)

// Refusal is why an answer was refused. It is the error that verifiers return.
type Refusal struct {
	Problem  *problem.Error
	Check    string
	Expected string
	Received string
}

// Refuse is a refusal with cleaned texts.
func Refuse(p *problem.Error, check, expected, received string) *Refusal {
	return &Refusal{Problem: p, Check: check, Expected: Clean(expected), Received: Clean(received)}
}

// Code is the stable name of the reason.
func (r *Refusal) Code() string { return r.Problem.Code }

func (r *Refusal) Error() string { return r.Problem.Error() }

// Unwrap gives the problem, so that encoders and errors.Is see it.
func (r *Refusal) Unwrap() error { return r.Problem }

// As is the refusal inside err, or nil.
func As(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}
