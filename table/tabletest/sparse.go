package tabletest

import "io"

// Sparse is a file of Len bytes that begins with Head and is zero after it:
// like a hostile sparse file, without the disk.
type Sparse struct {
	Head []byte
	Len  int64
}

// Size is Len, as in os.FileInfo.
func (s *Sparse) Size() int64 { return s.Len }

// ReadAt implements io.ReaderAt.
func (s *Sparse) ReadAt(p []byte, off int64) (int, error) {
	if off >= s.Len {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), s.Len-off))
	clear(p[:n])
	if off < int64(len(s.Head)) {
		copy(p[:n], s.Head[off:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
