package ingest

import (
	"strconv"
	"strings"

	"gatehouse/internal/problem"
)

// ErrEvent refuses entries; it names what is wrong with which.
var ErrEvent = problem.New(problem.BadRequest, "invalid_audit_log_event", "The event cannot be recorded as it is.")

// Fault is one thing that is wrong. The path is a JSON Pointer (RFC 6901) into
// the event: "/targets/0/id". In a request of many, Index says which one.
type Fault struct {
	Path    string `json:"instancePath"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Index   *int   `json:"index,omitempty"`
}

// maxFaults are named; more help nobody.
const maxFaults = 20

// faults collects what is wrong.
type faults struct {
	list  []Fault
	many  bool // several events: each fault says of which
	index int  // which
}

func (f *faults) add(path, code, message string) {
	if len(f.list) >= maxFaults {
		return
	}
	fault := Fault{Path: path, Code: code, Message: message}
	if f.many {
		at := f.index
		fault.Index = &at
	}
	f.list = append(f.list, fault)
}

// err is nil where nothing is wrong.
func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	first := f.list[0]
	message := "The event cannot be recorded: " + first.Message
	if first.Index != nil {
		message = "Event " + strconv.Itoa(*first.Index) + " cannot be recorded, and so none was: " + first.Message
	}
	return ErrEvent.WithMessage(message).WithFields(map[string]any{"errors": f.list})
}

// pointer is a member's name within a path (RFC 6901 §3).
func pointer(name string) string { return escaper.Replace(name) }

var escaper = strings.NewReplacer("~", "~0", "/", "~1")

func item(path string, i int) string { return path + "/" + strconv.Itoa(i) }
