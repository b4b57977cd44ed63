// Package annotate decodes code that contains restartable sequences and says what role each
// instruction has in them: the store that arms a section, its instructions, its exits, its
// abort handler. `disassemble` at the prompt and the HTML pages show it.
//
// The code may be that of a process or of a file that does not run.
package annotate
