package watch

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"path"
	"strings"

	"rseqstep/check"
	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// maxStack is how many frames a note keeps.
const maxStack = 16

// stack is the frames of a thread with the registers r that executes the instruction at an address, which
// is its PC or the instruction before it.
func (w *Watch) stack(at table.Addr, r machine.Regs) []check.Place {
	r.SetPC(at)
	var list []check.Place
	for n, f := range w.engine.Symbols().Frames(&r, w.engine.Target(), maxStack) {
		p := w.place(&f)
		if n == 0 {
			p.Text = w.text(at)
		}
		list = append(list, p)
	}
	return list
}

// place is a frame's place.
func (w *Watch) place(f *stepper.Frame) check.Place {
	p := check.Place{Module: f.Module, Function: f.Function, File: f.Line.File, Line: f.Line.Line, Process: check.Address(f.PC)}
	if f.Entry != 0 && f.PC >= f.Entry {
		p.Offset = uint64(f.PC - f.Entry)
	}
	if m := w.engine.Image().ModuleAt(f.PC); m != nil {
		p.Module, p.Address = m.Path, check.Address(m.FileAddr(f.PC))
		if m.File != nil {
			p.BuildID = m.File.BuildID
		}
	}
	return p
}

// text is an instruction in words.
func (w *Watch) text(at table.Addr) string {
	insn, err := w.o.Decode(at)
	if err != nil {
		return ""
	}
	return w.engine.Target().Arch().Format(insn, func(a table.Addr) (string, table.Addr) {
		name, offset, ok := w.engine.Symbols().Symbol(a)
		if !ok {
			return "", 0
		}
		return name, a - table.Addr(offset)
	})
}

// section is a section as reports name it.
func (w *Watch) section(p *table.Placed) check.Section {
	s := check.Section{Function: w.engine.SectionName(p), Descriptor: check.Address(p.Descriptor), Start: check.Address(p.Start), End: check.Address(p.End), Abort: check.Address(p.Abort)}
	if m := p.Module; m != nil {
		s.Descriptor, s.Start, s.End, s.Abort = check.Address(m.FileAddr(p.Descriptor)), check.Address(m.FileAddr(p.Start)), check.Address(m.FileAddr(p.End)), check.Address(m.FileAddr(p.Abort))
	}
	return s
}

// word reads 8 bytes of the program.
func (w *Watch) word(a table.Addr) (uint64, bool) {
	var b [8]byte
	n, _ := w.engine.Target().ReadMemory(a, b[:])
	return binary.LittleEndian.Uint64(b[:]), n == len(b)
}

// glibcs reports whether an area is the C library's for the thread with a thread pointer:
// __rseq_offset of sys/rseq.h says where it has its areas, once it has one (glibc manual,
// "Restartable Sequences"). Before that, and in a program without symbols, an area is the library's if
// code of the library registers it, or if it lies near the thread pointer but not among the program's
// own thread-local variables: the library has it in its description of the thread, or behind them
// (since glibc 2.41).
func (w *Watch) glibcs(area, pointer table.Addr, caller string) bool {
	if at, ok := w.engine.Symbols().Address("__rseq_offset"); ok {
		if offset, ok := w.word(at); ok && offset != 0 {
			return area == pointer+table.Addr(offset)
		}
	}
	if base := path.Base(caller); strings.HasPrefix(base, "libc.so") || strings.HasPrefix(base, "ld-linux") {
		return true
	}
	from, size := w.ownBlock()
	return uint64(area-pointer-from) >= size && area-pointer+descriptorSize < 2*descriptorSize
}

// ownBlock is the program's block of thread-local variables: the distance in bytes from the thread
// pointer, and the size.
func (w *Watch) ownBlock() (from table.Addr, size uint64) {
	f, err := elf.Open(w.engine.Target().Executable())
	if err != nil {
		return 0, 0
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_TLS {
			return table.Addr(w.engine.Target().Arch().ThreadBlock(p.Vaddr, p.Memsz, p.Align)), p.Memsz
		}
	}
	return 0, 0
}

// descriptorSize is more than glibc's struct pthread has, bytes.
const descriptorSize = 1 << 12

// auxv reads AT_RSEQ_FEATURE_SIZE and AT_RSEQ_ALIGN (include/uapi/linux/auxvec.h).
func auxv(t tracee.State) (size, align uint64) {
	b, _ := t.Auxv()
	for ; len(b) >= 16; b = b[16:] {
		switch v := binary.LittleEndian.Uint64(b[8:]); binary.LittleEndian.Uint64(b) {
		case 27:
			size = v
		case 28:
			align = v
		}
	}
	return size, align
}

// who names the code that made a call.
func who(p *check.Place) string {
	if p.Function == "" {
		return p.Module
	}
	return fmt.Sprintf("%s of %s", p.Function, p.Module)
}
