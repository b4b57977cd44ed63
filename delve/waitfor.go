package delve

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Find waits for a process whose command line begins with the name, and returns
// its id: `dlv attach --waitfor`. One that is there already is taken at once, as
// Delve's own search does (WaitFor, pkg/proc/native/proc.go).
func (w WaitFor) Find(ctx context.Context) (pid int, err error) {
	if w.Duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.Duration)
		defer cancel()
	}
	tick := time.NewTicker(max(w.Interval, time.Millisecond))
	defer tick.Stop()
	for {
		if pid, err := w.look(); pid != 0 || err != nil {
			return pid, err
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("no process whose name begins with %q has come: %w", w.Name, ctx.Err())
		case <-tick.C:
		}
	}
}

// look looks through the processes once, in the order in which Delve does; 0 is
// none. Neither we nor the Delve that has started us are meant.
func (w WaitFor) look() (int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() || pid == os.Getppid() {
			continue
		}
		line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err != nil || len(line) == 0 {
			continue // gone, or a kernel thread, or not yet itself
		}
		if strings.HasPrefix(string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})), w.Name) {
			return pid, nil
		}
	}
	return 0, nil
}
