// Package lineedit reads lines from a user at a terminal: with editing as in GNU readline's
// emacs mode, history, search and completion.
//
// Decisions:
//   - github.com/ergochat/readline edits the line. It reads bytes on its own goroutine, but
//     one at a time, and only while Read waits for it. So it reads no key after the end of
//     the line: what follows may be meant for the program being debugged.
//   - The library reads from our console: poll(2) waits for a key, a signal and the
//     caller's stop channel at once. So Ctrl-C works at any moment, even in the middle of
//     a key or a search, and SIGTERM ends a read.
//   - The library's listener handles Tab, not its completer. Complete is called on the
//     goroutine that called Read, because only that one may inspect the program being
//     debugged. The completer's menu also panics ("index out of range" in complete.go,
//     found with random keys). Both the menu and a question before many candidates
//     ("Display all 150 possibilities?") would be a read inside a read; so the list is
//     cut off instead, as with gdb's max-completions.
//   - The library asks the terminal for the cursor position (DSR) before each line, and
//     waits for the answer. We answer at once: a terminal may not answer at all, and keys
//     that the user has typed ahead come before its answer.
//
// Refused:
//   - golang.org/x/term: it has no search and no yank, and treats each character as one
//     column wide; it panics if ESC begins more than 256 bytes that end no key, waits for
//     another byte if Enter follows half a character, and reads ESC O A as the letter A.
//   - github.com/go-delve/liner: it asks for candidates on its own goroutine, panics in a
//     search in a narrow window, and reads keys after the end of its line.
//   - An editor of our own: it was twice the code.
package lineedit
