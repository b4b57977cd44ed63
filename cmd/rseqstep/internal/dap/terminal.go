package dap

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-dap"
)

// terminalPatience is how long the client may take to open a terminal.
const terminalPatience = 20 * time.Second

// holder is run in the client's terminal. It writes the terminal's name to one pipe, and keeps the
// terminal open until it can read from another. The program, which is not the terminal's job, gets
// no Ctrl-C from it; neither should the holder.
const holder = `trap "" INT; exec 3<>"$0/end"; tty > "$0/name"; read end <&3`

// terminal is a terminal of the client's in which the program runs.
type terminal struct {
	file *os.File // open for reading and writing
	dir  string   // of the two pipes
	end  *os.File // a line here ends the holder
}

// wantsTerminal returns the kind of terminal that a configuration asks for, if the client can
// open one; "" for none.
func (s *server) wantsTerminal(a *launchArguments) (kind string, err error) {
	switch a.Console {
	case "", "internalConsole":
		return "", nil
	case "integratedTerminal":
		kind = "integrated"
	case "externalTerminal":
		kind = "external"
	default:
		return "", fmt.Errorf("\"console\" must be internalConsole, integratedTerminal or externalTerminal, not %q", clip(a.Console))
	}
	if !s.client.SupportsRunInTerminalRequest {
		s.output("console", "note: the editor cannot open a terminal; the program's output is shown here\n")
		return "", nil
	}
	return kind, nil
}

// openTerminal makes the client open a terminal for the program.
func (s *server) openTerminal(kind string, a *launchArguments) (t *terminal, err error) {
	t = &terminal{}
	if t.dir, err = os.MkdirTemp("", "rseqstep-terminal-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.close())
		}
	}()
	name, err := pipe(filepath.Join(t.dir, "name"))
	if err != nil {
		return nil, err
	}
	defer name.Close()
	if t.end, err = pipe(filepath.Join(t.dir, "end")); err != nil {
		return nil, err
	}
	cwd := s.session.Cwd
	if cwd == "" {
		cwd = t.dir
	}
	asked := s.request("runInTerminal", &dap.RunInTerminalRequest{Arguments: dap.RunInTerminalRequestArguments{Kind: kind, Title: filepath.Base(a.Program), Cwd: cwd,
		Args: []string{"/bin/sh", "-c", holder, t.dir}}})
	path, err := s.terminalName(name, asked)
	if err != nil {
		return nil, err
	}
	if t.file, err = os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		return nil, fmt.Errorf("the editor's terminal: %w", err)
	}
	return t, nil
}

// terminalName reads from a pipe the name of the terminal that the client was asked to open.
func (s *server) terminalName(from *os.File, asked int) (string, error) {
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := bufio.NewReader(from).ReadString('\n')
		read <- line{strings.TrimSpace(text), err}
	}()
	const problem = "the editor has opened no terminal for the program"
	late := time.After(terminalPatience)
	for {
		select {
		case l := <-read:
			return l.text, l.err
		case no := <-s.declined:
			if no.seq == 0 || no.seq == asked {
				return "", fmt.Errorf("%s: %s", problem, no.why)
			}
		case <-late:
			return "", fmt.Errorf("%s within %v", problem, terminalPatience)
		}
	}
}

// pipe makes a named pipe and opens it so that neither end waits for the other.
func pipe(path string) (*os.File, error) {
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		return nil, &os.PathError{Op: "mkfifo", Path: path, Err: err}
	}
	return os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
}

// close gives the terminal back to the client.
func (t *terminal) close() (err error) {
	if t == nil {
		return nil
	}
	if t.file != nil {
		err = t.file.Close()
	}
	if t.end != nil {
		// The holder, if there is one, has had the pipe open since before it wrote the
		// terminal's name: the line outlives this end.
		_, wrote := t.end.WriteString("end\n")
		err = errors.Join(err, wrote, t.end.Close())
	}
	return errors.Join(err, os.RemoveAll(t.dir))
}
