package mailbox

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/users"
)

// Try is one attempt at a code. Whose proof it is for follows from the others:
// the sign-in that asked, the person, or the address.
type Try struct {
	Kind    Kind
	Email   string      // of the mailbox; what guesses are counted by
	Attempt *id.Attempt // the sign-in that asked for the proof
	User    *id.User    // or the person whose proof it is
	Proof   *id.EmailProof
	Code    string
	Known   bool // this browser signed in to the account before
	Who     actor.Actor
}

// Tried is what came of it.
type Tried struct {
	OK    bool
	Proof *Proof        // set where OK
	Code  string        // else why: one of the codes below
	Wait  time.Duration // how long the next try has to wait, with CodeWait
}

// Why a code was refused.
const (
	CodeIncorrect = "invalid_one_time_code"
	CodeUsed      = "one_time_code_previously_used"
	CodeExpired   = "one_time_code_expired"
	CodeTooMany   = "one_time_code_too_many_attempts"
	CodeWait      = "too_many_attempts"
)

// ErrLink says that a link does not work: it was used, ran out, was replaced
// by a newer one, or never was.
var ErrLink = problem.New(problem.BadRequest, "link_expired", "This link no longer works. Ask for a new one.")

// refusals are the sentences to the codes.
var refusals = map[string]*problem.Error{
	CodeIncorrect: problem.New(problem.BadRequest, CodeIncorrect, "The code is not right."),
	CodeUsed:      problem.New(problem.BadRequest, CodeUsed, "The code was used before. Ask for a new one."),
	CodeExpired:   problem.New(problem.BadRequest, CodeExpired, "The code has run out. Ask for a new one."),
	CodeTooMany:   problem.New(problem.BadRequest, CodeTooMany, "Too many wrong codes. Ask for a new one."),
	CodeWait:      problem.New(problem.TooMany, CodeWait, "There were too many attempts. Wait a moment and try again."),
}

// Err is nil where the code was right, else the problem to answer with.
func (t Tried) Err() error {
	if t.OK {
		return nil
	}
	p := refusals[t.Code]
	if t.Wait > 0 {
		return p.WithRetryAfter(t.Wait)
	}
	return p
}

// Try tries a code. A wrong one is an outcome, not an error, so that its count
// commits. Where it is right, then runs in the transaction that uses the proof
// up. It opens transactions: never call it inside one.
func (m *Mailbox) Try(ctx context.Context, t Try, then func(*db.Tx, *Proof) error) (Tried, error) {
	guess, wait, err := m.Limits.Begin(ctx, t.Guess())
	if err != nil || wait > 0 {
		return Tried{Code: CodeWait, Wait: wait}, err
	}
	defer guess.Done()
	var out Tried
	err = m.DB.Tx(ctx, t.Who, func(tx *db.Tx) error {
		if out, err = try(tx, t); err != nil {
			return err
		}
		if !out.OK {
			_, err := guess.Failed(tx, tx.Now())
			return err
		}
		if err := guess.Succeeded(tx); err != nil {
			return err
		}
		return then(tx, out.Proof)
	})
	if err != nil {
		return Tried{}, err
	}
	return out, nil
}

// Guess is what the try counts as. It is the same for an address that nobody has.
func (t Try) Guess() limit.Guess {
	addr, _ := netip.ParseAddr(t.Who.IP)
	return limit.Guess{Kind: "mailed code", Account: guessed(t), Network: browser.Network(addr).String(), Known: t.Known}
}

func guessed(t Try) string {
	if a, err := users.ParseEmail(t.Email); err == nil {
		return a.Key
	}
	if t.User != nil {
		return string(*t.User)
	}
	return t.Email
}

// try counts the try before it compares: of fifty at once each counts.
func try(tx *db.Tx, t Try) (Tried, error) {
	p, err := newest(tx, t)
	if errors.Is(err, db.ErrNotFound) {
		return Tried{Code: CodeIncorrect}, nil
	}
	if err != nil {
		return Tried{}, err
	}
	open := []db.Cond{db.Null("used_at"), db.Lt("tries", maxTries), db.Gt("expires_at", tx.Now())}
	n, err := proofs.Update(tx, p.ID, db.Set{"tries": db.Add("tries", 1)}, open...)
	if err != nil {
		return Tried{}, err
	}
	if n == 0 {
		return Tried{Code: p.closed(tx.Now())}, nil
	}
	hash, err := codeHash(tx, p.ID, t.Code)
	if err != nil {
		return Tried{}, err
	}
	if !seal.Equal(hash, p.CodeHash) {
		return Tried{Code: CodeIncorrect}, nil
	}
	n, err = proofs.Update(tx, p.ID, db.Set{"used_at": tx.Now()}, db.Null("used_at"))
	if err != nil || n == 0 {
		return Tried{Code: CodeUsed}, err
	}
	return Tried{OK: true, Proof: p}, nil
}

// newest is the proof that a code is for: the last one that was asked for in
// this way.
func newest(tx *db.Tx, t Try) (*Proof, error) {
	conds := []db.Cond{db.Eq("kind", t.Kind), db.NotNull("code_hash")}
	if t.Attempt != nil {
		conds = append(conds, db.Eq("attempt_id", *t.Attempt))
	} else {
		conds = append(conds, db.Null("attempt_id"))
	}
	if t.User != nil {
		conds = append(conds, db.Eq("user_id", *t.User))
	}
	if t.Proof != nil {
		conds = append(conds, db.Eq("id", *t.Proof))
	}
	if t.Email != "" {
		a, err := users.ParseEmail(t.Email)
		if err != nil {
			return nil, db.ErrNotFound
		}
		conds = append(conds, db.Eq("email_key", a.Key))
	}
	rows, err := proofs.List(tx, db.Query{Where: conds, Order: []string{"-id"}, Limit: 1})
	if err == nil && len(rows) == 0 {
		return nil, db.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}

// closed is why a proof takes no more tries.
func (p *Proof) closed(now time.Time) string {
	switch {
	case p.UsedAt != nil:
		return CodeUsed
	case p.Tries >= maxTries:
		return CodeTooMany
	case !now.Before(p.ExpiresAt):
		return CodeExpired
	}
	return CodeUsed // in this moment, by another
}

// Peek is the proof behind a link, without using it up: what GET and HEAD do,
// and with them every scanner of mails. ErrLink where the link does not work.
func Peek(tx db.AnyScope, token string, kinds ...Kind) (*Proof, error) {
	p, err := proofs.First(tx, db.Eq("token_hash", seal.Hash(token)), db.In("kind", kinds))
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrLink
	}
	if err == nil && (p.UsedAt != nil || !tx.Now().Before(p.ExpiresAt) || p.Tries >= maxTries) {
		return nil, ErrLink
	}
	return p, err
}

// Spend uses up the proof behind a link: ErrLink if that was done before.
func Spend(tx *db.Tx, token string, kinds ...Kind) (*Proof, error) {
	p, err := Peek(tx, token, kinds...)
	if err != nil {
		return nil, err
	}
	n, err := proofs.Update(tx, p.ID, db.Set{"used_at": tx.Now()}, db.Null("used_at"), db.Gt("expires_at", tx.Now()))
	if err == nil && n == 0 {
		return nil, ErrLink
	}
	return p, err
}
