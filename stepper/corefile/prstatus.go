package corefile

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Where fields lie in struct elf_prstatus and struct elf_prpsinfo of 64 bits, bytes. See
// include/linux/elfcore.h.
const (
	prCursig  = 12  // short
	prSighold = 24  // unsigned long: the first word of the blocked signals
	prPID     = 32  // pid_t, of the thread
	prReg     = 112 // elf_gregset_t: the architecture's general registers
	prRest    = 8   // behind them: int pr_fpvalid, padding

	psPID  = 24 // pid_t
	psName = 40 // char[16]
	psArgs = 56 // char[80]
	psSize = 136
)

// addThread takes up an NT_PRSTATUS. A second one of the same thread is an error:
// every answer about the thread would be doubtful.
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
	th := &Thread{TID: int(int32(le.Uint32(b[prPID:]))), Signal: int(le.Uint16(b[prCursig:])), Blocked: le.Uint64(b[prSighold:]), Regs: c.arch.RegsOf(b[prReg:regs])}
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
		// The kernel puts a space where an argument ends (fill_psinfo, fs/binfmt_elf.c), also behind the last.
		Args: strings.TrimRight(text(b[psArgs:psSize]), " "),
	}, nil
}

// text is a C string that is shown to the user: a control character, which a
// terminal would obey, is a question mark.
func text(b []byte) string {
	s, _, _ := bytes.Cut(b, []byte{0})
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, string(s))
}
