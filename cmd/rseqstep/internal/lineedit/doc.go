// Package lineedit reads lines from a person at a terminal: with editing as in
// GNU readline's emacs mode, history, search and completion.
//
// Decisions:
//   - github.com/ergochat/readline edits the line. It reads bytes on a goroutine
//     of its own, but one at a time, and only while Read waits for it; so no key
//     is read by a line that is over, and none beyond the end of the line: what
//     follows may be meant for the program being debugged.
//   - What it reads is ours: poll(2) waits for a key, a signal and the caller's
//     stop channel at once. So Ctrl-C works at any moment, whatever key or search
//     has begun, and SIGTERM ends what is being read.
//   - Tab is carried out by the library's listener, not by its completer.
//     Complete is called on the goroutine that called Read: only that one may
//     look at the program being debugged. The completer's menu also panics
//     ("index out of range" in complete.go, found with random keys), and it is a
//     read inside a read, as a question before many candidates are listed
//     ("Display all 150 possibilities?") would be. The list is cut off instead, as
//     gdb's max-completions does it.
//   - The library asks the terminal where the cursor is (DSR) before each line,
//     and waits for the answer. It is given one at once: a terminal may have none,
//     and the keys typed ahead come before it.
//
// Refused:
//   - golang.org/x/term: it has no search and no yank, and takes each character to
//     be one column wide; it panics where ESC begins more than 256 bytes that end
//     no key, waits for a byte more where Enter follows half a character, and takes
//     ESC O A for the letter A.
//   - github.com/go-delve/liner: it asks for candidates on a goroutine of its own,
//     panics in a search in a narrow window, and reads keys when its line is over.
//   - An editor of our own: it was twice the code.
package lineedit
