package dap

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/annotate"
	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// breakpointLocations answers breakpointLocations: the lines that have code.
func (s *server) breakpointLocations(r *request, a *dap.BreakpointLocationsArguments) error {
	const most = 10000 // lines
	list := []dap.BreakpointLocation{}
	sy := s.session.Symbols()
	if a == nil || sy == nil {
		return fmt.Errorf("no program is being debugged")
	}
	path := s.programPath(a.Source.Path)
	first, last := s.lineFrom(a.Line), s.lineFrom(max(a.EndLine, a.Line))
	for n := first; n <= last && n < first+most; n++ {
		places, err := sy.Lookup(fmt.Sprintf("%s:%d", path, n), 0)
		if err != nil {
			continue
		}
		for _, p := range places {
			depth, _ := sy.Inlines(p.Addr)
			for ; depth >= 0; depth-- {
				if l, ok := sy.Line(p.Addr, depth); ok && l.Line == n {
					list = append(list, dap.BreakpointLocation{Line: s.line(n)})
					break
				}
			}
			if len(list) > 0 && list[len(list)-1].Line == s.line(n) {
				break
			}
		}
	}
	s.respond(r, &dap.BreakpointLocationsResponse{Body: dap.BreakpointLocationsResponseBody{Breakpoints: list}})
	return nil
}

// stepInTargets answers stepInTargets: the functions that the current line calls.
func (s *server) stepInTargets(r *request, a dap.StepInTargetsArguments) error {
	h, err := s.handles.get(a.FrameId)
	if err != nil {
		return err
	}
	list := []dap.StepInTarget{}
	for _, f := range s.calledBy(h) {
		list = append(list, dap.StepInTarget{Id: s.handles.add(&handle{tid: h.tid, level: h.level, kind: ofFunction, function: f}), Label: f.Name})
	}
	s.respond(r, &dap.StepInTargetsResponse{Body: dap.StepInTargetsResponseBody{Targets: list}})
	return nil
}

// calledBy returns the functions that the rest of a frame's line calls directly, in the order of
// the code. Only the innermost frame can step into one.
func (s *server) calledBy(h *handle) (list []stepper.Function) {
	e, err := s.session.Engine()
	if err != nil || h.level != 0 {
		return nil
	}
	regs, err := e.Regs(h.tid)
	if err != nil {
		return nil
	}
	sy := s.session.Symbols()
	pc := regs.PC()
	depth, _ := sy.Inlines(pc)
	code := annotate.Code{Source: ops.Source{Arch: s.session.Arch(), Memory: s.session}}
	seen := map[table.Addr]bool{}
	for _, r := range sy.LineRanges(pc, depth) {
		insns, _ := code.Decode(r) // what cannot be read calls nothing
		for i := range insns {
			if insns[i].Addr < pc || insns[i].Kind != machine.Call {
				continue
			}
			to := insns[i].Target
			if through, ok := sy.Trampoline(to, s.session); ok {
				to = through
			}
			if f, ok := sy.Function(to); ok && f.Entry == to && !seen[to] {
				seen[to] = true
				list = append(list, f)
			}
		}
	}
	return list
}

// stepIn answers stepIn; with a target it runs to that function, or to the end of the frame.
func (s *server) stepIn(r *request, a dap.StepInArguments) error {
	if a.TargetId == 0 {
		return s.move(r, a.ThreadId, a.Granularity, (*stepper.Engine).Step, (*stepper.Engine).StepInstruction)
	}
	h, err := s.handles.get(a.TargetId)
	if err != nil {
		return err
	}
	if h.kind != ofFunction {
		return fmt.Errorf("reference %d is no target of stepIn", a.TargetId)
	}
	if err := s.choose(a.ThreadId); err != nil {
		return err
	}
	to := h.function.Body
	if to == 0 {
		to = h.function.Entry
	}
	places := []stepper.Place{s.session.PlaceOf(to)}
	s.done(r)
	s.after = func() error {
		return s.run(func(e *stepper.Engine, ctx context.Context) (stepper.Stop, error) { return e.Advance(ctx, places) }, false)
	}
	return nil
}

// modules answers modules.
func (s *server) modules(r *request, a dap.ModulesArguments) error {
	e, err := s.session.Engine()
	if err != nil {
		return err
	}
	all := e.Image().Modules()
	list := []dap.Module{}
	first, count := max(a.StartModule, 0), a.ModuleCount
	for i, m := range all {
		if i < first || count > 0 && i >= first+count {
			continue
		}
		x := dap.Module{Id: m.Path, Name: filepath.Base(m.Path), Path: m.Path, AddressRange: fmt.Sprintf("%v-%v", m.Low, m.High), SymbolStatus: "No symbols"}
		if m.File != nil {
			x.SymbolStatus = "Symbols only"
		}
		if s.session.HasDebugInfo(m.Path) {
			x.SymbolStatus, x.SymbolFilePath = "Symbols loaded", m.Path
		}
		list = append(list, x)
	}
	s.respond(r, &dap.ModulesResponse{Body: dap.ModulesResponseBody{Modules: list, TotalModules: len(all)}})
	return nil
}

// loadedSources answers loadedSources: the source files of the program and its libraries.
func (s *server) loadedSources(r *request) error {
	list := []dap.Source{}
	for _, path := range s.session.SourceFiles() {
		if strings.HasPrefix(path, "/") {
			list = append(list, *s.source(path))
		}
	}
	s.respond(r, &dap.LoadedSourcesResponse{Body: dap.LoadedSourcesResponseBody{Sources: list}})
	return nil
}
