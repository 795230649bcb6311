package stream

import (
	"slices"
	"strings"

	"gatehouse/internal/problem"
)

// Filter is which entries a stream carries; the zero value is all.
type Filter struct {
	Types []string `json:"types,omitempty"` // names, or families such as "user.*"
}

// maxTypes bounds a filter.
const maxTypes = 200

// checked is the filter in its shortest form, or what is wrong with it.
func (f Filter) checked() (Filter, error) {
	var types []string
	for _, name := range f.Types {
		name = strings.TrimSpace(name)
		if name == "" || len(name) > 128 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-*") != "" {
			return f, refuseFilter("An action is a name such as user.created, or a family such as user.*.")
		}
		if family, is := strings.CutSuffix(name, ".*"); strings.Contains(name, "*") && (!is || strings.Contains(family, "*")) && name != "*" {
			return f, refuseFilter("Only the last part of an action can be *, as in user.*.")
		}
		if name == "*" {
			return Filter{}, nil
		}
		types = append(types, name)
	}
	slices.Sort(types)
	types = slices.Compact(types)
	if len(types) > maxTypes {
		return f, refuseFilter("A filter has at most 200 actions. Use families such as user.*.")
	}
	return Filter{Types: types}, nil
}

func refuseFilter(sentence string) error {
	return problem.ErrInvalid.WithMessage(sentence).WithDetails(problem.Detail{Code: "invalid_filter", Message: sentence, Field: "filter.actions"})
}
