package session

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// watcher turns the debugger's own signals into requests. SIGINT stops a running
// program; otherwise it does nothing at a prompt, which handles Ctrl-C itself, and in a
// script it stops the next command. The signals of Endings stop the program and end the
// session in an orderly way, so that no breakpoint stays in an attached process. SIGQUIT, from
// Ctrl-\, does nothing, as in gdb: Go would print the stacks of its goroutines and exit, and a
// program would be lost. (It is not ignored, which the debugged program would inherit.)
type watcher struct {
	signals    chan os.Signal
	done       chan struct{}
	terminated chan struct{}

	mu        sync.Mutex
	unread    bool               // SIGPIPE came: nobody reads the debugger's output
	interrupt context.CancelFunc // cancels the running command; nil if there is none
	pressed   bool               // SIGINT came
}

func watch() *watcher {
	w := &watcher{signals: make(chan os.Signal, 4), done: make(chan struct{}), terminated: make(chan struct{})}
	signal.Notify(w.signals, append(Endings(), os.Interrupt, syscall.SIGQUIT)...)
	go w.loop()
	return w
}

func (w *watcher) loop() {
	for {
		select {
		case <-w.done:
			return
		case sig := <-w.signals:
			if sig == syscall.SIGQUIT || !Asks(sig) {
				continue
			}
			w.mu.Lock()
			w.unread = w.unread || sig == syscall.SIGPIPE
			if sig == os.Interrupt {
				w.pressed = true
			} else if !w.ending() {
				close(w.terminated)
			}
			if w.interrupt != nil {
				w.interrupt()
			}
			w.mu.Unlock()
		}
	}
}

func (w *watcher) ending() bool {
	select {
	case <-w.terminated:
		return true
	default:
		return false
	}
}

// begin says that the program is about to run, until end. The context ends with the
// outer one, and when the program should stop. A SIGINT that came before stops it at
// once if it cannot have been meant for anything else: in a script (batch).
func (w *watcher) begin(outer context.Context, batch bool) context.Context {
	ctx, interrupt := context.WithCancel(outer)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interrupt = interrupt
	if w.ending() || batch && w.pressed {
		interrupt()
	}
	return ctx
}

// end says that the program no longer runs.
func (w *watcher) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interrupt()
	w.interrupt = nil
}

// Within calls a function. When ctx ends, whatever moves the program in that function
// is stopped, and moves nothing after that.
func (s *Session) Within(ctx context.Context, do func() error) error {
	was := s.meanwhile
	s.meanwhile = ctx
	defer func() { s.meanwhile = was }()
	return do()
}

// asked reports whether a SIGINT has come since the last question, or the session is to end.
func (w *watcher) asked() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.pressed
	w.pressed = false
	return was || w.ending()
}

func (w *watcher) stop() {
	signal.Stop(w.signals)
	close(w.done)
}

// Unread reports whether nobody reads the debugger's output any more.
func (s *Session) Unread() bool {
	s.watcher.mu.Lock()
	defer s.watcher.mu.Unlock()
	return s.watcher.unread
}

// Interrupted reports whether the user has asked with Ctrl-C, since the last question, to end what
// the debugger itself does, or has asked the debugger to end.
func (s *Session) Interrupted() bool { return s.watcher.asked() }
