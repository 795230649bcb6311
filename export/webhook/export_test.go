package webhook

// SetMaxWaiting bounds replays otherwise until the returned function is called.
func SetMaxWaiting(n int64) (undo func()) {
	before := maxWaiting
	maxWaiting = n
	return func() { maxWaiting = before }
}
