package audit

import "context"

// watchKey is where a context keeps who is told.
type watchKey struct{}

// Watch makes a context whose transactions tell of each type of entry that they
// record, whether or not they commit. So what stands around a request knows
// what it came to, and no handler has to say it twice.
func Watch(ctx context.Context, told func(kind string)) context.Context {
	return context.WithValue(ctx, watchKey{}, told)
}

func tell(ctx context.Context, kind string) {
	if told, ok := ctx.Value(watchKey{}).(func(string)); ok {
		told(kind)
	}
}
