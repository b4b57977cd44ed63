package expr

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxAddressed bounds the instructions between the one that computes a result's address and the
// call: others compute arguments.
const maxAddressed = 40

// resultAddress is where the function that has just returned to the innermost frame was told to put
// its result, in a register that it need not keep (machine.Arch.ResultAddress). The instructions in front of
// the call say how the caller computed it; ok is false unless it follows from registers that the function
// has kept.
func (c *Context) resultAddress() (at table.Addr, ok bool) {
	a := c.arch()
	adder, adds := a.Decoder.(machine.Adder)
	if !adds || len(c.Frames) == 0 || c.Source == nil {
		return 0, false
	}
	regs := &c.Frames[0].Regs
	insns, code := c.codeBefore(a, regs.PC())
	if n := len(insns); n == 0 || insns[n-1].Kind != machine.Call && insns[n-1].Kind != machine.IndirectCall {
		return 0, false
	}
	call := insns[len(insns)-1].Addr
	want, sum, changed := a.ResultAddress, uint64(0), machine.RegSet(0)
	for n := len(insns) - 2; n >= max(0, len(insns)-maxAddressed); n-- {
		i := &insns[n]
		if i.Kind != machine.Plain {
			return 0, false
		}
		if i.Writes.Has(want) {
			to, from, plus, ok := adder.Sum(i, nil)
			if !ok || to != want {
				return 0, false
			}
			want, sum = from, sum+plus
			if (a.Saved | machine.SetOf(a.SP)).Has(want) && !(changed | i.Writes).Has(want) {
				return table.Addr(regs.Value(want) + sum), !code.entered(a, machine.Range{Low: i.Addr + 1, High: call + 1})
			}
		}
		changed |= i.Writes
	}
	return 0, false
}

// codeRange is the code from an address on.
type codeRange struct {
	at    table.Addr
	bytes []byte
}

// entered reports whether a direct jump leads into a range.
func (r codeRange) entered(a *machine.Arch, into machine.Range) (yes bool) {
	a.Branches(r.at, r.bytes, into, true, func(from, _ table.Addr) { yes = true })
	return yes
}

// codeBefore decodes the function that contains the instruction before pc, up to pc.
func (c *Context) codeBefore(a *machine.Arch, pc table.Addr) (insns []machine.Insn, all codeRange) {
	f, ok := c.Source.Function(pc - 1)
	if !ok {
		return nil, codeRange{}
	}
	const most = 1 << 20 // bytes of a function
	for _, r := range f.Ranges {
		if pc-1-r.Low >= r.High-r.Low || r.High-r.Low > most {
			continue
		}
		all = codeRange{r.Low, make([]byte, r.High-r.Low)}
		if c.read(r.Low, all.bytes) != nil {
			return nil, codeRange{}
		}
		for at := r.Low; at < pc; {
			i, err := a.Decode(at, all.bytes[at-r.Low:])
			if err != nil {
				return nil, codeRange{}
			}
			insns, at = append(insns, i), i.Next()
		}
	}
	return insns, all
}
