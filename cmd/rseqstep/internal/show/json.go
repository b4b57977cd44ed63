package show

import (
	"encoding/json"
	"io"

	"rseqstep/stepper"
	"rseqstep/table"
)

// jsonVersion counts incompatible changes of the objects below.
const jsonVersion = 1

// jsonStop is a stop as --json prints it. Addresses are strings, because some JSON
// readers cannot represent such large numbers.
type jsonStop struct {
	Version     int         `json:"version"`
	Reason      string      `json:"reason"`
	PID         int         `json:"pid,omitempty"`
	Thread      int         `json:"thread,omitempty"`
	ThreadID    int         `json:"tid,omitempty"`
	PC          string      `json:"pc,omitempty"`
	Function    string      `json:"function,omitempty"`
	File        string      `json:"file,omitempty"`
	Line        int         `json:"line,omitempty"`
	Module      string      `json:"module,omitempty"`
	Breakpoints []int       `json:"breakpoints,omitempty"`
	Watch       []jsonWatch `json:"watch,omitempty"`
	Signal      string      `json:"signal,omitempty"`
	ExitCode    *int        `json:"exit_code,omitempty"`
	Value       string      `json:"value,omitempty"`
	Units       []jsonUnit  `json:"units,omitempty"`
	Dropped     int         `json:"units_dropped,omitempty"` // number of earlier reports that were dropped
	Notes       []string    `json:"notes,omitempty"`
	Child       int         `json:"child,omitempty"`
	Syscall     string      `json:"syscall,omitempty"` // its name, or its number
	Gone        *jsonThread `json:"gone,omitempty"`    // thread-exited: which
}

type jsonThread struct {
	Thread int `json:"thread,omitempty"`
	TID    int `json:"tid"`
}

type jsonWatch struct {
	Number int    `json:"number"`
	Expr   string `json:"expr"`
	Old    string `json:"old,omitempty"`
	New    string `json:"new,omitempty"`
}

type jsonUnit struct {
	Kind   string   `json:"kind"` // "rseq", "vdso"
	TID    int      `json:"tid"`
	Name   string   `json:"name"`
	Start  string   `json:"start"`
	End    string   `json:"end,omitempty"`
	Result string   `json:"result"`
	Exit   string   `json:"exit,omitempty"`
	To     string   `json:"to,omitempty"`
	CPU    *int     `json:"cpu,omitempty"`
	Passes int      `json:"passes"`
	Rung   int      `json:"rung"` // 1 run, 2 cpu_opv or a system call, 3 quiet phase, 4 run to the function's return
	Vector []string `json:"vector,omitempty"`
}

// Reason returns a reason as one word.
func Reason(r stepper.Reason) string {
	names := map[stepper.Reason]string{
		stepper.StopStep: "step", stepper.StopBreakpoint: "breakpoint", stepper.StopWatchpoint: "watchpoint",
		stepper.StopFinished: "finished", stepper.StopSignal: "signal", stepper.StopInterrupt: "interrupt",
		stepper.StopExited: "exited", stepper.StopKilled: "killed", stepper.StopExec: "exec",
		stepper.StopLoaded: "loaded", stepper.StopAttached: "attached",
		stepper.StopThreadExited: "thread-exited", stepper.StopCore: "core",
		stepper.StopFork: "fork", stepper.StopVfork: "vfork", stepper.StopVforkDone: "vfork-done",
		stepper.StopSyscallEntry: "syscall-entry", stepper.StopSyscallReturn: "syscall-return",
		stepper.StopCallReturned: "call-returned", stepper.StopCallLeft: "call-left", stepper.StopTerminate: "terminate",
	}
	if n, ok := names[r]; ok {
		return n
	}
	return "unknown"
}

// Result returns a unit's result as one word.
func Result(r stepper.Result) string {
	names := map[stepper.Result]string{
		stepper.Committed: "committed", stepper.SideExit: "side-exit", stepper.Aborted: "aborted",
		stepper.Returned: "returned", stepper.Restarts: "restarts", stepper.Diverted: "diverted",
	}
	if n, ok := names[r]; ok {
		return n
	}
	return "unknown"
}

// WriteJSON writes the stop as one line.
func (s *Stop) WriteJSON(w io.Writer) error {
	j := jsonStop{Version: jsonVersion, Reason: Reason(s.Reason), PID: s.PID, Notes: s.Notes, Child: s.Child, Value: s.Value, Dropped: s.Dropped}
	if s.Frame != nil {
		j.Thread, j.ThreadID, j.PC = s.Number, s.TID, hex(s.PC)
		j.Function, j.Module = s.Frame.Function, s.Frame.Module
		j.File, j.Line = s.Frame.Line.File, s.Frame.Line.Line
	}
	if s.Reason == stepper.StopThreadExited && s.Gone != 0 {
		j.Gone = &jsonThread{Thread: s.GoneNumber, TID: s.Gone}
	}
	for _, h := range s.Hits {
		j.Breakpoints = append(j.Breakpoints, h.Number)
	}
	for _, c := range s.Watched {
		j.Watch = append(j.Watch, jsonWatch{Number: c.Number, Expr: c.Expr, Old: c.Old, New: c.New})
	}
	switch s.Reason {
	case stepper.StopSignal:
		j.Signal = SignalName(s.Signal)
	case stepper.StopCore:
		if s.Signal != 0 {
			j.Signal = SignalName(s.Signal)
		}
	case stepper.StopSyscallEntry, stepper.StopSyscallReturn:
		j.Syscall = SyscallName(int(s.Syscall))
	case stepper.StopKilled:
		j.Signal = SignalName(s.Status.Signal)
	case stepper.StopExited:
		j.ExitCode = &s.Status.Code
	}
	for _, r := range s.Units {
		j.Units = append(j.Units, newJSONUnit(r, s.Naming))
	}
	b, err := json.Marshal(j)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

func newJSONUnit(r stepper.UnitReport, name Naming) jsonUnit {
	u := jsonUnit{Kind: "rseq", TID: r.TID, Name: r.Section, Start: hex(r.Start), End: hex(r.End),
		Result: Result(r.Result), Exit: hex(r.Exit), Passes: r.Passes, Rung: int(max(r.Rung, stepper.RungRun)), Vector: r.Vector}
	if r.End == 0 {
		u.Kind = "vdso"
	}
	if r.Exit != 0 && name != nil {
		u.To = name(r.Exit)
	}
	if r.CPU >= 0 && u.Kind == "rseq" {
		cpu := r.CPU
		u.CPU = &cpu
	}
	return u
}

func hex(a table.Addr) string {
	if a == 0 {
		return ""
	}
	return a.String()
}
