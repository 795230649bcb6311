package login

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"gatehouse/internal/browser"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
)

// What one network may begin. Both need no sign-in and write rows, so that one
// machine could fill the disk with them. They are far above what people do: a
// thousand sign-ins a minute are an office of thousands at nine o'clock, and
// three hundred accounts in ten minutes a conference behind one address.
var (
	beginRate  = limit.Rate{Limit: 1000, Per: time.Minute}
	signUpRate = limit.Rate{Limit: 300, Per: 10 * time.Minute}
)

// errCrowded says that a network has begun as much as it may for now.
var errCrowded = problem.New(problem.TooMany, "too_many_sign_ins", "There were too many sign-ins from your network. Wait a moment and try again.")

// MayBegin counts a sign-in that somebody unknown is about to begin, or says
// when to come back. It may write, so it is never called inside a transaction.
func MayBegin(r *http.Request, l *limit.Limiter) error {
	return within(r, l, "sign-ins begun", beginRate)
}

// maySignUp counts an account about to be made.
func maySignUp(r *http.Request, l *limit.Limiter) error {
	return within(r, l, "sign-ups", signUpRate)
}

func within(r *http.Request, l *limit.Limiter, kind string, rate limit.Rate) error {
	if l == nil {
		return nil
	}
	ip, _ := netip.ParseAddr(browser.ActorOf(r).IP)
	// Whoever leaves before the answer has been counted all the same.
	ok, after, err := l.Take(context.WithoutCancel(r.Context()), kind, browser.Network(ip).String(), rate)
	if err == nil && !ok {
		err = errCrowded.WithRetryAfter(after)
	}
	return err
}
