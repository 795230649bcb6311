package users

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"gatehouse/internal/problem"
)

const (
	maxEmail = 254 // RFC 5321 §4.5.3.1.3, less the angle brackets
	maxLocal = 64  // RFC 5321 §4.5.3.1.1
)

// ErrInvalidEmail says that a text is no address.
var ErrInvalidEmail = problem.New(problem.Invalid, "invalid_email", "That is not an email address, such as name@example.com.").
	WithDetails(problem.Detail{Code: "invalid_email", Message: "That is not an email address, such as name@example.com.", Field: "email"})

// Address is an email address: as it is shown, and as it is compared.
type Address struct{ Shown, Key string }

// ParseEmail reads one address: exactly one, without a name, a comment or
// quotes, so that nothing that it is written into (a mail's header, a log)
// reads more than an address in it.
func ParseEmail(typed string) (Address, error) {
	shown := norm.NFC.String(strings.TrimSpace(typed))
	local, domain, ok := strings.Cut(shown, "@")
	if !ok || len(typed) > 4*maxEmail || local == "" || len(local) > maxLocal || strings.Contains(domain, "@") || !utf8.ValidString(shown) {
		return Address{}, ErrInvalidEmail
	}
	if strings.ContainsFunc(local, notAtom) {
		return Address{}, ErrInvalidEmail
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil || ascii == "" || len(shown) > maxEmail || len(local)+1+len(ascii) > maxEmail {
		return Address{}, ErrInvalidEmail
	}
	if _, err := mail.ParseAddress("x@" + ascii); err != nil {
		return Address{}, ErrInvalidEmail
	}
	return Address{Shown: shown, Key: strings.ToLower(local) + "@" + strings.ToLower(ascii)}, nil
}

// Domain is what stands behind the address's @, as it is compared.
func (a Address) Domain() string { return domainOf(a.Key) }

// EmailDomain is the domain of the person's address.
func (u *User) EmailDomain() string { return domainOf(u.EmailKey) }

func domainOf(key string) string {
	_, domain, _ := strings.Cut(key, "@")
	return domain
}

// notAtom reports what may not stand unquoted before the @ (RFC 5322 §3.2.3,
// RFC 6532 §3.2 for letters beyond ASCII). Dots are taken wherever they stand:
// addresses with two in a row exist.
func notAtom(r rune) bool {
	if r > unicode.MaxASCII {
		return !unicode.IsGraphic(r) || unicode.IsSpace(r)
	}
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", r))
}
