package sink

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// Safely runs what reads a stranger's answer. A library that panics at one must
// not end the process, which has everybody's streams.
func Safely(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{Failure{Message: "This server could not read what was answered. Its log says why."}, fmt.Sprintf("%v\n%s", v, debug.Stack())}
		}
	}()
	return do()
}

// panicked is a failure with what the log is to say of it.
type panicked struct {
	failure Failure
	where   string
}

func (p *panicked) Error() string { return "panic: " + p.where }

// Panic is where it was that Safely caught, or "".
func Panic(err error) string {
	var p *panicked
	if errors.As(err, &p) {
		return p.where
	}
	return ""
}

func (p *panicked) Unwrap() error { return &p.failure }
