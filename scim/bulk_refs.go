package scim

import (
	"regexp"
	"strings"

	"gatehouse/internal/problem"
	"gatehouse/scim/schema"
)

// reference is how an operation of a Bulk names what another one makes
// (RFC 7644 §3.7.2).
const reference = "bulkId:"

var (
	errUnknownBulkID = schema.ErrValue.WithMessage("The operation refers to a bulkId that no operation of the Bulk has.")
	errCircle        = schema.ErrValue.WithMessage("The operations refer to one another in a circle, so none of them can be first. Make them first, and add the references by PATCH.")
	errBrokenRef     = schema.ErrValue.WithMessage("What the operation refers to by its bulkId was not made.")
)

// resolve puts ids where an operation has references, in its path and anywhere
// in its data. What it refers to is done first; where that waits for this
// operation in turn, both are refused.
func (b *batch) resolve(op *operation) (err error) {
	if op.data, err = b.resolved(op.data); err != nil {
		return err
	}
	before, last := lastSegment(op.path)
	if strings.HasPrefix(last, reference) {
		if last, err = b.referred(last); err != nil {
			return err
		}
		op.path = before + "/" + last
	}
	return nil
}

func (b *batch) resolved(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, reference) {
			return b.referred(v)
		}
		return b.within(v)
	case map[string]any:
		for key, element := range v {
			next, err := b.resolved(element)
			if err != nil {
				return nil, err
			}
			v[key] = next
		}
	case []any:
		for i, element := range v {
			next, err := b.resolved(element)
			if err != nil {
				return nil, err
			}
			v[i] = next
		}
	}
	return v, nil
}

// embedded are references within a text: at the end of an address ($ref), and
// as the value of a filter in the path of a PATCH.
var embedded = regexp.MustCompile(`(?:/|")bulkId:([^"/\]\s]+)(?:"|$)`)

// within puts ids where a text holds references that the Bulk knows; others are
// somebody's text. The text is gone through once: it may be all of 8 MiB.
func (b *batch) within(text string) (string, error) {
	if !strings.Contains(text, reference) {
		return text, nil
	}
	var out strings.Builder
	end := 0
	for _, m := range embedded.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		if _, known := b.by[name]; !known {
			continue
		}
		id, err := b.referred(reference + name)
		if err != nil {
			return "", err
		}
		out.WriteString(text[end : m[2]-len(reference)])
		out.WriteString(id)
		end = m[3]
	}
	out.WriteString(text[end:])
	return out.String(), nil
}

// referred is the id of what the named operation makes.
func (b *batch) referred(text string) (string, error) {
	i, ok := b.by[strings.TrimPrefix(text, reference)]
	if !ok || text == reference {
		return "", errUnknownBulkID
	}
	op := b.ops[i]
	if op.state == waiting {
		if b.stopped() {
			return "", problem.ErrUnavailable.WithMessage("The Bulk was stopped before what this operation refers to.")
		}
		b.run(i)
	}
	switch {
	case op.state == running:
		return "", errCircle
	case op.state != done || op.id == "":
		return "", errBrokenRef
	}
	return op.id, nil
}
