package corefile

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"rseqstep/table"
)

// mapped is a mapped file, as found on this machine.
type mapped struct {
	*os.File             // nil if and only if err is not
	path     string      // path on this machine
	elf      *table.File // nil for a file that is not ELF
	err      error       // why it cannot be read, or that it is not the mapped file
}

func (m *mapped) close() error {
	if m.File == nil {
		return nil
	}
	return m.Close()
}

// ErrChanged is wrapped by the error of a file that is not the mapped one.
var ErrChanged = errors.New("the file is not the one that was mapped: they differ")

// plain is a mapping's path without the suffix that the kernel adds for a
// deleted file.
func plain(path string) string { return strings.TrimSuffix(path, " (deleted)") }

// mapped is the file mapped under a path.
func (p *Process) mapped(path string) *mapped {
	if m := p.opened[path]; m != nil {
		return m
	}
	m := p.open(path)
	if m.err != nil {
		m.err = fmt.Errorf("%s: %w", m.path, m.err)
		m.File, m.elf = nil, nil
	}
	p.opened[path] = m
	return m
}

func (p *Process) open(path string) *mapped {
	m := &mapped{path: plain(path)}
	ours := p.main() != nil && path == p.main().Path
	if ours && p.program != "" {
		m.path = p.program
	}
	fi, err := os.Stat(m.path)
	if err == nil && !fi.Mode().IsRegular() { // a device's memory cannot be read again
		err = errors.New("not a regular file")
	}
	if err != nil {
		m.err = underlying(err)
		return m
	}
	if m.File, err = os.Open(m.path); err != nil {
		m.err = underlying(err)
		return m
	}
	if m.elf, err = table.Parse(m.File); err != nil && !errors.Is(err, table.ErrNotELF) {
		m.err = err
	}
	if m.err == nil && !(ours && p.given) { // a program named by the user is used in any case
		m.err = p.fits(path, m)
	}
	if m.err != nil {
		m.close()
	}
	return m
}

// underlying returns the errno inside an os error, because the caller names the
// path.
func underlying(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// fits compares a file with the mapped one: by the build ID, if both have one, else by
// the dumped part of its first page. Error: ErrChanged.
func (p *Process) fits(path string, m *mapped) error {
	if m.elf == nil {
		return nil
	}
	first := p.beginning(path)
	if len(first) == 0 {
		return nil // nothing of it was dumped: no evidence against it
	}
	if id := buildID(first); id != "" && m.elf.BuildID != "" {
		if id != m.elf.BuildID {
			return fmt.Errorf("%w (build ID %s, was %s)", ErrChanged, m.elf.BuildID, id)
		}
		return nil
	}
	have := make([]byte, len(first))
	if n, _ := m.ReadAt(have, 0); n < len(have) || !bytes.Equal(have, first) {
		return ErrChanged
	}
	return nil
}

// beginning is the dumped part of a file's first page: the kernel dumps that of ELF files
// by default (coredump_filter bit 4 in core(5)).
func (p *Process) beginning(path string) []byte {
	for i := range p.files {
		if m := &p.files[i]; m.Path == path && m.Offset == 0 {
			b := make([]byte, min(4096, uint64(m.High-m.Low)))
			n, _ := p.readDumped(m.Low, b)
			return b[:n]
		}
	}
	return nil
}

// buildID finds the build ID in the beginning of an ELF file, hexadecimal; "" for none.
func buildID(b []byte) string {
	if len(b) < headerSize || !bytes.HasPrefix(b, []byte(elf.ELFMAG)) || elf.Class(b[elf.EI_CLASS]) != elf.ELFCLASS64 {
		return ""
	}
	le := binary.LittleEndian
	in := input{r: bytes.NewReader(b), size: uint64(len(b))}
	id := ""
	offset, count := le.Uint64(b[32:]), uint64(le.Uint16(b[56:]))
	for i := range count {
		h, err := in.bytes(offset+i*programHeaderSize, programHeaderSize, "")
		if err != nil {
			return id
		}
		if elf.ProgType(le.Uint32(h)) != elf.PT_NOTE {
			continue
		}
		// A malformed note, or one beyond the first page, counts as no build ID.
		_ = in.eachNote(note{offset: le.Uint64(h[8:]), size: le.Uint64(h[32:])}, func(name string, kind uint32, content note) error {
			const gnuBuildID = 3 // NT_GNU_BUILD_ID
			if name == "GNU" && kind == gnuBuildID && content.size <= 64 && id == "" {
				b, err := in.bytes(content.offset, content.size, "")
				id = hex.EncodeToString(b)
				return err
			}
			return nil
		})
	}
	return id
}
