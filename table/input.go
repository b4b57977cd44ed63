package table

import (
	"errors"
	"io"
	"math"
	"os"
)

// input is a file of known size, with a budget for reading that a valid file
// does not exceed: overlapping sections cannot multiply the work.
type input struct {
	r    io.ReaderAt
	size uint64
	left uint64 // bytes that may still be read in bulk
}

// bulkFactor is how many times the file's size may be read in bulk. Two passes
// over its relocations and one over everything else need less.
const bulkFactor = 4

// maxWhole is the most that is read at once, in bytes, and maxTable the longest
// table that is read in chunks: many times the sizes in the largest programs
// (workerd: 5.7 kB of descriptors, 7 MB of symbols), and small enough for a
// sparse file.
const (
	maxWhole = 32 << 20
	maxTable = 1 << 30
)

// chunk is the part of a long table that is read at once, in bytes.
const chunk = 1 << 16

func newInput(r io.ReaderAt) (*input, error) {
	size, err := sizeOf(r)
	if err != nil {
		return nil, err
	}
	return &input{r: r, size: size, left: bulkFactor*size + chunk}, nil
}

// sizeOf finds the size of r in bytes: by a method of r if it has one, else by
// reading single bytes at growing offsets.
func sizeOf(r io.ReaderAt) (uint64, error) {
	switch r := r.(type) {
	case interface{ Size() int64 }:
		return uint64(max(r.Size(), 0)), nil
	case interface{ Stat() (os.FileInfo, error) }:
		fi, err := r.Stat()
		if err != nil {
			return 0, err
		}
		if fi.Mode().IsRegular() {
			return uint64(fi.Size()), nil
		}
	}
	var b [1]byte
	has := func(off uint64) bool {
		n, err := r.ReadAt(b[:], int64(off))
		return n == 1 && (err == nil || errors.Is(err, io.EOF))
	}
	if !has(0) {
		return 0, nil
	}
	low, high := uint64(0), uint64(1) // has(low), perhaps not has(high)
	for high < math.MaxInt64/2 && has(high) {
		low, high = high, high*2
	}
	for high-low > 1 {
		if mid := low + (high-low)/2; has(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low + 1, nil
}

// within reports whether n bytes at off are in the file.
func (in *input) within(off, n uint64) bool { return off <= in.size && n <= in.size-off }

// small reads n bytes at off without counting them as bulk; it serves fixed
// sizes only.
func (in *input) small(off uint64, p []byte) error {
	if !in.within(off, uint64(len(p))) {
		return ErrTruncated
	}
	if n, err := in.r.ReadAt(p, int64(off)); n < len(p) {
		if err == nil || errors.Is(err, io.EOF) {
			err = ErrTruncated
		}
		return err
	}
	return nil
}

// charge subtracts n bytes at off from the budget.
func (in *input) charge(off, n uint64) error {
	if !in.within(off, n) {
		return ErrTruncated
	}
	if n > in.left {
		return because(ErrTooLarge, "sections overlap again and again")
	}
	in.left -= n
	return nil
}

// bytes reads n bytes at off.
func (in *input) bytes(off, n uint64) ([]byte, error) {
	if n > maxWhole && in.within(off, n) {
		return nil, because(ErrTooLarge, "%d bytes", n)
	}
	if err := in.charge(off, n); err != nil {
		return nil, err
	}
	p := make([]byte, n)
	return p, in.small(off, p)
}

// each calls f for every whole entry of a table of n bytes at off, with the
// entry's own offset in the table. The slice is valid until f returns.
func (in *input) each(off, n uint64, entry int, f func(at uint64, b []byte) error) error {
	n -= n % uint64(entry)
	if n > maxTable && in.within(off, n) {
		return because(ErrTooLarge, "a table of %d bytes", n)
	}
	if err := in.charge(off, n); err != nil {
		return err
	}
	buf := make([]byte, min(n, uint64(chunk-chunk%entry)))
	for at := uint64(0); at < n; {
		b := buf[:min(uint64(len(buf)), n-at)]
		if err := in.small(off+at, b); err != nil {
			return err
		}
		for ; len(b) > 0; b = b[entry:] {
			if err := f(at, b[:entry]); err != nil {
				return err
			}
			at += uint64(entry)
		}
	}
	return nil
}
