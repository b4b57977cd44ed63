// Package prompt is the command language of the debugger's prompt: a table of commands, how
// a typed line selects its command, the sources of lines (a terminal, a pipe, a file, -e
// options), and what `help` and the Tab key derive from the table. It knows nothing about
// debugging.
//
// Decisions:
//   - One table. Abbreviations, help, completion and suggestions all come from a Command;
//     there is no second list to keep consistent with it.
//   - Names are resolved as in gdb: an exact name or alias, otherwise the only command of
//     which the word is a prefix. Single letters that gdb gives to a frequent command are
//     aliases, so that they take precedence over prefixes.
//   - A pipe is read one byte at a time. The program being debugged shares the debugger's
//     standard input, and what follows a `run` line may be meant for the program; reading
//     ahead would take it away.
//   - A script (-x, -e, source) stops at its first error, as in gdb; after an error in a
//     line from a pipe or a terminal, the next line is run.
//
// Refused: a general shell-like parser for arguments. gdb's commands each parse the rest of
// their line in their own way (`break f if x > 1`), so a Command gets the rest of its line
// unsplit, and Words splits it for commands that want words.
package prompt
