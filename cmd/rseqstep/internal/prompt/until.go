package prompt

// Until is a Source that ends, with Quit, when stop is closed: so that a
// debugger waiting at its prompt can be asked to end in order. Lines are read on
// another goroutine, for reading cannot be interrupted; completion is answered
// on this one, because only it may look at the program.
func Until(src Source, stop <-chan struct{}, in *Interp) Source {
	u := &until{Source: src, stop: stop, in: in}
	if t, ok := src.(*Terminal); ok {
		u.requests = t.remoteCompletion()
	}
	return u
}

type until struct {
	Source
	stop     <-chan struct{}
	requests chan completion // nil when nothing is completed
	in       *Interp
}

// completion is a question of the reading goroutine.
type completion struct {
	line   string
	answer chan<- answer
}

type answer struct {
	head       string
	candidates []string
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
	for {
		select {
		case got := <-done:
			return got.line, got.err
		case r := <-u.requests:
			head, candidates := u.in.Completions(r.line)
			r.answer <- answer{head, candidates}
		case <-u.stop:
			return "", &Quit{Status: 128 + 15}
		}
	}
}
