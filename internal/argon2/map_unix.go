//go:build linux || darwin || freebsd || netbsd || openbsd

package argon2

import (
	"syscall"
	"unsafe"
)

// mapBlocks takes pages from the system itself, so that the collector neither
// counts them towards its next run nor keeps them when they are done with.
func mapBlocks(n int) ([]block, func(), error) {
	pages, err := syscall.Mmap(-1, 0, n*blockBytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, nil, err
	}
	blocks := unsafe.Slice((*block)(unsafe.Pointer(unsafe.SliceData(pages))), n)
	return blocks, func() { _ = syscall.Munmap(pages) }, nil
}
