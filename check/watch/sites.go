package watch

import (
	"debug/elf"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// site is a place where code is about to make a system call of interest: the instruction that
// enters the kernel, or a call of syscall(3).
type site struct {
	number  uint64
	name    string
	called  bool // a call of syscall(3), whose arguments are a function's
	done    bool // nothing more is to be learnt here
	planted bool // it has a trap
	strange int  // how often it made another call
}

// maxStrange is how often a site may make calls of no interest before its trap is taken out.
const maxStrange = 16

// Limits of the way from the instruction that loads a call's number to the one that makes the call.
const (
	siteInsns = 32
	siteBytes = 192
)

// chunk is how much code is searched at once, bytes.
const chunk = 1 << 20

// numbers are the system calls of interest on the program's architecture.
func (w *Watch) numbers() map[uint64]string {
	calls := w.engine.Target().Arch().Calls
	numbers := map[uint64]string{}
	if calls.Rseq != 0 {
		numbers[calls.Rseq] = "rseq"
	}
	if calls.Membarrier != 0 {
		numbers[calls.Membarrier] = "membarrier"
	}
	return numbers
}

// findSites searches a module's code for call sites and plants traps there. It searches for
// what loads the call's number, decodes it, and follows the code to the instruction that makes the
// call. A trap stands there only: what happens to look like a load in the middle of other code does
// not lead to such an instruction.
func (w *Watch) findSites(m *table.Module) {
	if m.File == nil {
		return
	}
	for n := range m.File.Segments {
		s := &m.File.Segments[n]
		if s.Flags&elf.PF_X == 0 {
			continue
		}
		low, high := m.Addr(s.Addr), m.Addr(s.Addr)+table.Addr(s.FileSize)
		buf := make([]byte, min(chunk+siteBytes, int(s.FileSize)))
		for at := low; at < high; at += chunk {
			part := buf[:min(len(buf), int(high-at))]
			k, _ := w.engine.Target().ReadMemory(at, part)
			for number, name := range w.numbers() {
				w.engine.Target().Arch().Loads(at, part[:k], uint32(number), func(from table.Addr) {
					w.follow(from, part[from-at:k], number, name)
				})
			}
		}
	}
}

// follow decodes an instruction that may load the number, and plants a trap at the instruction
// that makes the call.
func (w *Watch) follow(pc table.Addr, code []byte, number uint64, name string) {
	arch := w.engine.Target().Arch()
	insn, err := arch.Decode(pc, code)
	if err != nil {
		return
	}
	to, value, ok := arch.Constant(&insn, nil)
	direct, called := to == arch.NextSyscall, to == arch.Arguments[0]
	if !ok || value != number || !direct && !called {
		return
	}
	for n := 0; n < siteInsns && insn.Next() < pc+siteBytes; n++ {
		at := insn.Next() - pc
		if int(at) >= len(code) {
			return
		}
		if insn, err = arch.Decode(insn.Next(), code[at:]); err != nil {
			return
		}
		switch insn.Kind {
		case machine.Syscall:
			if direct {
				w.plantSite(insn.Addr, &site{number: number, name: name})
			}
			return
		case machine.Call, machine.IndirectCall, machine.Jump, machine.IndirectJump:
			if called {
				w.plantSite(insn.Addr, &site{number: number, name: name, called: true})
			}
			return
		case machine.Return, machine.Trap:
			return
		}
		if insn.Writes.Has(to) {
			return
		}
	}
}

func (w *Watch) plantSite(at table.Addr, s *site) {
	if w.sites[at] != nil || w.o.Plant(at) != nil {
		return // none may stand there, or the module is being unmapped
	}
	s.planted = true
	w.sites[at] = s
}

// dropSite takes a site's trap out.
func (w *Watch) dropSite(at table.Addr, s *site) {
	if s.done = true; s.planted {
		_ = w.o.Unplant(at) // the ledger tries again
	}
}
