// Package steptest scripts a tracee.Target, so that the Engine can be tested
// without a kernel: what it does if a thread vanishes in the middle, if a
// system call blocks, if a breakpoint cannot be removed.
//
// A Target has threads with registers, memory, planted breakpoints and debug
// registers, and keeps them as the kernel would. It does not run code: every
// call that resumes a thread and waits (Go, Wait) takes the next Call of
// a script, which must be the expected one, and which determines where the
// thread stops.
//
// Decisions:
//
//   - A script lists only the calls that wait. The others (registers, memory,
//     breakpoints) work on the model in any number and order: a test that
//     listed them would fail with every harmless change of the Engine.
//   - Reach takes the event from the model: an instruction with a breakpoint or a
//     debug register gives that one's event, and one with neither fails the test.
//     So a script cannot claim a stop that the Engine did not prepare.
//   - The invariants are checked at every call, not by the tests: nothing
//     planted in Forbidden ranges, no access to a thread while it runs.
//   - Refused: emulating instructions. Live tests run the real processor.
package steptest
