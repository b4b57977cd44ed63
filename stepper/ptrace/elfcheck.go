//go:build linux && (amd64 || arm64)

package ptrace

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine/arches"
)

// checkProgram returns why a file cannot run under this debugger, before
// anything is started: missing, not executable, not an ELF file, for another
// machine.
func checkProgram(path string) error {
	fail := func(err error) error {
		return &Error{Op: "launch " + path, Err: err}
	}
	st, err := os.Stat(path)
	if err != nil {
		return fail(underlying(err))
	}
	if st.IsDir() {
		return fail(fmt.Errorf("%w: it is a directory", unix.EISDIR))
	}
	if err := unix.Access(path, unix.X_OK); err != nil {
		return fail(fmt.Errorf("%w: it is not executable", err))
	}
	f, err := os.Open(path)
	if err != nil {
		return fail(fmt.Errorf("%w: its file cannot be read", underlying(err)))
	}
	defer f.Close()
	if err := checkHeader(f); err != nil {
		return fail(err)
	}
	return nil
}

// checkHeader looks at the ELF header: magic, class, byte order, machine, type.
// See elf(5).
func checkHeader(r io.ReaderAt) error {
	var h [20]byte
	if n, err := r.ReadAt(h[:], 0); n < len(h) {
		if bytes.HasPrefix(h[:n], []byte("#!")) {
			return scriptError()
		}
		if err == io.EOF {
			err = unix.ENOEXEC
		}
		return fmt.Errorf("%w: not an ELF file (only %d bytes)", err, n)
	}
	if string(h[:4]) != elf.ELFMAG {
		if h[0] == '#' && h[1] == '!' {
			return scriptError()
		}
		return fmt.Errorf("%w: not an ELF file", unix.ENOEXEC)
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if elf.Data(h[elf.EI_DATA]) == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	class, machine, kind := elf.Class(h[elf.EI_CLASS]), elf.Machine(order.Uint16(h[18:])), elf.Type(order.Uint16(h[16:]))
	if own := Arch(); machine != own.Machine || class != elf.ELFCLASS64 || order != binary.LittleEndian {
		return fmt.Errorf("%w: it is a program for %s, and only %s programs can be stepped here", unix.ENOEXEC, processor(machine, class, order), own.Name)
	}
	if kind != elf.ET_EXEC && kind != elf.ET_DYN {
		return fmt.Errorf("%w: it is not a program (%v)", unix.ENOEXEC, kind)
	}
	return nil
}

// processor names what a program is for.
func processor(m elf.Machine, c elf.Class, order binary.ByteOrder) string {
	var name string
	switch m {
	case elf.EM_386:
		name = "32-bit x86"
	case elf.EM_ARM:
		name = "32-bit Arm"
	default:
		a, err := arches.Of(m, elf.ELFCLASS64)
		if err != nil {
			return fmt.Sprintf("%v (%v)", m, c)
		}
		if name = a.Name; c == elf.ELFCLASS32 {
			name += " with 32-bit pointers"
		}
	}
	if order == binary.BigEndian {
		name += ", big-endian"
	}
	return fmt.Sprintf("%s (%v)", name, m)
}

func scriptError() error {
	return fmt.Errorf("%w: not an ELF file but a script; debug its interpreter instead, with the script as its argument", unix.ENOEXEC)
}

// underlying returns the errno inside an os error, because the caller names the
// path.
func underlying(err error) error {
	if pe, ok := err.(*os.PathError); ok {
		return pe.Err
	}
	return err
}
