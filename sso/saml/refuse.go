package saml

import (
	"errors"
	"strconv"

	"gatehouse/internal/problem"
	"gatehouse/sso/trail"
)

func refuse(p *problem.Error, check, expected, received string) *trail.Refusal {
	return trail.Refuse(p, check, expected, received)
}

// unread is the refusal of a document that the strict reader did not take.
func unread(err error, check string) *trail.Refusal {
	var u *unreadable
	if errors.As(err, &u) && u.large {
		return refuse(ErrTooLarge, check, "", u.what)
	}
	return refuse(ErrXML, check, "", err.Error())
}

func count(n int) string { return strconv.Itoa(n) }
