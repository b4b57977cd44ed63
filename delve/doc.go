// Package delve makes rseqstep the backend of Delve, the debugger for Go: it contains all
// of dlv as a command of ours, and translates between Delve and our server
// (stepper/remote).
//
// Delve has no plugins, but its lldb backend starts an executable of the user's choice
// and speaks gdb's remote protocol to it. So the same server works with the terminal,
// headless and DAP sessions of an unmodified dlv, and after a restart Delve simply starts
// it again.
//
// # Decisions, and what was refused
//
// `rseqstep dlv` makes Delve start /proc/self/exe, so that it leaves nothing in the file
// system; only --print-backend creates a link, in the user's cache directory.
//
// Delve starts us as macOS's debugserver rather than as lldb-server. In this form Delve
// passes on files, variables and ASLR, and the server dials Delve; in the other form Delve
// dials, and tries only once a second. The price is that Delve reads registers one by one
// (stepper/remote, delve_row.go).
//
// Refused: a second binary, so that our other commands start faster. With Delve inside,
// `rseqstep version` takes 6 ms rather than 4, and the binary has 25 MB rather than 12.
//
// Delve's lldb backend cannot follow an exec and reports so itself; the server need not do
// anything.
package delve
