// Package live opens a process for debugging: it loads the symbols of the process's modules,
// including the vDSO, and creates the Engine. The prompt, the adapter and the server open their
// processes with it.
//
// # Decisions, and what was refused
//
// The caller has already started or attached to the process, and says which. If Open fails, it
// kills a started process and detaches from an attached one, so that no caller gets a process in
// between. The session itself opens a core file (stepper/corefile): it has no motion, and its
// modules are not those of proc(5).
package live
