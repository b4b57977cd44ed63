// Package lineedit reads lines from a person at a terminal: editing with the
// keys of GNU readline's emacs mode, history, search and completion.
//
// Decisions:
//   - One goroutine. Read waits with poll(2) for a key, a signal and the caller's
//     stop channel at once, and calls Complete itself: there is nothing that
//     could wait for somebody who waits for it, and no key is read by a line that
//     is over.
//   - Nothing is timed. An escape character is the beginning of a key; a control
//     character ends a key that is not complete and counts itself, as ECMA-48
//     terminals have it. So Ctrl-C works at any moment.
//   - Bytes are read one at a time and none beyond the end of the line: what
//     follows may be meant for the program being debugged.
//   - What a key is, what it does to the line, and what the screen shows are
//     functions of values; only terminal_linux.go calls the kernel.
//   - A long line is scrolled sideways, not wrapped: the cursor stays in one row,
//     whatever the window's size becomes.
//
// Refused: a question before many candidates are listed ("Display all 150
// possibilities?"): it is a read inside a read. The list is cut off instead, as
// gdb's max-completions does it.
package lineedit
