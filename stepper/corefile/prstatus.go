package corefile

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Offsets of fields in the 64-bit struct elf_prstatus and struct elf_prpsinfo, in bytes.
// See include/linux/elfcore.h.
const (
	prCursig  = 12  // short
	prSighold = 24  // unsigned long: the first word of the blocked signals
	prPID     = 32  // pid_t, of the thread
	prReg     = 112 // elf_gregset_t: the architecture's general registers
	prRest    = 8   // after them: int pr_fpvalid, padding

	psPID  = 24 // pid_t
	psName = 40 // char[16]
	psArgs = 56 // char[80]
	psSize = 136
)

// addThread adds a thread from its NT_PRSTATUS. A second one for the same thread is an
// error, because it makes everything about the thread doubtful.
func (c *Core) addThread(content note) (*Thread, error) {
	regs := prReg + 8*uint64(c.arch.Words)
	size := regs + prRest
	if content.size < size {
		return nil, because(ErrMalformed, "NT_PRSTATUS of %d bytes, %d are needed", content.size, size)
	}
	b, err := c.in.bytes(content.offset, size, "NT_PRSTATUS")
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	th := &Thread{TID: int(int32(le.Uint32(b[prPID:]))), Signal: int(le.Uint16(b[prCursig:])), Blocked: le.Uint64(b[prSighold:]), Regs: c.begin(b[prReg:regs])}
	if th.TID <= 0 || c.byTID[th.TID] != nil {
		return nil, because(ErrMalformed, "NT_PRSTATUS of thread %d", th.TID)
	}
	c.threads, c.byTID[th.TID] = append(c.threads, th), th
	return th, nil
}

func parsePrpsinfo(b []byte) (Info, error) {
	if len(b) < psSize {
		return Info{}, because(ErrMalformed, "NT_PRPSINFO of %d bytes, %d are needed", len(b), psSize)
	}
	return Info{
		PID:  max(0, int(int32(binary.LittleEndian.Uint32(b[psPID:])))),
		Name: text(b[psName:psArgs]),
		// The kernel puts a space at the end of each argument (fill_psinfo, fs/binfmt_elf.c),
		// including the last.
		Args: strings.TrimRight(text(b[psArgs:psSize]), " "),
	}, nil
}

// text converts a C string for display: control characters, which a terminal
// would execute, become question marks.
func text(b []byte) string {
	s, _, _ := bytes.Cut(b, []byte{0})
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, string(s))
}
