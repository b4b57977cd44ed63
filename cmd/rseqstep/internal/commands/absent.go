package commands

import "strings"

// gdbHas tells where gdb's own commands are.
const gdbHas = `"rseqstep gdb" has it: it runs your gdb, with rseqstep doing the stepping.`

// absent are gdb's commands that there are not here, with what to do instead.
func absent() map[string]string {
	return answers(map[string]string{
		"python py python-interactive guile gu guile-repl":                                                               "There is no Python here. " + gdbHas,
		"tui layout focus fs refresh winheight winwidth update":                                                          `There are no windows here. "list" and "display/i $pc" show where the program is, "rseqstep dap" serves an editor, and ` + gdbHas,
		"record rec reverse-step reverse-next reverse-stepi reverse-nexti reverse-continue reverse-finish rn rsi rni rc": `rseqstep does not go back. "watch" and "watch -l" stop where a value changes; rr records a run to step back in.`,
		"checkpoint":                            `There are no checkpoints. "start" runs the program again to main; breakpoints and displays stay.`,
		"generate-core-file gcore":              `rseqstep writes no core files. "signal SIGABRT" ends the program with one, if "ulimit -c" allows it; or "detach", and run gcore(1).`,
		"target remote monitor disconnect load": `This prompt debugs programs on this machine. "rseqstep gdbserver" serves a gdb elsewhere.`,
		"add-inferior clone-inferior remove-inferiors inferior kill-inferiors detach-inferiors":                                                          `There is one process at a time. "set follow-fork-mode" chooses between parent and child, and ` + gdbHas,
		"trace tp tr tra trac ftrace strace tstart tstop tstatus tfind tdump tsave tvariable actions collect passcount teval ws while-stepping stepping": `There are no tracepoints. "dprintf" prints at a line and goes on, and so does a breakpoint with "commands", "silent", … "continue".`,
		"compile expression":      `There is no compiler here. "print" and "call" evaluate expressions and call functions of the program.`,
		"define-prefix":           `"define NAME" makes a command from others.`,
		"interpreter-exec new-ui": `There is no MI here. "rseqstep dap" serves editors, and ` + gdbHas,
		"tty inferior-tty":        `"run < FILE > FILE" redirects the program's input and output. ` + gdbHas,
		"dump append restore":     `"x" shows memory and "set var" changes it. ` + gdbHas,
		"edit make":               `"shell COMMAND" runs a command.`,
		"interrupt":               `Ctrl-C stops the program.`,
		"queue-signal":            `"signal SIGNAL" continues with a signal.`,
		"explore":                 `"ptype" shows a type, "print" a value.`,
		"add-symbol-file symbol-file remove-symbol-file add-symbol-file-from-memory sharedlibrary nosharedlibrary section":                                                                                                                                                               `Symbols are read from the files that the process has mapped, and from the files under /usr/lib/debug that belong to them; "info sharedlibrary" lists them.`,
		"agent-printf bookmark break-range compare-sections flash-erase goto-bookmark jit-reader-load jit-reader-unload maintenance mt mem memory-tag overlay task tfaas dont-repeat print-object po init-if-undefined function add-auto-load-safe-path add-auto-load-scripts-directory": gdbHas,
	})
}

// absentInfo are the subjects of gdb's info.
func absentInfo() map[string]string {
	return answers(map[string]string{
		"os":           `"shell ps", "shell ls -l /proc/PID/fd" and the like show it.`,
		"checkpoints":  absent()["checkpoint"],
		"record rec":   absent()["record"],
		"win":          absent()["layout"],
		"float vector": `"info all-registers" shows them, "print $xmm0" one.`,
		"tracepoints tp tvariables static-tracepoint-markers": absent()["trace"],
		"probes":           `"catch throw", "catch catch" and "catch load" stop at the usual ones. ` + gdbHas,
		"sources":          `"info functions" and "info line" name files; "list FILE:1" shows one.`,
		"vtbl":             `"print *OBJECT" shows the object, "set print object on" its own class.`,
		"copying warranty": `rseqstep has the MIT licence.`,
		"connections":      `"info inferiors" shows the process.`,
		"pretty-printer type-printers unwinder xmethod frame-filter auto-load guile":                        absent()["python"],
		"exceptions tasks classes selectors common module modules mem dcache terminal extensions bookmarks": gdbHas,
		"set": `"show" shows settings.`,
	})
}

// absentSettings are gdb's settings.
func absentSettings() map[string]string {
	return answers(map[string]string{
		"debuginfod":                      "rseqstep does not download debug information.",
		"logging":                         `"pipe COMMAND | tee -a FILE" keeps a command's output, "--log commands=FILE" what was typed.`,
		"backtrace":                       `"backtrace N" and "backtrace -N" limit it.`,
		"startup-with-shell exec-wrapper": `The program is started without a shell; "run < FILE > FILE" redirects, and "set environment" sets variables.`,
		"non-stop schedule-multiple":      `All threads stop together; "set scheduler-locking" lets one run alone.`,
		"python guile extension-language script-extension": absent()["python"],
		"tui":                       absent()["tui"],
		"record exec-direction":     absent()["record"],
		"language":                  "Expressions are in the language of the selected frame's source.",
		"architecture endian osabi": "The program's file says it.",
		"sysroot solib-search-path solib-absolute-prefix auto-solib-add": `Libraries are those that the process has mapped; "directory" finds sources.`,
		"history":                         "The lines typed are kept in ~/.local/state/rseqstep.",
		"remote remotetimeout tcp serial": absent()["remote"],
		"inferior-tty":                    absent()["tty"],
		"input-radix output-radix radix":  `"print/x" and "0x" give and take hexadecimal numbers.`,
		"can-use-hw-watchpoints":          "Watchpoints are always in hardware.",
		"displaced-stepping":              "rseqstep executes no copies of instructions.",
		"disassembler-options":            "Instructions are shown in AT&T syntax.",
	})
}

// answers has an entry for each of the names in a key.
func answers(of map[string]string) map[string]string {
	all := map[string]string{}
	for names, answer := range of {
		for _, name := range strings.Fields(names) {
			all[name] = answer
		}
	}
	return all
}
