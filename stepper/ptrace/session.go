//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// OpenTerminal opens a terminal for a program to be launched, without making it this
// process's controlling terminal.
func OpenTerminal(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	if _, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is not a terminal", path), f.Close())
	}
	return f, nil
}

// freeTerminal reports whether a terminal controls no session. Only then may a new
// session have it: Go's Setctty would take it from another one if this process has
// CAP_SYS_ADMIN (TIOCSCTTY with 1, see ioctl_tty(2)). A shell's terminal, as in an
// editor, controls the shell's session.
func freeTerminal(tty *os.File) (bool, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(tty.Fd()), &st); err != nil {
		return false, err
	}
	all, err := os.ReadDir("/proc")
	if err != nil {
		return false, err
	}
	for _, e := range all {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // it has ended
		}
		// After the name: state, ppid, pgrp, session, tty_nr. See proc(5).
		_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
		if f := strings.Fields(rest); len(f) > 4 {
			if n, err := strconv.ParseInt(f[4], 10, 64); err == nil && ttyNumber(st.Rdev) == uint32(n) {
				return false, nil
			}
		}
	}
	return true, nil
}

// ttyNumber is a device as /proc/PID/stat gives it: new_encode_dev of the kernel's
// include/linux/kdev_t.h.
func ttyNumber(dev uint64) uint32 {
	major, minor := unix.Major(dev), unix.Minor(dev)
	return minor&0xff | major<<8 | minor&^0xff<<12
}
