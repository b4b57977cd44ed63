package remote

// gdbSignals are gdb's own signal numbers for those of Linux on x86 and Arm, by the latter (gdb,
// include/gdb/signals.def; signal(7)). They agree with Linux's only where both kept the
// numbers of early Unix.
func gdbSignals() [65]int {
	t := [65]int{
		1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, // HUP INT QUIT ILL TRAP ABRT
		7: 10, 8: 8, 9: 9, 10: 30, 11: 11, 12: 31, // BUS FPE KILL USR1 SEGV USR2
		13: 13, 14: 14, 15: 15, // PIPE ALRM TERM
		16: 0,                                  // STKFLT: gdb has no number
		17: 20, 18: 19, 19: 17, 20: 18, 21: 21, // CHLD CONT STOP TSTP TTIN
		22: 22, 23: 16, 24: 24, 25: 25, 26: 26, // TTOU URG XCPU XFSZ VTALRM
		27: 27, 28: 28, 29: 23, 30: 32, 31: 12, // PROF WINCH IO PWR SYS
		32: 77, // 32 has a separate number, the rest are consecutive
	}
	for n := 33; n <= 63; n++ {
		t[n] = n - 33 + 45
	}
	t[64] = 78
	return t
}

// unknownSignal is gdb's number for a signal without one.
const unknownSignal = 143

// signalOut is a Linux signal as the client numbers it.
func (c *client) signalOut(linux int) int {
	if c.linuxSignals || linux <= 0 || linux >= 65 {
		return linux
	}
	if n := gdbSignals()[linux]; n != 0 {
		return n
	}
	return unknownSignal
}

// signalIn is a client's signal as Linux numbers it, 0 for one that Linux
// does not have.
func (c *client) signalIn(n int) int {
	if c.linuxSignals {
		return n
	}
	for linux, g := range gdbSignals() {
		if linux > 0 && g == n {
			return linux
		}
	}
	return 0
}
