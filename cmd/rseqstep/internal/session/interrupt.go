package session

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// watcher turns the debugger's own signals into requests. SIGINT while the
// program runs stops the program; at other times it does nothing at a prompt, which
// has its own way with Ctrl-C, and in a script stops the next command. SIGTERM and SIGHUP stop the program and
// end the session in order, so that no breakpoint is left in an attached process.
type watcher struct {
	signals    chan os.Signal
	done       chan struct{}
	terminated chan struct{}

	mu        sync.Mutex
	interrupt context.CancelFunc // of the command that runs; nil when nothing does
	pressed   bool               // SIGINT came
}

func watch() *watcher {
	w := &watcher{signals: make(chan os.Signal, 4), done: make(chan struct{}), terminated: make(chan struct{})}
	signal.Notify(w.signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go w.loop()
	return w
}

func (w *watcher) loop() {
	for {
		select {
		case <-w.done:
			return
		case sig := <-w.signals:
			w.mu.Lock()
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
// outer one, and where the program is to stop. A SIGINT that came before stops it at
// once where it cannot have been meant for anything else: in a script (batch).
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

// end says that it runs no more.
func (w *watcher) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interrupt()
	w.interrupt = nil
}

// Within carries something out. Whatever moves the program in it is stopped when ctx
// ends, and moves nothing after that.
func (s *Session) Within(ctx context.Context, do func() error) error {
	was := s.meanwhile
	s.meanwhile = ctx
	defer func() { s.meanwhile = was }()
	return do()
}

func (w *watcher) stop() {
	signal.Stop(w.signals)
	close(w.done)
}
