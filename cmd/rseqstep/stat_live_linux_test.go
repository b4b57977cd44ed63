package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"rseqstep/table/tabletest"
)

// On a terminal of 60 columns and 7 lines the table is drawn anew in place, and nothing is wider.
func TestTheLiveTableIsDrawnInPlace(t *testing.T) {
	needStat(t)
	master, slave := tabletest.Terminal(t)
	defer master.Close()
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: 60, Row: 7}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tabletest.Command(t), "stat", "--pid", fmt.Sprint(startAborting(t).Process.Pid))
	cmd.Stdout = slave
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	var screen bytes.Buffer
	drawn := func() int { return strings.Count(screen.String(), "\x1b[J") }
	for b := make([]byte, 4096); ; {
		n, err := master.Read(b)
		screen.Write(b[:n])
		if err != nil { // EIO: nobody has the terminal open any more
			break
		}
		if drawn() == 1 {
			cmd.Process.Signal(os.Interrupt)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	frames := strings.Split(screen.String(), "\x1b[J")
	if len(frames) < 3 {
		t.Fatalf("%d frames: %q", len(frames), screen.String())
	}
	for _, frame := range frames[:len(frames)-1] {
		if lines := strings.Count(frame, "\n"); lines > 6 {
			t.Errorf("%d lines on a terminal of 7: %q", lines, frame)
		}
		for line := range strings.Lines(frame) {
			plain := strings.TrimSpace(strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[2m", "").Replace(line))
			if n := utf8.RuneCountInString(plain); n > 60 && !strings.HasPrefix(plain, "\x1b") {
				t.Errorf("%d columns on a terminal of 60: %q", n, plain)
			}
		}
		if !strings.Contains(frame, "spin_") {
			t.Errorf("a frame without a section: %q", frame)
		}
	}
	if last := frames[len(frames)-1]; !strings.Contains(last, "Per second") {
		t.Errorf("after the last frame there is no summary: %q", last)
	}
}
