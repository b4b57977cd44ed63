package main

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

// TestAProgramRunsInTheEditorsTerminal: what is typed there is its input, and what it prints is
// shown there; the terminal is given back at its end.
func TestAProgramRunsInTheEditorsTerminal(t *testing.T) {
	tabletest.NeedPtrace(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "echo.c"})
	c := daptest.Start(t, rseqstepHere(t), "dap")
	master, slave := tabletest.Terminal(t)
	defer master.Close()
	holder := make(chan error, 1)
	c.Terminal = func(args []string) {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		if err := cmd.Start(); err != nil {
			t.Error(err)
			return
		}
		go func() { holder <- cmd.Wait() }()
	}
	daptest.Do[*dap.InitializeResponse](c, "initialize", args{"adapterID": "rseqstep", "linesStartAt1": true, "supportsRunInTerminalRequest": true})
	if text := c.Refused("launch", args{"program": program, "console": "nowhere"}); !strings.Contains(text, "integratedTerminal") {
		t.Error(text)
	}
	daptest.Do[*dap.LaunchResponse](c, "launch", args{"program": program, "args": []string{"an argument"}, "console": "integratedTerminal"})
	daptest.Event[*dap.InitializedEvent](c)
	if _, err := master.WriteString("typed\n\x04"); err != nil {
		t.Fatal(err)
	}
	configured(c)
	if status := ended(c); status != 0 {
		t.Errorf("status %d", status)
	}
	if err := <-holder; err != nil {
		t.Errorf("what held the terminal: %v", err)
	}
	buf := make([]byte, 4096)
	n, err := master.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	slave.Close()
	said := string(buf[:n])
	for n > 0 && !strings.Contains(said, "lines 1") {
		if n, err = master.Read(buf); err != nil {
			break
		}
		said += string(buf[:n])
	}
	for _, want := range []string{"arg 1 an argument", "line 1 typed", "lines 1"} {
		if !strings.Contains(said, want) {
			t.Errorf("the terminal shows %q, without %q", said, want)
		}
	}
	if out := c.Output["stdout"]; out != "" {
		t.Errorf("the editor was sent %q", out)
	}
}

// TestAnEditorWithoutTerminalsShowsTheOutputItself: the configuration asks for what the editor
// does not have.
func TestAnEditorWithoutTerminalsShowsTheOutputItself(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "echo.c"}, args{"console": "externalTerminal"})
	configured(c)
	if status := ended(c); status != 0 {
		t.Errorf("status %d", status)
	}
	if !strings.Contains(c.Output["stdout"], "lines 0") || !strings.Contains(c.Output["console"], "cannot open a terminal") {
		t.Errorf("%q", c.Output)
	}
}
