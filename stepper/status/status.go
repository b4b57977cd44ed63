// Package status answers what proc_pid_status(5) says of a thread.
package status

import (
	"bytes"
	"fmt"
	"strconv"
	"syscall"
)

// Status is what the debugger needs of the file. A field that the kernel does not report is zero.
type Status struct {
	Seccomp     int  // the mode, see seccomp(2)
	Filters     int  // how many seccomp filters there are (Linux 5.9)
	ShadowStack bool // Linux 6.6, Documentation/arch/x86/shstk.rst
}

// Of reads the status of a thread. It is zero if the thread is gone.
func Of(tid int) Status { return read(fmt.Sprintf("/proc/%d/task/%d/status", tid, tid)) }

// Own reads the status of the thread that calls it.
func Own() Status { return read("/proc/thread-self/status") }

// read makes four system calls. Package os makes nine more, to find out whether the file can be
// polled; a thread's status is read each time it passes a section in a quiet phase.
func read(path string) Status {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return Status{}
	}
	defer syscall.Close(fd)
	text := make([]byte, 0, usual)
	for {
		n, err := syscall.Read(fd, text[len(text):cap(text)])
		if n <= 0 || err != nil {
			return Parse(text)
		}
		if text = text[:len(text)+n]; len(text) == cap(text) {
			text = append(make([]byte, 0, 2*len(text)), text...)
		}
	}
}

// usual is more than the size of the file in bytes, unless the kernel is built for thousands of CPUs.
const usual = 4096

// Parse parses the file.
func Parse(text []byte) (s Status) {
	for line := range bytes.Lines(text) {
		key, value, _ := bytes.Cut(line, []byte(":"))
		switch string(key) {
		case "Seccomp":
			s.Seccomp = number(value)
		case "Seccomp_filters":
			s.Filters = number(value)
		case "x86_Thread_features":
			for word := range bytes.FieldsSeq(value) {
				s.ShadowStack = s.ShadowStack || string(word) == "shstk"
			}
		}
	}
	return s
}

func number(value []byte) int {
	n, _ := strconv.Atoi(string(bytes.TrimSpace(value)))
	return n
}

// seccompFilter is SECCOMP_MODE_FILTER, include/uapi/linux/seccomp.h.
const seccompFilter = 2

// Filtered reports whether a traced thread has a seccomp filter that the debugger, with the status
// own, does not have: such a filter may kill for a system call that the debugger makes in the
// thread. A container's filter applies to both. ours is how many filters of the thread are the
// debugger's own work.
func (s Status) Filtered(own Status, ours int) bool {
	if s.Seccomp == seccompFilter && s.Filters > 0 {
		return s.Filters > own.Filters+ours
	}
	return s.Seccomp != 0 && s.Seccomp != own.Seccomp
}
