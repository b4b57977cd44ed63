//go:build linux && amd64

package opv_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// tries is the number of inputs for each instruction.
const tries = 24

// processor runs instructions on the real processor.
type processor struct {
	p          *ptrace.Process
	tid        int
	code, data table.Addr
}

func newProcessor(t *testing.T) *processor {
	t.Helper()
	tabletest.NeedPtrace(t)
	p, err := ptrace.Launch(ptrace.LaunchOptions{Path: tabletest.NeedTool(t, "true")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Kill(); err != nil {
			t.Error(err)
		}
	})
	c := &processor{p: p, tid: p.PID()}
	const mmap, readWriteExecute, privateAnonymous = 9, 7, 0x22
	for _, at := range []*table.Addr{&c.code, &c.data} {
		got, err := p.Syscall(c.tid, mmap, 0, 2*arena, readWriteExecute, privateAnonymous, ^uint64(0), 0)
		if err != nil || got < 0 {
			t.Fatalf("mmap: %d, %v", got, err)
		}
		*at = table.Addr(got)
	}
	return c
}

// try runs code from s and memory, and returns the resulting state and memory.
func (c *processor) try(s opv.State, code, memory []byte) (opv.State, []byte, error) {
	area, err := c.p.XState(c.tid)
	if err != nil {
		return s, nil, err
	}
	for _, err := range []error{
		second(c.p.WriteMemory(c.code, code)), second(c.p.WriteMemory(c.data, memory)),
		opv.StoreVectors(&s, area), c.p.SetXState(c.tid, area), c.p.SetRegs(c.tid, &s.Regs),
	} {
		if err != nil {
			return s, nil, err
		}
	}
	r := s.Regs
	for steps := 0; r.PC() == c.code || uint64(r.PC()-c.code) < uint64(len(code)); steps++ {
		ev, err := c.p.Step(c.tid, 0, 0)
		if err != nil || ev.Kind != tracee.EventStep || steps > 100 {
			return s, nil, fmt.Errorf("step %d: %+v, %w", steps, ev, errors.Join(err, errors.New("no step")))
		}
		if err := c.p.Regs(c.tid, &r); err != nil {
			return s, nil, err
		}
	}
	after := opv.State{Regs: r}
	if area, err = c.p.XState(c.tid); err != nil {
		return s, nil, err
	}
	if err := opv.LoadVectors(&after, area); err != nil {
		return s, nil, err
	}
	got := make([]byte, len(memory))
	_, err = c.p.ReadMemory(c.data, got)
	return after, got, err
}

func second(_ int, err error) error { return err }

// interpret does the same with the interpreter.
func interpret(s opv.State, code, memory []byte, at, data table.Addr) (opv.State, []byte, error) {
	body, err := machine.DecodeBody(amd64.Arch(), &table.Placed{Start: at, End: at + table.Addr(len(code)), Abort: 1}, code)
	if err != nil {
		return s, nil, err
	}
	mem := &bufferMemory{at: data, data: bytes.Clone(memory)}
	result, err := opv.Run(&body, s, mem)
	if err != nil {
		return s, nil, err
	}
	for _, a := range result.Accesses {
		if a.Kind != opv.AccessRead {
			copy(mem.data[a.Addr-data:], a.Data)
		}
	}
	return result.State, mem.data, nil
}

func TestInterpreterAgreesWithTheProcessor(t *testing.T) {
	var cases []oracleCase
	for _, c := range oracleCases() {
		cases = append(cases, expand(c)...)
	}
	codes := assemble(t, cases)
	c := newProcessor(t)
	base := amd64.Regs(machine.Words{})
	if err := c.p.Regs(c.tid, &base); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(2017, 11))
	for n, o := range cases {
		for range tries {
			s, memory := generate(random, base, c.data, o.limit)
			s.W[amd64.RIP] = uint64(c.code)
			want, wantMemory, err := c.try(s, codes[n], memory)
			if err != nil {
				t.Fatalf("%s: %v", o.text, err)
			}
			got, gotMemory, err := interpret(s, codes[n], memory, c.code, c.data)
			if err != nil {
				t.Errorf("%s (% x): %v", o.text, codes[n], err)
				break
			}
			if what := difference(got, want, o.undefined); what != "" || !bytes.Equal(gotMemory, wantMemory) {
				t.Errorf("%s (% x): %s, memory equal: %v\nfrom %x", o.text, codes[n], what, bytes.Equal(gotMemory, wantMemory), s.W)
				break
			}
		}
	}
	t.Logf("%d instructions, %d inputs each", len(cases), tries)
}
