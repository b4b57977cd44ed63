package tabletest

import "golang.org/x/sys/unix"

// Reap waits for the end of a child of this process, whatever else handles signals meanwhile: Go's
// scheduler sends some to itself, and a wait for a traced or cloned child returns EINTR. Errors:
// those of wait4(2), ECHILD if it has been reaped.
func Reap(pid int) (ws unix.WaitStatus, err error) {
	for {
		_, err = unix.Wait4(pid, &ws, 0, nil)
		if err != unix.EINTR && (err != nil || ws.Exited() || ws.Signaled()) {
			return ws, err
		}
	}
}
