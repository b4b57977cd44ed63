// Package live opens a process to be debugged: the symbols of what it has loaded, the
// vDSO's among them, and the Engine over both. The prompt, the adapter and the server
// open theirs here.
//
// # Decisions, and what was refused
//
// Whoever opens a process has started it or attached to it already, and says which:
// where opening fails, what was started is killed and what was attached to is let go,
// so that no caller is left with half a process. A core file is opened by the session
// itself (stepper/corefile): it has no motion, and its modules are not those of proc(5).
package live
