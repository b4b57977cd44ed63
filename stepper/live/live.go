package live

import (
	"bytes"
	"errors"
	"io"

	"rseqstep/stepper"
	"rseqstep/stepper/opvcall"
	"rseqstep/stepper/symbols"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Options control how Open opens a process.
type Options struct {
	Policy   stepper.Policy
	CPUOpv   opvcall.Call // the cpu_opv call that the debugger provides; none if its Number is 0
	Warn     func(string) // called with sentences about debug information that cannot be used; nil: not called
	Attached bool         // if Open fails, it detaches from the process instead of killing it
}

// Open opens a process. Precondition: all its threads are held. The caller closes the symbols
// when the process has ended or is detached. If Open fails, it kills the process or detaches from
// it (Options.Attached). Errors are those of stepper.New, of cpu_opv, and of the kill or detach,
// joined.
func Open(target tracee.Target, o Options) (*stepper.Engine, *symbols.Set, error) {
	set := symbols.New(symbols.Options{Open: Image(target), Memory: target, Warn: o.Warn})
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

// Modules returns a function that reads the mapped modules of a process from proc(5) on each
// call.
func Modules(target tracee.Target) stepper.ModuleReader {
	var cache table.Cache
	return func() ([]*table.Module, error) { return cache.ReadModules(tracee.ProcID(target), target) }
}

// Image returns a function that opens the only module without a file, the vDSO, from the
// process's memory. For other modules that function returns nil (symbols.Options.Open).
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
