//go:build linux && (amd64 || arm64)

package opv_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"rseqstep/stepper/machine"
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
	const readWriteExecute, privateAnonymous = 7, 0x22
	for _, at := range []*table.Addr{&c.code, &c.data} {
		got, err := p.Syscall(c.tid, p.Arch().Calls.Mmap, 0, 2*arena, readWriteExecute, privateAnonymous, ^uint64(0), 0)
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
	body, err := machine.DecodeBody(s.Arch(), &table.Placed{Start: at, End: at + table.Addr(len(code)), Abort: 1}, code)
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
