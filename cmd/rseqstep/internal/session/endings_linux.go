package session

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// Endings are the signals that ask a debugger to end; Asks says whether one does. SIGPIPE, from a write
// to a pipe that nobody reads any more ("| head"), is one of them: unless it is asked for, such a write to standard
// output ends a Go program at once, and the kernel kills an attached process that has breakpoints with it.
func Endings() []os.Signal { return []os.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE} }

// Asks reports whether a signal asks a debugger to end. SIGPIPE does if nobody reads standard output or standard
// error any more: who asks for the signal gets it for each socket and pipe (os/signal, "SIGPIPE").
func Asks(sig os.Signal) bool {
	if sig != syscall.SIGPIPE {
		return true
	}
	outputs := []unix.PollFd{{Fd: 1}, {Fd: 2}}
	n, err := unix.Poll(outputs, 0)
	return err == nil && n > 0 && (outputs[0].Revents|outputs[1].Revents)&(unix.POLLERR|unix.POLLHUP) != 0
}

// Until returns a context that ends when one of Endings or of others asks for it. The caller calls stop when the
// process that it traces is let go.
func Until(others ...os.Signal) (ctx context.Context, stop context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, append(Endings(), others...)...)
	go func() {
		for ctx.Err() == nil {
			select {
			case sig := <-signals:
				if Asks(sig) {
					cancel()
				}
			case <-ctx.Done():
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel()
	}
}
