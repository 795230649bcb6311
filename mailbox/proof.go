package mailbox

import (
	"encoding/json"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/users"
)

// Kind is what a proof is for. A proof of one kind is worth nothing for another.
type Kind string

// The kinds.
const (
	MagicAuth         Kind = "magic_auth"         // signs in
	EmailVerification Kind = "email_verification" // proves an account's address
	EmailChange       Kind = "email_change"       // proves the address that an account is to have
	PasswordReset     Kind = "password_reset"     // leads to a new password; a link alone
	Disown            Kind = "disown"             // "this wasn't me"; a link alone
)

// lifetimes are how long proofs work (contract.md 1).
var lifetimes = map[Kind]time.Duration{
	MagicAuth: 10 * time.Minute, EmailVerification: 10 * time.Minute, EmailChange: 10 * time.Minute,
	PasswordReset: time.Hour, Disown: 7 * 24 * time.Hour,
}

// Lifetime is how long a proof of that kind works.
func (k Kind) Lifetime() time.Duration { return lifetimes[k] }

// linkPaths are the pages behind the links.
var linkPaths = map[Kind]string{
	MagicAuth: "/login/link/", EmailVerification: "/login/link/", PasswordReset: "/login/password/reset/", Disown: "/login/not-me/",
}

const (
	codeDigits = 6
	maxTries   = 10
	tokenBytes = 24
)

// Proof is one mail's worth of proof.
type Proof struct {
	db.Global
	ID           id.EmailProof
	Kind         Kind
	UserID       *id.User // nil while nobody has the address
	Email        string
	EmailKey     string // the mailbox, as addresses are compared
	CodeHash     []byte
	TokenHash    []byte
	Sealed       []byte      // secrets
	AttemptID    *id.Attempt // the sign-in that asked
	InvitationID *id.Invitation
	Tries        int64
	UsedAt       *time.Time
	ExpiresAt    time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TableName is the table that this package owns.
func (Proof) TableName() string { return "email_proofs" }

var proofs = db.GlobalTable[Proof, id.EmailProof]{}

// Issued is a proof with its secrets, which exist in the clear only here.
type Issued struct {
	*Proof
	Code  string // "" for kinds with a link alone
	Token string // "" for a change of address, whose code goes with it
}

type secrets struct {
	Code  string `json:"code,omitempty"`
	Token string `json:"token,omitempty"`
}

// New says what a proof is to be for.
type New struct {
	Kind       Kind
	Email      string
	User       *users.User // nil while nobody has the address
	Attempt    *id.Attempt
	Invitation *id.Invitation
}

// issue makes a proof. It takes the place of those that were asked for before
// in the same way: by the same sign-in, or by the application.
func issue(tx *db.Tx, n New) (*Issued, error) {
	a, err := users.ParseEmail(n.Email)
	if err != nil {
		return nil, err
	}
	p := &Proof{ID: id.New[id.EmailProof](), Kind: n.Kind, Email: a.Shown, EmailKey: a.Key, AttemptID: n.Attempt,
		InvitationID: n.Invitation, ExpiresAt: tx.Now().Add(n.Kind.Lifetime())}
	if n.User != nil {
		p.UserID = &n.User.ID
	}
	if n.Kind != Disown { // every notice keeps its own
		if err := supersede(tx, p); err != nil {
			return nil, err
		}
	}
	i := &Issued{Proof: p}
	if err := i.fill(tx); err != nil {
		return nil, err
	}
	return i, proofs.Insert(tx, p)
}

// supersede ends the older proofs that p takes the place of.
func supersede(tx *db.Tx, p *Proof) error {
	same := []db.Cond{db.Eq("kind", p.Kind), db.Null("used_at"), db.Gt("expires_at", tx.Now())}
	switch {
	case p.AttemptID != nil:
		same = append(same, db.Eq("attempt_id", *p.AttemptID))
	case p.UserID != nil: // a change of address is one a person, whatever the address
		same = append(same, db.Eq("user_id", *p.UserID), db.Null("attempt_id"))
	default:
		same = append(same, db.Eq("email_key", p.EmailKey), db.Null("attempt_id"))
	}
	_, err := proofs.UpdateWhere(tx, db.Set{"expires_at": tx.Now()}, same...)
	return err
}

// fill makes the secrets and what is kept of them.
func (i *Issued) fill(tx *db.Tx) (err error) {
	if i.Kind != PasswordReset && i.Kind != Disown {
		i.Code = seal.Code(codeDigits)
		if i.CodeHash, err = codeHash(tx, i.ID, i.Code); err != nil {
			return err
		}
	}
	if i.Kind != EmailChange {
		i.Token = seal.Token(tokenBytes)
		i.TokenHash = seal.Hash(i.Token)
	}
	text, err := json.Marshal(secrets{i.Code, i.Token})
	if err != nil {
		return err
	}
	i.Sealed, err = tx.SealGlobal(i.cell(), text)
	return err
}

// codeHash binds a code to its proof: the same digits elsewhere are another hash.
func codeHash(tx *db.Tx, p id.EmailProof, code string) ([]byte, error) {
	return tx.Derive("mailbox.code", string(p), code)
}

func (p *Proof) cell() db.Cell {
	return db.Cell{Table: "email_proofs", Column: "sealed", Row: string(p.ID)}
}

// Reveal is the proof with its secrets, for the application that sends its own
// mails.
func Reveal(tx *db.Tx, kind Kind, proof id.EmailProof) (*Issued, error) {
	p, err := proofs.First(tx, db.Eq("id", proof), db.Eq("kind", kind), db.NotNull("user_id"))
	if err != nil {
		return nil, err
	}
	text, err := tx.OpenGlobal(p.cell(), p.Sealed)
	if err != nil {
		return nil, err
	}
	var s secrets
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, err
	}
	return &Issued{p, s.Code, s.Token}, nil
}

// Sweep removes proofs that ran out a day ago.
func Sweep(tx *db.Tx) (int64, error) {
	return proofs.DeleteWhere(tx, db.Lt("expires_at", tx.Now().Add(-24*time.Hour)))
}
