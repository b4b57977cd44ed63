package commands

import (
	"encoding/binary"
	"fmt"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/corefile"
)

// coreFile is `core-file [FILE]`.
func (d *desk) coreFile() *prompt.Command {
	return &prompt.Command{Name: "core-file", Aliases: []string{"core"}, Class: prompt.Files, Usage: "[FILE]", Short: "Examine a core file", Complete: d.fileWords,
		Long: "FILE is a core file of the program named before; if you have named none,\nrseqstep finds the program through the core file. Commands that only inspect\nwork on it: backtrace, frame, info threads, registers, locals, rseq,\nsharedlibrary, print, x, disassemble, list. Commands that would run or change\nthe program answer that it is not being run; \"run\" starts the program again.\nWithout FILE, close the core file.",
		Run: func(args string) error {
			words, err := prompt.Words(args)
			if err != nil {
				return err
			}
			if len(words) > 1 {
				return prompt.Message("Give one core file: %q.", args)
			}
			if d.Live() {
				if err := d.Ask(prompt.Message("Program not killed."), "A program is being debugged already.  Kill it?"); err != nil {
					return err
				}
				if err := d.Kill(); err != nil {
					return err
				}
			}
			if len(words) == 1 {
				return d.OpenCore(words[0])
			}
			d.CloseCore()
			d.printf("No core file now.\n")
			return nil
		}}
}

// coreProgram is what `info program` and `info files` print for a core file.
func (d *desk) coreProgram(core *corefile.Process) {
	d.printf("Core file: %s\n", core.Path())
	d.printf("Process %d, which has ended", core.PID())
	if n := core.Signal(); n != 0 {
		d.printf(": terminated by signal %s, %s%s", show.SignalName(n), show.SignalText(n), faultOf(core))
	}
	d.printf(".\n")
}

// faultOf returns the address in a fault's siginfo_t, "" if it has none. See
// sigaction(2).
func faultOf(core *corefile.Process) string {
	const (
		code, addr                      = 8, 16 // si_code, si_addr: bytes into siginfo_t
		sigill, sigbus, sigfpe, sigsegv = 4, 7, 8, 11
	)
	switch core.Signal() {
	case sigill, sigbus, sigfpe, sigsegv:
	default:
		return ""
	}
	info, err := core.Siginfo(core.Threads()[0])
	if err != nil || int32(binary.LittleEndian.Uint32(info[code:])) <= 0 { // sent by a process
		return ""
	}
	return fmt.Sprintf(", at address %#x", binary.LittleEndian.Uint64(info[addr:]))
}

// coreProc is `info proc` for a core file, which does not record the directory and
// limits.
func (d *desk) coreProc(core *corefile.Process) {
	d.printf("process %d, from the core file, which does not record its working directory\n", core.PID())
	d.printf("cmdline = '%s'\n", core.Info().Args)
	d.printf("exe = '%s'\n", core.Executable())
}

// standsIn is the section that a thread of a core file is inside by its PC alone, if its rseq area
// does not name it.
func (d *desk) standsIn(t stepper.ThreadInfo) string {
	if d.Core() == nil || t.Rseq.Live {
		return ""
	}
	if p, ok := d.SectionAt(t.PC); ok {
		return "PC inside " + d.SectionName(p)
	}
	return ""
}

// coreRegistrations explains how rseqstep knows the registrations of a core file's
// threads.
func (d *desk) coreRegistrations(unknown int) {
	if unknown > 0 {
		d.printf("A core file does not record rseq registrations, and rseqstep found none by glibc (__rseq_size): the program may have\nregistered areas of its own. A thread is shown inside a section if its PC is there.\n")
		return
	}
	d.printf("A core file does not record rseq registrations: these are glibc's areas (__rseq_offset, __rseq_size).\n")
}
