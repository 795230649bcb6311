package objects

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Local is a directory on this machine: enough for one server. Servers and
// workers on several machines need a bucket, or a directory that they share.
type Local struct{ root *os.Root }

// unfinished begins the names of files that are being written.
const unfinished = ".part-"

// OpenLocal makes the directory, for its owner alone, where it is not there.
func OpenLocal(directory string) (*Local, error) {
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, fmt.Errorf("making the directory of exports: %w", err)
	}
	root, err := os.OpenRoot(directory) // nothing outside of it is reached, by symbolic links neither
	if err != nil {
		return nil, fmt.Errorf("opening the directory of exports: %w", err)
	}
	return &Local{root}, nil
}

// Put writes beside the object's place, to the disk, and then renames: a kill
// at any moment leaves the object whole or absent.
func (l *Local) Put(_ context.Context, o Object) error {
	if err := checkKey(o.Key); err != nil {
		return err
	}
	dir := path.Dir(o.Key)
	if err := l.root.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making a directory for %s: %w", o.Key, err)
	}
	temporary := path.Join(dir, unfinished+rand.Text())
	if err := l.write(temporary, o.Body); err != nil {
		_ = l.root.Remove(temporary)
		return fmt.Errorf("writing %s: %w", o.Key, err)
	}
	if err := l.root.Rename(temporary, o.Key); err != nil {
		return fmt.Errorf("placing %s: %w", o.Key, err)
	}
	return l.syncDirectory(dir)
}

func (l *Local) write(name string, body []byte) error {
	f, err := l.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDirectory makes the rename itself last.
func (l *Local) syncDirectory(dir string) error {
	f, err := l.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Get opens the file.
func (l *Local) Get(_ context.Context, key string) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	f, err := l.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", key, err)
	}
	return f, nil
}

// List walks the directory that prefix names.
func (l *Local) List(_ context.Context, prefix string) ([]string, error) {
	dir := strings.TrimSuffix(prefix, "/")
	if err := checkKey(dir); err != nil {
		return nil, err
	}
	var keys []string
	err := fs.WalkDir(l.root.FS(), dir, func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && !entry.IsDir() && !strings.HasPrefix(entry.Name(), unfinished) {
			keys = append(keys, name)
		}
		return err
	})
	slices.Sort(keys)
	return keys, err
}

// Delete removes the file, and its directory where that is empty now.
func (l *Local) Delete(_ context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := l.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing %s: %w", key, err)
	}
	if dir := path.Dir(key); dir != "." {
		_ = l.root.Remove(dir) // refused while something is in it
	}
	return nil
}
