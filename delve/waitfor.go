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

// Find waits for a process whose command line begins with the name, other than
// those there already, and returns its id: `dlv attach --waitfor`.
func (w WaitFor) Find(ctx context.Context) (pid int, err error) {
	if w.Duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.Duration)
		defer cancel()
	}
	tick := time.NewTicker(max(w.Interval, time.Millisecond))
	defer tick.Stop()
	seen := map[int]bool{}
	if _, err := w.look(seen); err != nil {
		return 0, err
	}
	for {
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("no process whose name begins with %q has come: %w", w.Name, ctx.Err())
		case <-tick.C:
		}
		if pid, err := w.look(seen); pid != 0 || err != nil {
			return pid, err
		}
	}
}

// look looks through the processes not seen before.
func (w WaitFor) look(seen map[int]bool) (int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	found := 0
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || seen[pid] {
			continue
		}
		line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err != nil || len(line) == 0 {
			continue // gone, or a kernel thread, or not yet itself
		}
		if pid == os.Getpid() || !strings.HasPrefix(string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})), w.Name) {
			// A child is its parent until it execs: it is looked at again.
			continue
		}
		seen[pid] = true
		found = pid
	}
	return found, nil
}
