package scim

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"gatehouse/scim/directory"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

const (
	maxParameters = 50
	usualCount    = 100 // where a provider does not say
	farthest      = 1 << 40
)

// parameters are a query's or a search request's, by their names in lower
// case. Each is there once.
type parameters map[string][]string

// parameters reads the query. A semicolon is a character of a filter like any
// other, although Go's parser refuses it.
func (c *call) parameters() (parameters, error) {
	if c.Request().URL.RawQuery == "" {
		return nil, nil
	}
	raw := strings.ReplaceAll(c.Request().URL.RawQuery, ";", "%3B")
	if strings.Count(raw, "&") >= maxParameters {
		return nil, schema.ErrValue.WithMessage("There are too many parameters.")
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, schema.ErrValue.WithMessage("The parameters are not properly encoded.")
	}
	p := parameters{}
	for name, list := range values {
		key := strings.ToLower(name)
		if len(list) > 1 || p[key] != nil {
			return nil, schema.ErrValue.WithMessage("The parameter " + schema.Quote(name) + " is there more than once.")
		}
		if !utf8.ValidString(list[0]) || strings.Contains(list[0], "\x00") {
			return nil, schema.ErrValue.WithMessage("The parameter " + schema.Quote(name) + " holds bytes that are not text.")
		}
		p[key] = list
	}
	return p, nil
}

// searchParameters reads a SearchRequest (RFC 7644 §3.4.3).
func searchParameters(doc map[string]any) (parameters, error) {
	p := parameters{}
	for name, value := range doc {
		key := strings.ToLower(name)
		switch v := value.(type) {
		case nil:
		case string:
			p[key] = []string{v}
		case json.Number:
			p[key] = []string{string(v)}
		case []any:
			for _, element := range v {
				text, ok := element.(string)
				if !ok {
					return nil, schema.ErrValue.WithMessage(schema.Quote(name) + " is a list of names.")
				}
				p[key] = append(p[key], text)
			}
		default:
			return nil, schema.ErrValue.WithMessage(schema.Quote(name) + " is of the wrong type.")
		}
	}
	return p, nil
}

func (p parameters) get(name string) string {
	if list := p[name]; len(list) > 0 {
		return list[0]
	}
	return ""
}

// selection is which attributes are wanted in the answer.
func (p parameters) selection() (schema.Selection, error) {
	return schema.ParseSelection(p["attributes"], p["excludedattributes"])
}

// selects reports whether the answer's attributes were chosen at all.
func (p parameters) selects() bool {
	return p.get("attributes") != "" || p.get("excludedattributes") != ""
}

// search is what to find, and which part of it (RFC 7644 §3.4.2).
func (p parameters) search() (q directory.Search, err error) {
	if q.StartIndex, err = p.number("startindex", 1, 1, farthest); err != nil {
		return q, err
	}
	if q.Count, err = p.number("count", usualCount, 0, schema.MaxResults); err != nil {
		return q, err
	}
	if text := p.get("filter"); strings.TrimSpace(text) != "" {
		if q.Filter, err = filter.Parse(text); err != nil {
			return q, err
		}
	}
	return q, p.order(&q)
}

// order reads sortBy and sortOrder (RFC 7644 §3.4.2.3).
func (p parameters) order(q *directory.Search) (err error) {
	switch strings.ToLower(p.get("sortorder")) {
	case "", "ascending":
	case "descending":
		q.Descending = true
	default:
		return schema.ErrValue.WithMessage("sortOrder is ascending or descending.")
	}
	if by := strings.TrimSpace(p.get("sortby")); by != "" {
		q.SortBy, err = schema.ParsePath(by)
	}
	return err
}

// number is a whole number, however large, brought between two bounds.
func (p parameters) number(name string, usual, least, most int) (int, error) {
	text := strings.TrimSpace(p.get(name))
	if text == "" {
		return usual, nil
	}
	digits := strings.TrimLeft(text, "+-")
	if len(text)-len(digits) > 1 || digits == "" || strings.Trim(digits, "0123456789") != "" {
		shown := map[string]string{"startindex": "startIndex"}[name]
		if shown == "" {
			shown = name
		}
		return 0, schema.ErrValue.WithMessage(shown + " is a whole number.")
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil && text[0] == '-':
		return least, nil
	case err != nil:
		return most, nil
	}
	return min(max(n, least), most), nil
}
