package dashboard

import (
	"cmp"
	"slices"
	"strconv"

	"gatehouse/web/ui"
)

func (w faults) list() []ui.FieldError {
	list := make([]ui.FieldError, 0, len(w))
	for field, words := range w {
		list = append(list, ui.FieldError{Field: field, Text: words})
	}
	slices.SortFunc(list, func(a, b ui.FieldError) int { return cmp.Compare(a.Field, b.Field) })
	return list
}

// article is a role as a sentence names its holder.
func article(r role) string {
	if r == owner || r == admin {
		return "an " + r.name()
	}
	return "a " + r.name()
}

// givers says who can give a role.
func givers(least role) string {
	if least == owner {
		return "An owner of the team can give it to you."
	}
	return "An owner or admin of the team can give it to you."
}

// count is a number with its noun.
func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return ui.Group(n, "en") + " " + many
}

func figure(n int64) string { return ui.Group(n, "en") }

func itoa(n int) string { return strconv.Itoa(n) }
