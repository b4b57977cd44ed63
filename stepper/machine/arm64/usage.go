package arm64

import "rseqstep/stepper/machine"

// Usage implements machine.Decoder. It decodes the instruction again: nothing that steps asks for
// it.
func (decoding) Usage(i *machine.Insn) (u machine.Usage, known bool) {
	var d decoder
	var again machine.Insn
	if d.decode(i.Addr, i.Bytes(), &again) != nil || d.unknown {
		return machine.Usage{}, false
	}
	return machine.Usage{Reads: d.reads, Sets: d.sets, Changes: d.sets, Load: d.load, Loaded: d.loaded}, true
}
