// Package dapfront stands between an editor and Delve's debug adapter: when the
// editor asks for a program that is not Go's, it takes the session over with
// package dap, else it passes everything on.
//
// # Decisions, and what was refused
//
// Delve answers initialize, and we answer for it only from the launch or attach
// request on, which names the program. So the capabilities an editor is told of
// are always those of the Delve that is there; a "capabilities" event tells of
// ours when we take over. Refused: a list of Delve's capabilities of our own,
// which the next Delve would make wrong.
//
// Delve is a process of its own, at a socket that nobody else can open. Its
// dap command ends the process when its editor leaves, and it traces from
// threads of its own.
//
// A program is Go's if it holds what the Go linker leaves in every one
// (IsGo). What cannot be read is left to Delve, whose message its users know.
package dapfront
