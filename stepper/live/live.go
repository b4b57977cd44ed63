package live

import (
	"bytes"
	"errors"
	"io"

	"rseqstep/stepper"
	"rseqstep/stepper/symbols"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Options are how a process is opened.
type Options struct {
	Policy   stepper.Policy
	CPUOpv   stepper.CPUOpv // is provided unless its Number is 0
	Warn     func(string)   // gets sentences about debug information that cannot be used; nil: nobody does
	Attached bool           // the process is let go when it cannot be opened; otherwise it is killed
}

// Open opens a process whose threads are all held. The caller closes the symbols when
// the process has ended or is let go. Where Open fails, the process is killed or let
// go; errors are those of stepper.New, of cpu_opv and of that.
func Open(target tracee.Target, o Options) (*stepper.Engine, *symbols.Set, error) {
	set := symbols.New(symbols.Options{Open: Image(target), Warn: o.Warn})
	engine, err := stepper.New(target, set, Modules(target), o.Policy)
	if err == nil && o.CPUOpv.Number != 0 {
		err = engine.ProvideCPUOpv(o.CPUOpv.ABI)
	}
	if err == nil {
		return engine, set, nil
	}
	set.Close()
	if o.Attached {
		return nil, nil, errors.Join(err, target.Detach())
	}
	return nil, nil, errors.Join(err, target.Kill())
}

// Modules reads what a process has mapped, from proc(5), each time it is called.
func Modules(target tracee.Target) stepper.ModuleReader {
	var cache table.Cache
	return func() ([]*table.Module, error) { return cache.ReadModules(stepper.ProcID(target), target) }
}

// Image opens the one module that is no file, the vDSO, from the process's memory; it
// returns nil for others (symbols.Options.Open).
func Image(mem tracee.State) func(*table.Module) (io.ReaderAt, error) {
	return func(m *table.Module) (io.ReaderAt, error) {
		if m.Path != "[vdso]" {
			return nil, nil
		}
		image := make([]byte, m.High-m.Low)
		n, err := mem.ReadMemory(m.Low, image)
		if n == 0 {
			return nil, err
		}
		return bytes.NewReader(image[:n]), nil
	}
}
