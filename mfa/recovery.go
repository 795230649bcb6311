package mfa

import (
	"crypto/rand"
	"encoding/base32"
	"regexp"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// recoveryCode is one code that stands in for a second step, once.
type recoveryCode struct {
	db.Global
	ID        id.RecoveryCode
	UserID    id.User
	CodeHash  []byte
	UsedAt    *time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (recoveryCode) TableName() string { return "recovery_codes" }

var recoveryCodes = db.GlobalTable[recoveryCode, id.RecoveryCode]{}

// RecoveryCodes is how many a person gets at once.
const RecoveryCodes = 10

// recoveryBytes is the randomness of a code: 80 bits, so that a plain hash
// keeps it (seal.Hash).
const recoveryBytes = 10

// NewRecoveryCodes makes ten codes and ends those from before. They are shown
// once.
func NewRecoveryCodes(tx *db.Tx, user id.User) ([]string, error) {
	if _, err := recoveryCodes.DeleteWhere(tx, db.Eq("user_id", user)); err != nil {
		return nil, err
	}
	codes := make([]string, RecoveryCodes)
	for i := range codes {
		code := newRecoveryCode()
		codes[i] = code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:]
		row := &recoveryCode{ID: id.New[id.RecoveryCode](), UserID: user, CodeHash: seal.Hash(code)}
		if err := recoveryCodes.Insert(tx, row); err != nil {
			return nil, err
		}
	}
	return codes, audit.RecordDeployment(tx, audit.RecoveryCodesCreated{User: user})
}

func newRecoveryCode() string {
	raw := make([]byte, recoveryBytes)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.EncodeToString(raw))
}

// RecoveryCodeList reads codes that a page of ours was shown with and gives
// back: nil where it is anything else.
func RecoveryCodeList(text string) []string {
	if len(text) > 400 {
		return nil
	}
	codes := strings.Fields(text)
	for _, code := range codes {
		if !shownCode.MatchString(code) {
			return nil
		}
	}
	if len(codes) == 0 {
		return nil
	}
	return codes
}

var shownCode = regexp.MustCompile(`^[a-z2-7]{4}(-[a-z2-7]{4}){3}$`)

// RecoveryCodesLeft is how many a person can still use.
func RecoveryCodesLeft(tx db.AnyScope, user id.User) (int, error) {
	n, err := recoveryCodes.Count(tx, db.Eq("user_id", user), db.Null("used_at"))
	return int(n), err
}

// spendRecoveryCode uses a code up: one conditional update decides.
func spendRecoveryCode(tx *db.Tx, user id.User, typed string) (bool, error) {
	n, err := recoveryCodes.UpdateWhere(tx, db.Set{"used_at": tx.Now()}.Quiet(),
		db.Eq("user_id", user), db.Eq("code_hash", seal.Hash(readRecoveryCode(typed))), db.Null("used_at"))
	return n == 1, err
}

// readRecoveryCode is a code as people type it: in any case, with or without
// hyphens and spaces; 0 and 1 are no letters of it, so they are read as O and I.
func readRecoveryCode(typed string) string {
	typed = strings.ToLower(typed[:min(len(typed), 64)])
	return strings.NewReplacer("-", "", " ", "", "0", "o", "1", "i").Replace(typed)
}
