package dashboard

// TableRoute is a row of the table of routes.
type TableRoute struct {
	Method, Path, Least string
	Fresh, Development  bool
}

// Table is the table of routes.
func Table() []TableRoute {
	table := make([]TableRoute, len(routes))
	for i, r := range routes {
		table[i] = TableRoute{r.method, r.path, string(r.least), r.fresh, r.development}
	}
	return table
}
