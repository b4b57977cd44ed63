// Package dap is a debug adapter: it speaks the Debug Adapter Protocol with an editor and
// performs its requests on a session.Session. It is for programs in C, C++ and all
// languages but Go; Go programs are debugged by Delve, with our server as its backend. See
// the protocol's specification, "Debug Adapter Protocol", version 1.71.
//
// # Decisions, and what was refused
//
// One goroutine, the process's tracer, answers requests in order. While the program runs,
// another goroutine reads the requests. It answers those that do not need a stopped
// program, stops the program for some that do, and refuses the rest. After such a stop, a
// continue resumes by itself; a step ends, and reports its stop. While a console command
// evaluates an expression, requests wait, because the client does not know that a function
// of the program may run. A console command that resumes the program is reported as
// "continued".
//
// Threads have the kernel's ids. The program stops and runs as a whole; only an
// instruction step moves one thread alone.
//
// Breakpoints are the session's, so that the console, which accepts every command of the
// prompt, shows and changes the same ones.
//
// Package expr expands values by their types, not by evaluating text: a variable that an
// inner block hides has no name to evaluate.
//
// A stop on entry is a stop in main, if the program has one. At the program's first
// instruction no library is loaded and there is no source to show.
//
// Refused: runInTerminal. The editor would start the program, and its threads would have
// registered their rseq areas before we attached.
package dap
