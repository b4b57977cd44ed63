// Package prompt is the command language of the debugger's prompt: a table of
// commands, how a typed line finds its command, where lines come from (a
// terminal, a pipe, a file, -e options), and what `help` and the Tab key derive
// from the table. It knows nothing about debugging.
//
// Decisions:
//   - One table. Abbreviations, help, completion and suggestions are all read
//     from a Command; there is no second list to keep in step with it.
//   - Names are resolved as gdb does: an exact name or alias, else the only
//     command the word is a prefix of. Single letters that gdb gives to a
//     favourite command are aliases, so that they win over prefixes.
//   - A pipe is read one byte at a time. The program being debugged shares the
//     debugger's standard input, and what follows a `run` line may be meant for
//     it; reading ahead would take it away.
//   - A script (-x, -e, source) ends at its first error, as in gdb; lines from a
//     pipe or a terminal go on after one.
//
// Refused: a general shell-like parser for arguments. gdb's commands each read
// the rest of their line their own way (`break f if x > 1`), so a Command gets
// the rest of its line unsplit, and Words splits it for those that want words.
package prompt
