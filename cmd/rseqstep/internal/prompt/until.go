package prompt

// Until returns src, ended with Quit when stop is closed, so that a debugger that waits
// for a line from a pipe can be ended in an orderly way. It reads lines on another
// goroutine, because a read from a pipe cannot be interrupted.
func Until(src Source, stop <-chan struct{}) Source { return &until{src, stop} }

type until struct {
	Source
	stop <-chan struct{}
}

type readLine struct {
	line string
	err  error
}

func (u *until) Line(ask string) (string, error) {
	done := make(chan readLine, 1)
	go func() {
		line, err := u.Source.Line(ask)
		done <- readLine{line, err}
	}()
	select {
	case got := <-done:
		return got.line, got.err
	case <-u.stop:
		return "", terminated()
	}
}

// terminated ends a session as SIGTERM does: with status 128 plus its number, as a
// shell reports it.
func terminated() error { return &Quit{Status: 128 + 15} }
