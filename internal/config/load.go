package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

const prefix = "GATEHOUSE_"

// maxSecretFile bounds what a *_FILE variable reads; the largest thing there
// is a private key in PEM.
const maxSecretFile = 64 << 10

// Error is one thing that is wrong with the environment.
type Error struct {
	Name     string // of the variable
	Sentence string // names it too, and says how to mend it
}

func (e *Error) Error() string { return e.Sentence }

// Load reads the environment (os.Environ()). Everything that is wrong is
// reported at once, a sentence each; the error then joins several *Error.
func Load(environ []string) (*Config, error) {
	c := &Config{Social: map[string]Social{}}
	values, errs := read(environ)
	for _, v := range variables {
		value, ok := values[v.full()]
		if !ok {
			value = v.initial
		}
		if value == "" {
			continue
		}
		if err := v.set(c, value); err != nil {
			errs = append(errs, v.problem(value, err))
		}
	}
	if len(errs) == 0 {
		errs = c.complete(values)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return c, nil
}

// read picks out what is ours, by full name. An empty value is as good as
// none: compose files write NAME=${NAME:-} for what is optional.
func read(environ []string) (map[string]string, []error) {
	values := map[string]string{}
	var errs []error
	for _, entry := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(entry, "=")
		v, file := find(name)
		switch {
		case v == nil:
			if strings.HasPrefix(name, prefix) && !foreign(name, value) {
				errs = append(errs, unknown(name))
			}
		case value == "":
		case file:
			text, err := readSecretFile(name, value)
			if err != nil {
				errs = append(errs, err)
			}
			if values[v.full()] != "" {
				errs = append(errs, &Error{name, fmt.Sprintf("%s and %s are both set: remove one.", v.full(), name)})
			}
			values[v.full()] = text
		default:
			values[name] = value
		}
	}
	return values, errs
}

// find is the variable of that name, and whether it is its *_FILE form.
func find(name string) (v *variable, file bool) {
	for i := range variables {
		v := &variables[i]
		if name == v.full() {
			return v, false
		}
		if v.secret && name == v.full()+"_FILE" {
			return v, true
		}
	}
	return nil, false
}

// foreign reports names that begin like ours and are not: the tests' own, and
// what container orchestrators inject for a service called gatehouse or
// gatehouse-something (GATEHOUSE_PORT=tcp://…, GATEHOUSE_DB_SERVICE_HOST).
func foreign(name, value string) bool {
	rest := strings.TrimPrefix(name, prefix)
	for _, p := range []string{"TEST_", "PORT", "SERVICE_"} {
		if strings.HasPrefix(rest, p) {
			return true
		}
	}
	return strings.HasSuffix(rest, "_SERVICE_HOST") || strings.Contains(rest, "_SERVICE_PORT") ||
		strings.Contains(rest, "_PORT_") || strings.HasSuffix(rest, "_PORT") && strings.Contains(value, "://")
}

func unknown(name string) error {
	if near := nearest(name); near != "" {
		return &Error{name, fmt.Sprintf("%s is not a setting of Gatehouse: did you mean %s?", name, near)}
	}
	return &Error{name, fmt.Sprintf("%s is not a setting of Gatehouse: remove it, or see docs/config.md for the names.", name)}
}

func readSecretFile(name, path string) (string, error) {
	fail := func(why string) (string, error) {
		return "", &Error{name, fmt.Sprintf("%s names the file %q, which %s: correct the path or its permissions.", name, path, why)}
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fail("does not exist")
	case err != nil:
		return fail("cannot be read")
	case info.IsDir():
		return fail("is a directory")
	case info.Size() > maxSecretFile:
		return fail("is too large for a secret")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fail("cannot be read")
	}
	secret := strings.TrimRight(string(text), "\r\n")
	if secret == "" {
		return fail("is empty")
	}
	return secret, nil
}
