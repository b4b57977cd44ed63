package corefile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// Types of notes. See include/uapi/linux/elf.h. Those named "LINUX" have
// separate numbers.
const (
	notePrstatus = 1          // NT_PRSTATUS
	noteFPRegs   = 2          // NT_PRFPREG
	notePrpsinfo = 3          // NT_PRPSINFO
	noteAuxv     = 6          // NT_AUXV
	noteSiginfo  = 0x53494749 // NT_SIGINFO
	noteFile     = 0x46494c45 // NT_FILE
)

// Limits in bytes for reading notes: all together (32,768 threads with AMX's 11 kB each
// have 400 MB), NT_FILE (65,530 mappings with paths of 1 kB), others.
const (
	maxNotes    = 1 << 30
	maxFileNote = 1 << 26
	maxNote     = 1 << 16
)

// note is the position of a note's content, or of all notes together, in the
// file.
type note struct{ offset, size uint64 }

const noteHeader = 12 // n_namesz, n_descsz, n_type: 4 bytes each

// eachNote calls f for every note of a segment.
func (in input) eachNote(all note, f func(name string, kind uint32, content note) error) error {
	if !in.has(all.offset, all.size) {
		return because(ErrTruncated, "the notes (%d bytes at offset %#x)", all.size, all.offset)
	}
	if all.size > maxNotes {
		return because(ErrMalformed, "notes of %d bytes", all.size)
	}
	r := bufio.NewReaderSize(io.NewSectionReader(in.r, int64(all.offset), int64(all.size)), 1<<16)
	for at := uint64(0); all.size-at >= noteHeader; {
		var h [noteHeader]byte
		if _, err := io.ReadFull(r, h[:]); err != nil {
			return because(ErrTruncated, "a note")
		}
		le := binary.LittleEndian
		named, size, kind := uint64(le.Uint32(h[:])), uint64(le.Uint32(h[4:])), le.Uint32(h[8:])
		room := all.size - at - noteHeader
		if padded(named) > room || size > room-padded(named) {
			return because(ErrMalformed, "a note of %d bytes with %d left, at offset %#x", size, room, all.offset+at)
		}
		name := make([]byte, min(padded(named), 16))
		if _, err := io.ReadFull(r, name); err != nil {
			return because(ErrTruncated, "a note")
		}
		name = name[:min(named, uint64(len(name)))]
		content := note{offset: all.offset + at + noteHeader + padded(named), size: size}
		if err := f(string(bytes.TrimRight(name, "\x00")), kind, content); err != nil {
			return err
		}
		rest := padded(named) - min(padded(named), 16) + min(padded(size), room-padded(named))
		if _, err := r.Discard(int(rest)); err != nil {
			return because(ErrTruncated, "a note")
		}
		at += noteHeader + padded(named) + min(padded(size), room-padded(named))
	}
	return nil
}

// padded is a length rounded up to 4 bytes.
func padded(n uint64) uint64 { return (n + 3) &^ 3 }

// readNotes reads every note. Those of a thread follow its NT_PRSTATUS.
func (c *Core) readNotes() error {
	if len(c.notes) == 0 {
		return ErrNoThreads
	}
	left := uint64(maxNotes)
	for _, all := range c.notes {
		if all.size > left { // note segments that overlap
			return because(ErrMalformed, "notes of more than %d bytes", maxNotes)
		}
		left -= all.size
		var last *Thread
		err := c.in.eachNote(all, func(name string, kind uint32, content note) (err error) {
			if name == "CORE" && kind == notePrstatus {
				last, err = c.addThread(content)
				return err
			}
			return c.take(name, kind, content, last)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// take processes one note. last is the thread that it belongs to, if any; nil before the first.
func (c *Core) take(name string, kind uint32, content note, last *Thread) error {
	read := func(most uint64, what string) ([]byte, error) {
		if content.size > most {
			return nil, because(ErrMalformed, "%s of %d bytes", what, content.size)
		}
		return c.in.bytes(content.offset, content.size, what)
	}
	switch {
	case name == "LINUX" && last != nil:
		return c.takeLinux(last, kind, content)
	case name != "CORE":
	case kind == noteFPRegs && last != nil:
		last.fpregs = content
	case kind == noteSiginfo && last != nil:
		last.siginfo = content
	case kind == noteAuxv:
		b, err := read(maxNote, "NT_AUXV")
		c.auxv = b
		return err
	case kind == notePrpsinfo:
		b, err := read(maxNote, "NT_PRPSINFO")
		if err != nil {
			return err
		}
		c.info, err = parsePrpsinfo(b)
		return err
	case kind == noteFile:
		b, err := read(maxFileNote, "NT_FILE")
		if err != nil {
			return err
		}
		c.files, err = parseFiles(b)
		return err
	}
	return nil
}
