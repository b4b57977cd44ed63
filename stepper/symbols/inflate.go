package symbols

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
)

// inflateGNU decompresses a .zdebug_* section: "ZLIB", the size as 8 big-endian
// bytes, a zlib stream (binutils before SHF_COMPRESSED; `ld
// --compress-debug-sections=zlib-gnu`).
func inflateGNU(p []byte) ([]byte, error) {
	if len(p) < 12 || string(p[:4]) != "ZLIB" {
		return p, nil
	}
	size := binary.BigEndian.Uint64(p[4:12])
	if size > maxSection {
		return nil, errors.New("compressed section claims too many bytes")
	}
	z, err := zlib.NewReader(bytes.NewReader(p[12:]))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return io.ReadAll(io.LimitReader(z, int64(size)))
}
