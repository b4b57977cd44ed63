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

// Find waits for a process whose command line begins with the name, and returns its id:
// `dlv attach --waitfor`. Like Delve's own search, it accepts a process that exists
// already (WaitFor, pkg/proc/native/proc.go).
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

// look searches the processes once, in Delve's order; 0 means none. It skips this
// process and the Delve that started it.
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
			continue // it has ended, or is a kernel thread, or has not executed its program yet
		}
		if strings.HasPrefix(string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})), w.Name) {
			return pid, nil
		}
	}
	return 0, nil
}
