// Package dap is a debug adapter: it speaks the Debug Adapter Protocol with an
// editor and carries its requests out on a session.Session. It is for programs
// in C, C++ and anything else but Go; Go's has Delve, with our server behind
// it. See the protocol's specification, "Debug Adapter Protocol", version 1.71.
//
// # Decisions, and what was refused
//
// One goroutine, the process's tracer, answers requests in order. While the
// program runs another one looks at what comes: it answers what needs no held
// program, stops the program for what does, and refuses the rest. A continue
// that was stopped so goes on by itself; a step has ended, and says so.
//
// Threads are the kernel's, by their ids. The program stops and runs as a
// whole; only an instruction step moves one thread alone.
//
// Breakpoints are the session's, so that the console, which takes every
// command of the prompt, shows and changes the same ones.
//
// Values are expanded by package expr, not by evaluating texts: a variable
// that an inner block hides has no name to evaluate.
//
// A stop on entry is a stop in main, where the program has one. At its first
// instruction no library is loaded and there is no source to be shown.
//
// Refused: runInTerminal. The program would be started by somebody else, and
// its sections' registration would have happened before we could see it.
package dap
