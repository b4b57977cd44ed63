// Package steptest scripts a tracee.Target, so that the Engine can be tested
// without a kernel: what it does when a thread vanishes in the middle, when a
// system call blocks, when a breakpoint cannot be taken out.
//
// A Target has threads with registers, memory, planted breakpoints and debug
// registers, and keeps them as the kernel would. What it does not do is run
// code: every call that lets a thread run and waits (Go, Wait) takes the
// next Call of a script, which must be the one expected, and which says where
// the thread comes to.
//
// Decisions:
//
//   - A script lists only the calls that wait. The others (registers, memory,
//     breakpoints) work on the model in any number and order: a test that
//     listed them would fail with every harmless change of the Engine.
//   - Reach asks the model for the event: an instruction with a breakpoint or a
//     debug register brings that one's, and one with neither fails the test.
//     So a script cannot claim a stop that the Engine did not prepare.
//   - What may never be is checked at every call, not by the tests: nothing
//     planted in Forbidden ranges, no thread touched while it runs.
//   - Refused: emulating instructions. Live tests run the real processor.
package steptest
