package portal

import (
	"net/url"

	"gatehouse/internal/db"
	"gatehouse/web/ui"
)

// pageSize is how many rows a page of a long list has.
const pageSize = 50

// pageOf is the part of a list that the address asks for.
func (v *visit) pageOf() db.Page {
	return db.Page{After: v.QueryParam("after"), Before: v.QueryParam("before"), Limit: pageSize}
}

// pager leads to the pages beside this one, with what narrows the list.
func pager(path string, keep url.Values, paging db.Paging, words string) ui.PagerProps {
	p := ui.PagerProps{Text: words}
	if paging.Before != "" {
		p.Newer.Href = with(path, keep, "before", paging.Before)
	}
	if paging.After != "" {
		p.Older.Href = with(path, keep, "after", paging.After)
	}
	return p
}

// with is an address with one parameter more or another value of it; empty ones
// are left out.
func with(path string, keep url.Values, name, value string) string {
	query := url.Values{}
	for n := range keep {
		if one := keep.Get(n); one != "" && n != name {
			query.Set(n, one)
		}
	}
	if value != "" {
		query.Set(name, value)
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}
