package signature_test

import (
	"errors"
	"testing"
	"time"

	"gatehouse/export/webhook/signature"
)

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	other  = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

var (
	at   = time.UnixMilli(1614265330123)
	body = []byte(`{"object":"event","id":"event_1"}`)
)

// X4: a forged, altered or recorded request is not ours.
func TestOnlyWhatWasSignedAndIsFreshIsAccepted(t *testing.T) {
	signed := signature.Sign(secret, at, body)
	for name, c := range map[string]struct {
		header  string
		body    string
		now     time.Time
		secrets []string
		want    error
	}{
		"good":                     {signed, string(body), at.Add(time.Minute), []string{secret}, nil},
		"good, by the second":      {signed, string(body), at, []string{other, secret}, nil},
		"altered body":             {signed, string(body) + " ", at, []string{secret}, signature.ErrMismatch},
		"another secret":           {signed, string(body), at, []string{other}, signature.ErrMismatch},
		"no secret":                {signature.Sign("", at, body), string(body), at, []string{""}, signature.ErrMismatch},
		"recorded":                 {signed, string(body), at.Add(181 * time.Second), []string{secret}, signature.ErrTooOld},
		"from the future":          {signed, string(body), at.Add(-181 * time.Second), []string{secret}, signature.ErrTooOld},
		"a new time, the old hash": {"t=1614265331123, v1=" + signed[len("t=1614265330123, v1="):], string(body), at, []string{secret}, signature.ErrMismatch},
		"seconds":                  {"t=1614265330, v1=" + signed[len("t=1614265330123, v1="):], string(body), at, []string{secret}, signature.ErrTooOld},
		"empty":                    {"", string(body), at, []string{secret}, signature.ErrMalformed},
		"no time":                  {signed[len("t=1614265330123, "):], string(body), at, []string{secret}, signature.ErrMalformed},
		"short":                    {signed[:len(signed)-2], string(body), at, []string{secret}, signature.ErrMalformed},
		"no hex":                   {"t=1614265330123, v1=zz", string(body), at, []string{secret}, signature.ErrMalformed},
	} {
		if err := signature.Verify(c.header, []byte(c.body), c.now, c.secrets...); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The libraries of Standard Webhooks compute this from the same secret: the
// value is that of its specification's own test.
func TestTheSpecificationsOwnExample(t *testing.T) {
	got := signature.SignStandard([]string{secret}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
