// Package session is one debugging session: the program and how to start it, the process
// while there is one, the user's breakpoints, displays and settings, which outlive it, and
// how each stop is shown to the user. The prompt's commands (package commands) work on a
// Session.
//
// Everything runs on the goroutine that created the Session, which is locked to its OS
// thread, because only that thread may trace the process. The one exception is the signal
// watcher in interrupt.go, which only ends the context of the Engine's command.
//
// Decisions:
//   - Breakpoints belong to the Session, not to the Engine. The Session numbers them,
//     keeps them before there is a process, and sets them in each new process; the user
//     never sees the Engine's numbers.
//   - A breakpoint set before `run` is looked up in the file first, so that a misspelt
//     function is refused when it is typed.
//
// Refused: starting the program at once and stopping it at its first instruction, so that
// "before run" would not exist. `set args`, `cd` and `set environment` must be possible
// first, and the prompt must not wait for a launch.
package session
