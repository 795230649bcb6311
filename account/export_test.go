package account

// Route is a route as tests walk them.
type Route struct {
	Method, Path string
	Acts, Proves bool
}

// Routes is the table.
func Routes() (all []Route) {
	for _, r := range routes() {
		all = append(all, Route{r.method, r.path, r.need >= act, r.need >= prove})
	}
	return all
}
