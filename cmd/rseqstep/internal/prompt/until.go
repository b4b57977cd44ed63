package prompt

// Until is src, ended with Quit when stop is closed: so that a debugger waiting
// for a line of a pipe can be asked to end in order. Lines are read on another
// goroutine, for reading from a pipe cannot be interrupted.
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

// terminated ends a session as SIGTERM does: 128 and its number, as a shell gives it.
func terminated() error { return &Quit{Status: 128 + 15} }
