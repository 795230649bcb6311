package browser

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"gatehouse/internal/problem"
)

// maxDepth bounds how deep objects and lists of a body lie in one another.
const maxDepth = 32

var errNoJSON = problem.ErrBadRequest.WithMessage("The body is not valid JSON.")

// level is an object or a list that is being read.
type level struct {
	names map[string]bool // of an object; nil for a list
	value bool            // what comes next is a member's value
}

// checkShape refuses what encoding/json lets through and two readers could
// read differently: a member that is there twice (RFC 8259 §4 leaves open
// which one counts), and what is nested without end. Members of the outermost
// object are compared without regard to case, because encoding/json matches
// them so.
func checkShape(body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var open []level
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errNoJSON
		}
		switch token {
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
			continue
		}
		if len(open) > 0 {
			in := &open[len(open)-1]
			if name, ok := token.(string); ok && in.names != nil && !in.value {
				if err := in.add(name, len(open) == 1); err != nil {
					return err
				}
				in.value = true
				continue
			}
			in.value = false
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		}
		if len(open) > maxDepth {
			return problem.ErrBadRequest.WithMessage("The body is nested too deep.")
		}
	}
}

func (l *level) add(name string, outermost bool) error {
	if outermost {
		name = strings.ToLower(strings.ToUpper(name)) // as encoding/json folds: a long s is an s
	}
	if l.names[name] {
		return problem.ErrBadRequest.WithMessage("The member " + printable(name) + " is there more than once.")
	}
	l.names[name] = true
	return nil
}
