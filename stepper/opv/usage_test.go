package opv_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// flat is memory at one address.
type flat struct {
	at    table.Addr
	bytes []byte
}

func (m *flat) ReadMemory(a table.Addr, p []byte) (int, error) {
	off := uint64(a - m.at)
	if off >= uint64(len(m.bytes)) {
		return 0, fmt.Errorf("nothing is at %v", a)
	}
	if n := copy(p, m.bytes[off:]); n < len(p) {
		return n, fmt.Errorf("nothing is at %v", a+table.Addr(n))
	}
	return len(p), nil
}

// What Usage says of an instruction agrees with what the interpreter does, which agrees with the
// processor: a register that it does not read has no effect, one that it sets does not depend on
// what was there, one that it does not change stays, and it loads where it says.
func TestUsageAgreesWithTheInterpreter(t *testing.T) {
	var cases []oracleCase
	for _, c := range oracleCases() {
		cases = append(cases, expand(c)...)
	}
	arch, known, runs := amd64.Arch(), 0, 0
	const code, data = 0x10000, 0x200000
	for n, bytes := range assemble(t, cases) {
		text := cases[n].text
		i, err := arch.Decode(code, bytes)
		if err != nil || int(i.Len) != len(bytes) {
			continue // several instructions, or none
		}
		u, ok := arch.Usage(&i)
		if !ok {
			continue
		}
		known++
		if extra := u.Sets &^ u.Changes; extra != 0 {
			t.Errorf("%s: sets more than it changes: %#x", text, extra)
		}
		if extra := u.Changes &^ i.Writes; extra != 0 {
			t.Errorf("%s: changes more than Insn.Writes has: %#x", text, extra)
		}
		body, err := machine.DecodeBody(arch, &table.Placed{Start: code, End: code + table.Addr(len(bytes)), Abort: 0x90000}, append(slices.Clone(bytes), make([]byte, machine.MaxLen)...))
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(1, uint64(n)))
		for range 8 {
			s, memory := generate(random, amd64.Regs(machine.Words{}), data, cases[n].limit)
			mem := &flat{data, memory}
			first, err := opv.Run(&body, s, mem)
			if err != nil {
				continue // the interpreter does not know it, or it faults
			}
			runs++
			if !agrees(t, text, &u, &s, first) {
				break
			}
			for x := machine.Reg(1); x < 64; x++ {
				if !arch.General.Has(x) || u.Reads.Has(x) {
					continue
				}
				other := s
				other.W[x] ^= 0x5555aaaa1234
				second, err := opv.Run(&body, other, mem)
				if err != nil {
					t.Errorf("%s: it reads %s: %v", text, amd64.Name(x), err)
					continue
				}
				if !u.Sets.Has(x) {
					second.State.W[x] ^= 0x5555aaaa1234 // it keeps what it held
				}
				if second.State.W != first.State.W || second.Exit != first.Exit || !reflect.DeepEqual(second.Accesses, first.Accesses) {
					t.Errorf("%s: %s has an effect, and is not among what it reads, or is kept and is among what it sets", text, amd64.Name(x))
				}
			}
		}
	}
	t.Logf("%d of %d instructions, %d runs", known, len(cases), runs)
	if known < 250 || runs < 1500 {
		t.Errorf("only %d instructions and %d runs were compared", known, runs)
	}
}

// agrees compares one run.
func agrees(t *testing.T, text string, u *machine.Usage, s *opv.State, r opv.Result) bool {
	t.Helper()
	for x := machine.Reg(1); x < 64; x++ {
		if amd64.Arch().General.Has(x) && !u.Changes.Has(x) && r.State.W[x] != s.W[x] {
			t.Errorf("%s: it changes %s", text, amd64.Name(x))
			return false
		}
	}
	if u.Changes.Has(amd64.RSP) {
		return true // push and pop have no explicit operand
	}
	var reads []opv.Access
	for _, a := range r.Accesses {
		if a.Kind == opv.AccessRead || a.Kind == opv.AccessAdd {
			reads = append(reads, a)
		}
	}
	slices.SortFunc(reads, func(a, b opv.Access) int { return cmp.Compare(a.Addr, b.Addr) })
	switch {
	case u.Loaded == 0 && len(reads) == 0:
	case u.Loaded > 0 && len(reads) == 1 && len(reads[0].Data) == int(u.Loaded) && (reads[0].Addr == u.Load.Address(&s.Regs) || isBitString(text)):
	default:
		t.Errorf("%s: it loads %d bytes at %v, the interpreter reads %+v", text, u.Loaded, u.Load.Address(&s.Regs), reads)
		return false
	}
	return true
}

// isBitString: bt and its relatives with a register read elsewhere than at their operand (Intel SDM
// volume 1, 4.5).
func isBitString(text string) bool { return len(text) > 2 && text[:2] == "bt" }
