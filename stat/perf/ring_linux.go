package perf

import (
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Offsets in struct perf_event_mmap_page (include/uapi/linux/perf_event.h).
const (
	dataHead   = 1024
	dataTail   = 1032
	dataOffset = 1040
	dataSize   = 1048
)

// ring is the buffer of one CPU.
type ring struct {
	mapped []byte
	data   []byte
}

// newRing maps a buffer of so many pages, or fewer if the kernel does not allow this user more
// (kernel.perf_event_mlock_kb, RLIMIT_MEMLOCK).
func newRing(fd, pages int) (*ring, error) {
	page := os.Getpagesize()
	m := func() ([]byte, error) {
		return unix.Mmap(fd, 0, (1+pages)*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	}
	b, err := m()
	for (err == unix.EPERM || err == unix.ENOMEM) && pages > 1 {
		pages /= 2
		b, err = m()
	}
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	r := &ring{mapped: b, data: b[page:]}
	// The fields exist since Linux 4.1.
	if off, size := *word(b, dataOffset), *word(b, dataSize); off > 0 && size > 0 && off+size <= uint64(len(b)) {
		r.data = b[off : off+size]
	}
	return r, nil
}

// read takes all records out of the buffer.
func (r *ring) read() []byte {
	head, tail := atomic.LoadUint64(word(r.mapped, dataHead)), atomic.LoadUint64(word(r.mapped, dataTail))
	if head == tail {
		return nil
	}
	out := make([]byte, head-tail)
	n := copy(out, r.data[tail%uint64(len(r.data)):])
	copy(out[n:], r.data)
	atomic.StoreUint64(word(r.mapped, dataTail), head)
	return out
}

func (r *ring) close() error { return unix.Munmap(r.mapped) }
