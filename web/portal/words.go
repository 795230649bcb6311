package portal

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/problem"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

// faults are what is wrong with a form, by field.
type faults map[string]string

// faultsOf takes apart what a domain function refuses. What names no field of
// the form stands at fallback. What is not the visitor's to mend is no fault.
func faultsOf(err error, fallback string, fields ...string) (faults, bool) {
	p := problem.As(err)
	if p == nil || p.Kind != problem.Invalid && p.Kind != problem.BadRequest && p.Kind != problem.Conflict {
		return nil, false
	}
	wrong := faults{}
	for _, d := range p.Details {
		at := fallback
		if slices.Contains(fields, d.Field) {
			at = d.Field
		}
		wrong[at] = d.Message
	}
	if len(wrong) == 0 {
		wrong[fallback] = p.Message
	}
	return wrong, true
}

func (w faults) list() []ui.FieldError {
	list := make([]ui.FieldError, 0, len(w))
	for field, words := range w {
		list = append(list, ui.FieldError{Field: field, Text: words})
	}
	slices.SortFunc(list, func(a, b ui.FieldError) int { return cmp.Compare(a.Field, b.Field) })
	return list
}

func itoa(n int) string { return strconv.Itoa(n) }

// count is a number with its noun.
func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return ui.Group(n, "en") + " " + many
}

func progressWords(done, of int) string {
	return strconv.Itoa(done) + " of " + strconv.Itoa(of) + " done"
}

func roleName(role string) string {
	switch role {
	case tenants.OwnerRole:
		return "Owner"
	case tenants.AdminRole:
		return "Admin"
	}
	return strings.ToUpper(role[:1]) + role[1:]
}

// clockTime is an hour, with the day where it is another one.
func clockTime(at, now time.Time) string {
	if at.UTC().Format(time.DateOnly) == now.UTC().Format(time.DateOnly) {
		return hour(at)
	}
	return at.UTC().Format("2 Jan, 15:04")
}
