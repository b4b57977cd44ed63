// Package delve is rseqstep for users of Delve, the debugger for Go: the whole
// of dlv as a command of ours, and what Delve must be told and answered to have
// our server (stepper/remote) behind it.
//
// Delve has no plugins, but its lldb backend starts an executable that it is
// told of and speaks gdb's remote protocol to it. So the same server serves the
// terminal, headless and DAP sessions of an unmodified dlv, and after a restart
// Delve simply starts it again.
//
// # Decisions, and what was refused
//
// `rseqstep dlv` makes Delve start /proc/self/exe, so that it leaves nothing in
// the file system; only --print-backend makes a link, in the user's cache folder.
//
// The form of macOS's debugserver rather than that of lldb-server: Delve tells
// it of files, variables and ASLR, and is dialled instead of dialling, which it
// tries only once a second. The price is that Delve reads registers one by one
// from it (stepper/remote, delve_row.go).
//
// A second binary, for a shorter start of our other commands, was refused: with
// Delve inside `rseqstep version` takes 6 ms rather than 4, and the binary has
// 25 MB rather than 12.
//
// Delve's lldb backend cannot follow an exec and says so itself; nothing is
// asked of us.
package delve
