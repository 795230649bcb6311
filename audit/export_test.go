package audit

// SetMaxLooked bounds requests for events otherwise until the returned function
// is called.
func SetMaxLooked(n int) (undo func()) {
	before := maxLooked
	maxLooked = n
	return func() { maxLooked = before }
}
