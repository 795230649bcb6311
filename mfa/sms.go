package mfa

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
)

// SMSSender hands text messages to a gateway over HTTP. An address with user
// and password, and a sender as ?from=, is spoken to as Twilio is (form with
// To, From, Body); any other gets JSON with to and body.
type SMSSender struct {
	URL  string
	HTTP *http.Client
}

const smsTime = 10 * time.Second

// phone is a number in international form (ITU-T E.164).
var phone = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// BeginSMS makes a factor of a telephone; it counts once its first code came
// back.
func (s *Service) BeginSMS(tx *db.Tx, user *id.User, number, name string) (*Factor, error) {
	if s.SMS == nil {
		return nil, ErrNoSMS
	}
	number = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(number[:min(len(number), 40)])
	if !phone.MatchString(number) {
		return nil, ErrPhone
	}
	f := &Factor{ID: id.New[id.Factor](), UserID: user, Type: SMS, Name: field.Clip(name, field.MaxName), Account: masked(number)}
	if err := insert(tx, f, []byte(number)); err != nil {
		return nil, err
	}
	return f, audit.RecordDeployment(tx, audit.FactorCreated{Factor: f.Wire()})
}

// masked is a number as it may be shown: its last digits.
func masked(number string) *string {
	shown := "+" + strings.Repeat("•", len(number)-4) + number[len(number)-3:]
	return &shown
}

// perPerson is how many text messages one person may cause: each costs money.
var perPerson = limit.Rate{Limit: 5, Per: 10 * time.Minute}

// MayText counts a text message that is about to be caused, or says how long
// to wait. Never call it inside a transaction.
func (s *Service) MayText(ctx context.Context, user id.User) (ok bool, after time.Duration, err error) {
	return s.Limits.Take(ctx, "text messages", string(user), perPerson)
}

// MayChallenge counts the text message that a challenge of the factor would
// cause: problem.ErrTooMany where there were enough. Other factors cause none.
func (s *Service) MayChallenge(ctx context.Context, f *Factor) error {
	if f.Type != SMS {
		return nil
	}
	subject := string(f.ID)
	if f.UserID != nil {
		subject = string(*f.UserID)
	}
	ok, after, err := s.Limits.Take(ctx, "text messages", subject, perPerson)
	if err == nil && !ok {
		err = problem.ErrTooMany.WithRetryAfter(after)
	}
	return err
}

// smsArgs asks for a challenge's code to be sent. The code is made by the
// worker, so that it is in no queue; a repeat makes another one.
type smsArgs struct {
	Challenge id.Challenge `json:"challenge"`
}

// Kind names the job.
func (smsArgs) Kind() string { return "sms" }

func (s *Service) sendSMS(tx *db.Tx, c *Challenge) error {
	if s.SMS == nil {
		return ErrNoSMS
	}
	return jobs.Enqueue(tx, smsArgs{c.ID})
}

// Register adds the job that sends text messages.
func (s *Service) Register(r *jobs.Registry) {
	jobs.Handle(r, func(ctx context.Context, args smsArgs) error { return s.deliverSMS(ctx, args.Challenge) })
}

var messenger = actor.System("sms")

func (s *Service) deliverSMS(ctx context.Context, challenge id.Challenge) error {
	if s.SMS == nil {
		return errors.New("a text message waits and there is no gateway: set GATEHOUSE_SMS_URL")
	}
	code := seal.Code(6)
	number := ""
	err := s.DB.Tx(ctx, messenger, func(tx *db.Tx) error {
		c, f, err := GetChallenge(tx, challenge)
		if errors.Is(err, db.ErrNotFound) || err == nil && (c.VerifiedAt != nil || !tx.Now().Before(c.ExpiresAt)) {
			return nil // nobody waits for it any more
		}
		if err != nil {
			return err
		}
		plain, err := tx.OpenGlobal(f.cell(), f.Sealed)
		if err != nil {
			return err
		}
		hash, err := smsHash(tx, c.ID, code)
		if err != nil {
			return err
		}
		number = string(plain)
		_, err = challenges.Update(tx, c.ID, db.Set{"code_hash": hash})
		return err
	})
	if err != nil || number == "" {
		return err
	}
	return s.SMS.Send(ctx, number, code+" is your "+s.Name+" code. Give it to nobody.")
}

func smsHash(tx *db.Tx, c id.Challenge, code string) ([]byte, error) {
	return tx.Derive("mfa.sms", string(c), code)
}

// Send hands one message to the gateway.
func (s *SMSSender) Send(ctx context.Context, to, body string) error {
	ctx, cancel := context.WithTimeout(ctx, smsTime)
	defer cancel()
	r, err := s.request(ctx, to, body)
	if err != nil {
		return err
	}
	answer, err := s.HTTP.Do(r)
	if err != nil {
		return errors.New("the SMS gateway cannot be reached") // the error's own text holds the address, with its password
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // so that the connection can be used again
	if answer.StatusCode >= 300 {
		return fmt.Errorf("the SMS gateway answered %s", answer.Status)
	}
	return nil
}

func (s *SMSSender) request(ctx context.Context, to, body string) (*http.Request, error) {
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, errors.New("GATEHOUSE_SMS_URL cannot be read")
	}
	user, from := u.User, u.Query().Get("from")
	u.User = nil
	var content []byte
	kind := "application/json"
	if user != nil && from != "" {
		kind = "application/x-www-form-urlencoded"
		u.RawQuery = ""
		content = []byte(url.Values{"To": {to}, "From": {from}, "Body": {body}}.Encode())
	} else if content, err = json.Marshal(map[string]string{"to": to, "body": body}); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(content))
	if err != nil {
		return nil, errors.New("GATEHOUSE_SMS_URL cannot be used")
	}
	r.Header.Set("Content-Type", kind)
	if user != nil {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
	}
	return r, nil
}
