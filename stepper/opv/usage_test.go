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
	"rseqstep/stepper/machine/arm64"
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
	known, runs := 0, 0
	for n, code := range assemble(t, cases) {
		random := rand.New(rand.NewPCG(1, uint64(n)))
		was := runs
		for range 8 {
			s, memory := generate(random, amd64.Regs(machine.Words{}), usageData, cases[n].limit)
			if compareUsage(t, cases[n].text, code, s, memory) {
				runs++
			}
		}
		if runs > was {
			known++
		}
	}
	t.Logf("%d of %d instructions, %d runs", known, len(cases), runs)
	if known < 250 || runs < 1500 {
		t.Errorf("only %d instructions and %d runs were compared", known, runs)
	}
}

// The same for arm64: random instructions of each form that the interpreter executes.
func TestUsageAgreesWithTheInterpreterARM64(t *testing.T) {
	random, base := rand.New(rand.NewPCG(1, 2)), arm64.Regs(machine.Words{})
	for _, f := range forms() {
		runs := 0
		for range 200 {
			code, s, memory := f.instance(random, base, usageData)
			insn, err := arm64.Arch().Decode(usageCode, code)
			if err != nil {
				t.Fatalf("%s (%x): %v", f.name, code, err)
			}
			if compareUsage(t, fmt.Sprintf("%s (%x)", arm64.Arch().Format(&insn, nil), code), code, s, memory) {
				runs++
			}
			if t.Failed() {
				break
			}
		}
		if runs < 25 { // of the encodings of some, most are reserved
			t.Errorf("%s: only %d of 200 were compared", f.name, runs)
		}
	}
}

// Where instructions and their memory are.
const usageCode, usageData = 0x10000, 0x200000

// compareUsage compares the usage of one instruction with what the interpreter does in one state; false
// if one of them does not know it, or if it faults.
func compareUsage(t *testing.T, text string, bytes []byte, s opv.State, memory []byte) bool {
	t.Helper()
	arch := s.Arch()
	i, err := arch.Decode(usageCode, bytes)
	if err != nil || int(i.Len) != len(bytes) {
		return false // several instructions, or none
	}
	u, ok := arch.Usage(&i)
	if !ok {
		return false
	}
	if extra := u.Sets &^ u.Changes; extra != 0 {
		t.Errorf("%s: sets more than it changes: %#x", text, extra)
	}
	if extra := u.Changes &^ i.Writes; extra != 0 {
		t.Errorf("%s: changes more than Insn.Writes has: %#x", text, extra)
	}
	body, err := machine.DecodeBody(arch, &table.Placed{Start: usageCode, End: usageCode + table.Addr(len(bytes)), Abort: 0x90000}, append(slices.Clone(bytes), make([]byte, machine.MaxLen)...))
	if err != nil {
		t.Fatal(err)
	}
	mem := &flat{usageData, memory}
	first, err := opv.Run(&body, s, mem)
	if err != nil {
		return false
	}
	if !agrees(t, text, &u, &s, first) {
		return true
	}
	const change = 0x5555aaaa1230
	for x := machine.Reg(1); x < 64; x++ {
		if !arch.General.Has(x) || u.Reads.Has(x) {
			continue
		}
		other := s
		other.W[x] ^= change
		second, err := opv.Run(&body, other, mem)
		if err != nil {
			t.Errorf("%s: it reads %s: %v", text, arch.Names[x], err)
			continue
		}
		if !u.Sets.Has(x) {
			second.State.W[x] ^= change // it keeps what it held
		}
		if second.State.W != first.State.W || second.Exit != first.Exit || !reflect.DeepEqual(second.Accesses, first.Accesses) {
			t.Errorf("%s: %s has an effect, and is not among what it reads, or is kept and is among what it sets", text, arch.Names[x])
		}
	}
	return true
}

// agrees compares one run.
func agrees(t *testing.T, text string, u *machine.Usage, s *opv.State, r opv.Result) bool {
	t.Helper()
	for x := machine.Reg(1); x < 64; x++ {
		if s.Arch().General.Has(x) && !u.Changes.Has(x) && r.State.W[x] != s.W[x] {
			t.Errorf("%s: it changes %s", text, s.Arch().Names[x])
			return false
		}
	}
	if s.Arch() == amd64.Arch() && u.Changes.Has(amd64.RSP) {
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
