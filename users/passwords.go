package users

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/users/password"
)

// Passwords tries and makes passwords. One serves the whole process.
type Passwords struct {
	DB     *db.DB
	Hasher *password.Hasher
	Leaks  *password.Leaks // nil: breaches are not looked up
	Limits *limit.Limiter
	Log    *slog.Logger
}

// Try is one attempt to sign in by a password.
type Try struct {
	Email        string
	Password     string
	Known        bool            // this browser has signed in to this account before: it shows the device cookie
	Organization id.Organization // into which the attempt leads, if that is settled
	Who          actor.Actor     // with the person's address, not the application's
}

// Guess is what the try counts as. It is the same for an address that nobody has.
func (t Try) Guess() limit.Guess {
	return limit.Guess{Kind: "password", Account: guessedKey(t.Email), Network: networkOf(t.Who.IP).String(), Known: t.Known}
}

// Checked is what came of it.
type Checked struct {
	OK   bool
	User *User         // set where OK
	Code string        // else why: one of the codes below
	Wait time.Duration // how long the next try has to wait; above zero with CodeWait
}

// Why a password was refused. Nobody learns from the first whether the
// address, the password, or the having of one was wrong.
const (
	CodeWrong  = "invalid_credentials"
	CodeWait   = "too_many_attempts"
	CodeBanned = "user_banned"
)

// What callers are told of a refused password.
var (
	ErrWrong   = problem.New(problem.BadRequest, CodeWrong, "The email address or the password is not right.")
	ErrTooMany = problem.New(problem.TooMany, CodeWait, "There were too many attempts. Wait a moment and try again.")
)

// Err is nil where the password was right, else the problem to answer with.
func (c Checked) Err() error {
	switch {
	case c.OK:
		return nil
	case c.Code == CodeWait:
		return ErrTooMany.WithRetryAfter(c.Wait)
	case c.Code == CodeBanned:
		return ErrBanned
	}
	return ErrWrong
}

// account is what a try is checked against: nobody, where user is nil.
type account struct {
	key  string // the address as it is compared
	user *User
	hash string
}

func (a account) id() id.User {
	if a.user == nil {
		return ""
	}
	return a.user.ID
}

// Check tries a password. A wrong one is an outcome, not an error; errors are
// password.ErrBusy, and what is internal. Where the password is right, then
// (which may be nil) runs in the transaction that records so, as the person:
// whatever the sign-in makes commits with it. Check opens transactions, so it
// is never called inside one.
func (p *Passwords) Check(ctx context.Context, t Try, then func(tx *db.Tx, u *User) error) (Checked, error) {
	a, err := p.load(ctx, t)
	if err != nil {
		return Checked{}, err
	}
	network := networkOf(t.Who.IP)
	guess, wait, err := p.begin(ctx, t, a, network)
	if err != nil || wait > 0 {
		return Checked{Code: CodeWait, Wait: wait}, err
	}
	defer guess.Done()
	found, err := p.verify(ctx, network, a, t.Password)
	if err != nil {
		return Checked{}, err
	}
	if !found.OK {
		return p.failed(ctx, t, a, guess)
	}
	return p.succeeded(ctx, t, a, guess, found, then)
}

// load reads the account. Unknown people are looked for as long as known ones.
func (p *Passwords) load(ctx context.Context, t Try) (account, error) {
	a := account{key: guessedKey(t.Email)}
	err := p.DB.Read(ctx, func(tx *db.Tx) error {
		u, err := users.First(tx, db.Eq("email_key", a.key))
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
		a.user = u
		a.hash, err = hashOf(tx, a.id())
		return err
	})
	return a, err
}

// guessedKey is what guesses at an address are counted by, whether or not it
// is one.
func guessedKey(typed string) string {
	if a, err := ParseEmail(typed); err == nil {
		return a.Key
	}
	typed = strings.ToLower(strings.TrimSpace(typed))
	typed = strings.ToValidUTF8(typed[:min(len(typed), maxEmail)], "") // after the cut, which may go through a letter
	return strings.ReplaceAll(typed, "\x00", "")
}

// begin asks whether a guess may be tried now. Somebody whom strangers' tries
// would keep waiting, and who signed in from this network before, has a
// counter of their own: nobody can lock them out from elsewhere. It is not
// their device's counter, which nobody beside them in that network can fill.
func (p *Passwords) begin(ctx context.Context, t Try, a account, network netip.Prefix) (*limit.Attempt, time.Duration, error) {
	g := t.Guess()
	guess, wait, err := p.Limits.Begin(ctx, g)
	if err != nil || wait == 0 || t.Known || a.user == nil {
		return guess, wait, err
	}
	err = p.DB.Read(ctx, func(tx *db.Tx) (err error) {
		g.Known, err = sessions.SignedInFrom(tx, a.user.ID, network)
		return err
	})
	if err != nil || !g.Known {
		return nil, wait, err
	}
	g.Network = "signed in before from " + g.Network
	return p.Limits.Begin(ctx, g)
}

func (p *Passwords) verify(ctx context.Context, network netip.Prefix, a account, typed string) (password.Outcome, error) {
	if a.hash == "" {
		return password.Outcome{}, p.Hasher.VerifyAbsent(ctx, network.String(), typed)
	}
	return p.Hasher.Verify(ctx, network.String(), a.hash, typed)
}

func networkOf(ip string) netip.Prefix {
	addr, _ := netip.ParseAddr(ip)
	return browser.Network(addr)
}

// About is what an attacker who knows the person would try first, and who asks.
type About struct {
	password.About
	IP string
}

// Hash judges a new password and makes the string to store, or says with
// details why it is too weak. It may ask the breach service and it waits for
// the hasher: never call it inside a transaction.
func (p *Passwords) Hash(ctx context.Context, typed string, about About) (string, error) {
	strength := password.Assess(typed, about.About)
	if err := strength.Err(); err != nil {
		return "", err
	}
	if err := strength.With(p.Leaks.Check(ctx, typed)).Err(); err != nil {
		return "", err
	}
	return p.Hasher.Hash(ctx, networkOf(about.IP).String(), typed)
}
