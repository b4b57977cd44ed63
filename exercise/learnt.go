package exercise

import (
	"context"
	"encoding/binary"
	"time"

	"rseqstep/check"
	"rseqstep/stepper"
	"rseqstep/table"
)

// noFile is the Module of a section whose code is in no file. Its addresses are the process's, which
// differ from run to run.
const noFile = "[no file]"

// moduleOf is where a section's code comes from, and the difference between the addresses of the process
// and the file's.
func (x *Exercise) moduleOf(p *table.Placed) (path string, m *table.Module) {
	if m = p.Module; m == nil {
		m = x.engine.Image().ModuleAt(p.Start) // a file that declares nothing: sstrip(1) removes section headers
	}
	if m == nil {
		return noFile, nil
	}
	return m.Path, m
}

// fileAddress is an address of the process in a file; without a file, the address itself.
func fileAddress(m *table.Module, a table.Addr) check.Address {
	if m == nil {
		return check.Address(a)
	}
	return check.Address(m.FileAddr(a))
}

// look learns the sections that threads have armed and that no file declares: their descriptors are made
// at run time, or the file has lost its section headers. What a thread has armed last stays in its
// rseq_cs until the kernel clears it, at the next abort or preemption outside of the section. Every
// thread must be held. It reports whether there was a new one.
func (x *Exercise) look() bool {
	before := len(x.placed)
	for _, tid := range x.engine.Target().Threads() {
		c, err := x.o.Registration(tid)
		if err != nil || !c.Registered() {
			continue
		}
		var b [8]byte
		if n, _ := x.engine.Target().ReadMemory(c.CSField(), b[:]); n == len(b) {
			x.learn(table.Addr(binary.LittleEndian.Uint64(b[:])))
		}
	}
	x.Loaded()
	return len(x.placed) > before
}

// Periods between two looks at what the threads have armed. Each look stops the whole program, so they
// become longer.
const firstLook = 20 * time.Millisecond

// watch is Continue, with looks.
func (x *Exercise) watch(ctx context.Context) error {
	for period := firstLook; ; period *= 2 {
		until, cancel := context.WithTimeout(ctx, period)
		stop, err := x.o.Continue(until)
		cancel()
		if err != nil || ctx.Err() != nil || stop.Reason != stepper.StopInterrupt {
			return err
		}
		if x.look() {
			period = firstLook / 2
		}
	}
}
