package dap

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/go-dap"

	"rseqstep/stepper"
)

// threadList holds the threads of the last stop, for editors that ask while the program
// runs.
type threadList struct {
	mu      sync.Mutex
	threads []dap.Thread
}

func (l *threadList) set(threads []dap.Thread) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.threads = threads
}

func (l *threadList) response() *dap.ThreadsResponse {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &dap.ThreadsResponse{Body: dap.ThreadsResponseBody{Threads: append([]dap.Thread{}, l.threads...)}}
}

// seeThreads updates the list, and reports new threads and those that have ended.
func (s *server) seeThreads() {
	now := map[int]bool{}
	list := []dap.Thread{}
	if e, err := s.session.Engine(); err == nil {
		for _, t := range e.Threads() {
			now[t.TID] = true
			list = append(list, dap.Thread{Id: t.TID, Name: fmt.Sprintf("%s (%d)", t.Name, t.TID)})
		}
	}
	s.list.set(list)
	tell := func(tid int, reason string) {
		s.event("thread", &dap.ThreadEvent{Body: dap.ThreadEventBody{Reason: reason, ThreadId: tid}})
	}
	for tid := range s.threads {
		if !now[tid] {
			tell(tid, "exited")
		}
	}
	for _, t := range list {
		if !s.threads[t.Id] {
			tell(t.Id, "started")
		}
	}
	s.threads = now
}

// maxFrames limits the frames in one answer; the client may ask for more.
const maxFrames = 1000

func (s *server) stackTrace(r *request, a dap.StackTraceArguments) error {
	e, err := s.session.Engine()
	if err != nil {
		return err
	}
	if a.StartFrame < 0 || a.Levels < 0 {
		return fmt.Errorf("frames %d to %d", a.StartFrame, a.StartFrame+a.Levels)
	}
	levels := a.Levels
	if levels == 0 || levels > maxFrames {
		levels = maxFrames
	}
	frames, err := e.Frames(a.ThreadId, a.StartFrame+levels+1)
	if err != nil {
		return err
	}
	body := dap.StackTraceResponseBody{StackFrames: []dap.StackFrame{}, TotalFrames: len(frames)}
	for level := a.StartFrame; level < len(frames) && level < a.StartFrame+levels; level++ {
		body.StackFrames = append(body.StackFrames, s.frame(a.ThreadId, level, &frames[level]))
	}
	s.respond(r, &dap.StackTraceResponse{Body: body})
	return nil
}

func (s *server) frame(tid, level int, f *stepper.Frame) dap.StackFrame {
	out := dap.StackFrame{Id: s.handles.add(&handle{tid: tid, level: level}), Name: f.Function,
		InstructionPointerReference: f.PC.String()}
	if f.Module != "" {
		out.ModuleId = f.Module
	}
	switch {
	case f.Signal:
		out.Name = "<signal handler called>"
	case out.Name == "":
		if out.Name = s.session.Symbolic(f.PC); out.Name == "" {
			out.Name = f.PC.String()
		}
	}
	if f.Line.Line == 0 {
		out.PresentationHint = "subtle"
		return out
	}
	out.Source = s.source(f.Line.File)
	out.Line, out.Column = s.line(f.Line.Line), s.line(1)
	return out
}

// source describes a source file. One that cannot be read is marked so.
func (s *server) source(file string) *dap.Source {
	path := s.clientPath(file)
	src := &dap.Source{Name: filepath.Base(path), Path: path}
	if _, err := os.Stat(path); err != nil && path == file {
		src.PresentationHint, src.Origin = "deemphasize", "the file does not exist"
	}
	return src
}
