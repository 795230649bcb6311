package objects

import (
	"context"
	"errors"
	"io"
	"io/fs"
)

// ErrNotFound says that there is no object of that key.
var ErrNotFound = errors.New("objects: no such object")

// errKey says that a key is no path below the store's root.
var errKey = errors.New("objects: a key is a relative path without dots for directories")

// Object is what is written at once. It is in memory because it is sent again
// when an attempt fails.
type Object struct {
	Key      string // a path with slashes
	Body     []byte
	Type     string // of the content; application/octet-stream where empty
	Encoding string // of the content, such as gzip
}

// Store keeps objects.
type Store interface {
	// Put writes an object whole, in the place of what had its key.
	Put(ctx context.Context, o Object) error
	// Get reads an object from its beginning, or is ErrNotFound.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// List is the keys that begin with prefix, which ends in a slash, in their order.
	List(ctx context.Context, prefix string) ([]string, error)
	// Delete removes an object; one that is not there is no error.
	Delete(ctx context.Context, key string) error
}

// DeleteAll removes every object below prefix.
func DeleteAll(ctx context.Context, s Store, prefix string) error {
	keys, err := s.List(ctx, prefix)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := s.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

func checkKey(key string) error {
	if key == "." || !fs.ValidPath(key) {
		return errKey
	}
	return nil
}
