package symbols

import (
	"bytes"
	"encoding/hex"
	"hash/crc32"
	"io"
	"path/filepath"
)

// DefaultDebugDir is where distributions install separate debug files (gdb's
// `set debug-file-directory`, as Debian and Fedora configure it).
const DefaultDebugDir = "/usr/lib/debug"

// findDebugFile opens the separate debug file of main, by build id first and
// then by .gnu_debuglink, as the gdb manual's "Separate Debug Files" orders
// them. Nil when there is none that fits.
func findDebugFile(main *elfFile, dirs []string) *elfFile {
	if id := buildID(main); len(id) > 1 {
		h := hex.EncodeToString(id)
		for _, d := range dirs {
			f := openDebug(filepath.Join(d, ".build-id", h[:2], h[2:]+".debug"))
			if f == nil {
				continue
			}
			if bytes.Equal(buildID(f), id) {
				return f
			}
			f.close()
		}
	}
	name, crc, ok := debugLink(main)
	if !ok {
		return nil
	}
	path, err := filepath.EvalSymlinks(main.path)
	if err != nil {
		return nil
	}
	dir := filepath.Dir(path)
	candidates := []string{filepath.Join(dir, name), filepath.Join(dir, ".debug", name)}
	for _, d := range dirs {
		candidates = append(candidates, filepath.Join(d, dir, name))
	}
	for _, c := range candidates {
		if c == path {
			continue
		}
		if f := openDebug(c); f != nil {
			if sum, err := fileCRC(f.r); err == nil && sum == crc {
				return f
			}
			f.close()
		}
	}
	return nil
}

func openDebug(path string) *elfFile {
	r, err := openRegular(path)
	if err != nil {
		return nil
	}
	f, err := openELF(path, r)
	if err != nil {
		r.Close()
		return nil
	}
	return f
}

func (f *elfFile) close() {
	if c, ok := f.r.(io.Closer); ok {
		c.Close()
	}
}

// buildID is the descriptor of the NT_GNU_BUILD_ID note (type 3, name "GNU").
func buildID(f *elfFile) []byte {
	p, err := f.data(".note.gnu.build-id")
	if err != nil || len(p) < 16 {
		return nil
	}
	namesz, descsz, typ := f.ByteOrder.Uint32(p), f.ByteOrder.Uint32(p[4:]), f.ByteOrder.Uint32(p[8:])
	if namesz != 4 || typ != 3 || uint64(len(p)) < 16+uint64(descsz) {
		return nil
	}
	return p[16 : 16+descsz]
}

// debugLink reads .gnu_debuglink: a file name, padded with zeros to 4 bytes,
// and the CRC-32 of that file.
func debugLink(f *elfFile) (name string, crc uint32, ok bool) {
	p, err := f.data(".gnu_debuglink")
	if err != nil {
		return "", 0, false
	}
	i := bytes.IndexByte(p, 0)
	if i < 1 {
		return "", 0, false
	}
	at := (i + 4) &^ 3
	if at+4 > len(p) {
		return "", 0, false
	}
	name = string(p[:i])
	if filepath.Base(name) != name {
		return "", 0, false
	}
	return name, f.ByteOrder.Uint32(p[at:]), true
}

func fileCRC(r io.ReaderAt) (uint32, error) {
	h := crc32.NewIEEE()
	if _, err := io.Copy(h, io.NewSectionReader(r, 0, 1<<62)); err != nil {
		return 0, err
	}
	return h.Sum32(), nil
}
