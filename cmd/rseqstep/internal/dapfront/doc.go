// Package dapfront relays between an editor and Delve's debug adapter. If the editor asks
// for a program that is not a Go program, package dap takes the session over; otherwise
// dapfront passes everything on.
//
// # Decisions, and what was refused
//
// Delve answers initialize; we answer only from the launch or attach request on, which
// names the program. So the editor always gets the capabilities of the installed Delve; if
// we take over, a "capabilities" event announces ours. Refused: our own list of Delve's
// capabilities, which the next version of Delve would make wrong.
//
// Delve is a separate process, at a socket that nobody else can open. Its dap command ends
// the process when its editor disconnects, and it traces from threads of its own.
//
// A program is a Go program if it contains what the Go linker writes into every program
// (IsGo). Delve handles files that cannot be read, because its users know its message.
package dapfront
