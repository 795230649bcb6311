package mfa

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
)

// The parameters that every authenticator app knows (RFC 6238 §4, RFC 4226
// §5.3): SHA-1, six digits, thirty seconds, one step of skew either way.
const (
	period      = 30
	skew        = 1
	secretBytes = 20
)

// maxIssuer is how many bytes of an issuer an app is told: it stands in the
// square twice, which holds 2,331 bytes (ISO/IEC 18004, version 40-M).
const maxIssuer = 64

var codeOptions = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewTOTP says what an authenticator app is told.
type NewTOTP struct {
	User    *id.User
	Type    Type   // TOTP, or GenericOTP
	Issuer  string // empty: the deployment's name
	Account string // the person, as the app shows them
	Secret  string // base32; empty: made here
	Name    string // what the person calls it
}

// Enrolled secrets exist in the clear only in the answer to an enrolment.
type Enrolment struct {
	*Factor
	Secret string // base32
	URI    string // otpauth://totp/…
}

// BeginTOTP makes a factor that counts from its first right code on.
func (s *Service) BeginTOTP(tx *db.Tx, n NewTOTP) (*Enrolment, error) {
	secret, err := readSecret(n.Secret)
	if err != nil {
		return nil, err
	}
	if n.Issuer == "" {
		n.Issuer = s.Name
	}
	issuer, account := text(field.Clip(n.Issuer, maxIssuer)), text(field.Clip(n.Account, field.MaxName))
	if n.Type == "" {
		n.Type = TOTP
	}
	f := &Factor{ID: id.New[id.Factor](), UserID: n.User, Type: n.Type, Name: field.Clip(n.Name, field.MaxName),
		Issuer: field.Clip(issuer, maxIssuer), Account: field.Clip(account, field.MaxName)}
	if err := insert(tx, f, []byte(secret)); err != nil {
		return nil, err
	}
	return &Enrolment{f, secret, uri(issuer, account, secret)}, audit.RecordDeployment(tx, audit.FactorCreated{Factor: f.Wire()})
}

// insert seals a factor's secret and stores it. Those that the person began
// and never finished go: each visit to the page begins one.
func insert(tx *db.Tx, f *Factor, secret []byte) (err error) {
	if f.UserID != nil {
		stale := []db.Cond{db.Eq("user_id", *f.UserID), db.Null("verified_at"), db.Lt("created_at", tx.Now().Add(-time.Hour))}
		if _, err := factors.DeleteWhere(tx, stale...); err != nil {
			return err
		}
		n, err := factors.Count(tx, db.Eq("user_id", *f.UserID))
		if err != nil {
			return err
		}
		if n >= 2*maxFactors {
			return ErrFull
		}
	}
	if f.Sealed, err = tx.SealGlobal(f.cell(), secret); err != nil {
		return err
	}
	return factors.Insert(tx, f)
}

func (f *Factor) cell() db.Cell {
	return db.Cell{Table: "authentication_factors", Column: "sealed", Row: string(f.ID)}
}

// EnrolmentOf is a factor that is not verified yet, with its secret again: the
// page that shows the square is loaded more than once.
func EnrolmentOf(tx *db.Tx, user id.User, factor id.Factor) (*Enrolment, error) {
	f, err := factors.First(tx, db.Eq("id", factor), db.Eq("user_id", user), db.Null("verified_at"))
	if err != nil {
		return nil, err
	}
	secret, err := tx.OpenGlobal(f.cell(), f.Sealed)
	if err != nil {
		return nil, err
	}
	return &Enrolment{f, string(secret), uri(text(f.Issuer), text(f.Account), string(secret))}, nil
}

func readSecret(typed string) (string, error) {
	if typed == "" {
		return base32Plain.EncodeToString(newSecret()), nil
	}
	typed = strings.ToUpper(strings.TrimRight(strings.ReplaceAll(typed, " ", ""), "="))
	if _, err := base32Plain.DecodeString(typed); err != nil || len(typed) < 16 || len(typed) > 128 {
		return "", ErrSecret
	}
	return typed, nil
}

func newSecret() []byte {
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	return secret
}

// uri is what the square says (the Key Uri Format of Google Authenticator).
func uri(issuer, account, secret string) string {
	q := "secret=" + secret + "&issuer=" + url.QueryEscape(issuer) + "&algorithm=SHA1&digits=6&period=30"
	q = strings.ReplaceAll(q, "+", "%20") // apps show a plus as it is
	return "otpauth://totp/" + url.PathEscape(issuer) + ":" + url.PathEscape(account) + "?" + q
}

// matches is the step that the code belongs to, within the skew; false where
// it is the code of none. All steps are compared, whichever fits.
func matches(secret, code string, now time.Time) (step int64, ok bool) {
	at := now.Unix() / period
	for s := at - skew; s <= at+skew; s++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(s), codeOptions)
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// spendStep uses a step up: the same code is refused within its thirty
// seconds, on whichever server it comes.
func (f *Factor) spendStep(tx *db.Tx, step int64) (bool, error) {
	n, err := factors.Update(tx, f.ID, db.Set{"last_step": step, "last_used_at": tx.Now()}.Quiet(), db.Lt("last_step", step))
	return n == 1, err
}

// tryTOTP reports whether the code is of one of the factors and was not used.
func tryTOTP(tx *db.Tx, rows []Factor, code string) (*Factor, error) {
	for i := range rows {
		secret, err := tx.OpenGlobal(rows[i].cell(), rows[i].Sealed)
		if err != nil {
			return nil, err
		}
		step, ok := matches(string(secret), code, tx.Now())
		if !ok {
			continue
		}
		fresh, err := rows[i].spendStep(tx, step)
		if err != nil || !fresh {
			return nil, err
		}
		return &rows[i], nil
	}
	return nil, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
