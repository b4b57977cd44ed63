package remote

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// If a client has started a wrapper that never starts the program, the wrapper ends with
// the client, or with the server.
func TestAClientsWrapperIsNoReasonNotToEnd(t *testing.T) {
	bin, endless := rseqstep(t), spin(t)
	for name, end := range map[string]func(w *wire, pid int) error{
		"the client goes":     func(w *wire, _ int) error { return w.conn.Close() },
		"the server is ended": func(_ *wire, pid int) error { return syscall.Kill(pid, syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			w, cmd, _ := serve(t, bin, "--multi", "--once", "--wrapper", endless, "--", "SOCKET")
			w.ask("QStartNoAckMode")
			w.say("vRun;" + toHex(endless))
			server := cmd.Process.Pid
			children := fmt.Sprintf("/proc/%d/task/*/children", server) // proc_pid_task(5)
			within(t, "the wrapper runs", func() bool {
				files, _ := filepath.Glob(children)
				return slices.ContainsFunc(files, func(f string) bool {
					list, err := os.ReadFile(f)
					return err == nil && len(list) > 0
				})
			})
			if err := end(w, server); err != nil {
				t.Fatal(err)
			}
			within(t, "the server ends", func() bool {
				var status syscall.WaitStatus
				got, err := syscall.Wait4(server, &status, syscall.WNOHANG, nil)
				return got == server || err == syscall.ECHILD
			})
		})
	}
}
