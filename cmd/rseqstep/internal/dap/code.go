package dap

import (
	"fmt"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxInstructions bounds one answer.
const maxInstructions = 10000

// disassemble answers disassemble. It returns exactly as many instructions as were
// requested, with "??" where there are none.
func (s *server) disassemble(r *request, a dap.DisassembleArguments) error {
	at, err := address(a.MemoryReference, a.Offset)
	if err != nil {
		return err
	}
	if a.InstructionCount < 0 || a.InstructionCount > maxInstructions || a.InstructionOffset < -maxInstructions || a.InstructionOffset > maxInstructions {
		return fmt.Errorf("%d instructions from %+d: the limit is %d per request", a.InstructionCount, a.InstructionOffset, maxInstructions)
	}
	list := []dap.DisassembledInstruction{}
	before := s.before(at, max(-a.InstructionOffset, 0))
	for len(list) < -a.InstructionOffset-len(before) && len(list) < a.InstructionCount {
		list = append(list, missing(0))
	}
	for i := range before {
		if len(list) < a.InstructionCount {
			list = append(list, s.instruction(&before[i], a.ResolveSymbols))
		}
	}
	for skip := max(a.InstructionOffset, 0); len(list) < a.InstructionCount; skip-- {
		i, ok := s.decode(at)
		switch {
		case skip > 0:
		case ok:
			list = append(list, s.instruction(&i, a.ResolveSymbols))
		default:
			list = append(list, missing(at))
		}
		at = i.Next()
	}
	s.lines(list)
	s.respond(r, &dap.DisassembleResponse{Body: dap.DisassembleResponseBody{Instructions: list}})
	return nil
}

// missing is the placeholder for an instruction that does not exist.
func missing(at table.Addr) dap.DisassembledInstruction {
	return dap.DisassembledInstruction{Address: at.String(), Instruction: "??"}
}

// decode decodes one instruction, or one byte if it is not an instruction.
func (s *server) decode(at table.Addr) (machine.Insn, bool) {
	var code [machine.MaxLen]byte
	none := machine.Insn{Addr: at, Len: 1}
	n, _ := s.session.ReadMemory(at, code[:])
	if n == 0 {
		return none, false
	}
	i, err := s.session.Arch().Decode(at, code[:n])
	if err != nil {
		return none, false
	}
	return i, true
}

// before returns at most count instructions that end at an address. Instructions can be
// decoded only forwards, so it begins at the start of a function.
func (s *server) before(at table.Addr, count int) []machine.Insn {
	var all []machine.Insn
	for len(all) < count {
		f, ok := s.session.Symbols().Function(at - 1)
		if !ok {
			break
		}
		low := at
		for _, r := range f.Ranges {
			if r.Contains(at - 1) {
				low = r.Low
			}
		}
		var these []machine.Insn
		for pc := low; pc < at; {
			i, ok := s.decode(pc)
			if !ok || i.Next() > at {
				these = nil // no instruction ends there
				break
			}
			these = append(these, i)
			pc = i.Next()
		}
		if len(these) == 0 {
			break
		}
		all, at = append(these, all...), low
	}
	return all[max(len(all)-count, 0):]
}

// instruction returns an instruction as the client shows it, with the marks of
// restartable sequences.
func (s *server) instruction(i *machine.Insn, names bool) dap.DisassembledInstruction {
	naming := s.session.Symbolic
	if !names {
		naming = nil
	}
	out := dap.DisassembledInstruction{Address: i.Addr.String(), InstructionBytes: fmt.Sprintf("% x", i.Bytes()), Instruction: show.Instruction(s.session.Arch(), i, naming)}
	if names {
		out.Symbol = s.session.Symbolic(i.Addr)
	}
	for _, p := range s.session.Sections() {
		switch {
		case p.Contains(i.Addr):
			out.Instruction += "  # rseq: in " + s.session.SectionName(p)
		case i.Addr == p.End:
			out.Instruction += "  # rseq: post-commit of " + s.session.SectionName(p)
		case i.Addr == p.Abort:
			out.Instruction += "  # rseq: abort of " + s.session.SectionName(p)
		}
	}
	return out
}

// lines sets the source lines of instructions, where the line changes.
func (s *server) lines(list []dap.DisassembledInstruction) {
	sy := s.session.Symbols()
	file, line := "", 0
	for i := range list {
		at, err := address(list[i].Address, 0)
		if err != nil || at == 0 {
			continue
		}
		depth, _ := sy.Inlines(at)
		l, ok := sy.Line(at, depth)
		if !ok || l.Line == 0 || l.Line == line && l.File == file {
			continue
		}
		list[i].Line = s.line(l.Line)
		list[i].Location = s.source(l.File)
		file, line = l.File, l.Line
	}
}
