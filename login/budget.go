package login

import (
	"time"

	"gatehouse/internal/limit"
)

// errorBudget bounds how many error pages are written to the audit log: they
// need no sign-in, so anybody could fill it with them.
type errorBudget struct{ bucket limit.Bucket }

const (
	errorsPerSecond = 20
	errorsAtOnce    = 200
)

func (b *errorBudget) take(now time.Time) bool {
	return b.bucket.Take(now, errorsPerSecond, errorsAtOnce)
}
