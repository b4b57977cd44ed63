package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
	"rseqstep/table"
)

// independent is how many units the contest of counted aborts runs.
const independent = 100000

// noUprobe is the exit status of testdata/bench/counted.c if the kernel has no uprobes.
const noUprobe = 77

// toMain takes gdb out of an abort handler, where it finds no frame of main, and
// selects main's frame, into which others are inlined.
const toMain = `python exec("while not gdb.selected_frame().function(): gdb.execute('stepi', to_string=True)` +
	`\nf = gdb.selected_frame()\nwhile f.name() != 'main': f = f.older()\nf.select()")`

// counting compares the aborts of 100,000 units, counted independently by the kernel:
// by a uprobe in the abort handler. The probe is on the handler's second instruction.
// One on the first misses aborts under a debugger (seen on Linux 6.18: 0 of 173 under
// gdb's stepi, all 173 on the second): a single step out of a live section ends one
// instruction after the abort handler's start without a probe hit, and our breakpoint
// there replaces the probe's. Without uprobes the figure is the program's own count,
// and the row says so.
//
// The program counts in its handler too. If the two counts differ, the row is a
// failure.
//
// gdb completes no unit, whether it steps by instructions (hardly one in 100,000 steps)
// or by lines (its next gives up in the abort handler, which has no line), so its rows
// have a limit, and say how many units and aborts there were.
func counting(b *built) contest {
	n := strconv.Itoa(independent)
	title := "aborts of " + n + " units, counted by the kernel (uprobe)"
	probe, err := b.probe()
	if errors.Is(err, errNoUprobe) {
		probe, err = 0, nil
		title = "aborts of " + n + " units, counted by the program itself (no uprobes here)"
	}
	if err != nil {
		return contest{title: title, contenders: []contender{{"rseqstep", func() (float64, error) { return 0, err }}}}
	}
	whole := func(argv ...string) func() (float64, error) {
		return func() (float64, error) {
			out, aborts, err := b.counted(probe, argv...)
			if err == nil && !strings.Contains(out, "sum "+n) {
				return 0, fmt.Errorf("the program did not come to its sum: %s", lastLine(out))
			}
			return aborts, err
		}
	}
	stepped := func(command string) func() (float64, error) {
		// More steps than the program has: it ends first.
		return whole(b.rseqstep, "--batch", "-e", "break main", "-e", "run", "-e", command+" 100000000", b.units, n)
	}
	bounded := func(commands ...string) func() (float64, error) {
		return func() (float64, error) {
			argv := []string{"gdb", "-nx", "--batch", "-ex", "break main", "-ex", "run " + n}
			for _, c := range append(commands, toMain, `printf "sum %ld aborts %lu\n", sum, fix_aborts`, "kill") {
				argv = append(argv, "-ex", c)
			}
			out, aborts, err := b.counted(probe, append(argv, b.units)...)
			if err != nil {
				return 0, err
			}
			made, err := field(out, "sum")
			return 0, errors.Join(fmt.Errorf("%.0f of %s units made, %.0f aborts, then given up", made, n, aborts), err)
		}
	}
	return contest{
		title: title, unit: "aborts", target: "no more than in the program by itself, or 100", rounds: 1,
		contenders: []contender{
			{"rseqstep, stepi", stepped("stepi")},
			{"rseqstep, next", stepped("next")},
			{"untraced", whole(b.units, n)},
			{"gdb, stepi 100000", bounded("stepi 100000")},
			{"gdb, next, 10 s at most", bounded(`python import os, signal, threading; t = threading.Timer(10, os.kill, (os.getpid(), signal.SIGINT)); t.daemon = True; t.start()`, "next 100000000")},
		},
	}
}

var errNoUprobe = errors.New("the kernel gives no uprobe")

// probe returns the file offset of the second instruction of the units' abort handler.
func (b *built) probe() (uint64, error) {
	f, err := table.Open(b.units)
	if err != nil {
		return 0, err
	}
	if len(f.Sections) != 1 {
		return 0, fmt.Errorf("%s has %d sections", b.units, len(f.Sections))
	}
	abort := f.Sections[0].Abort
	at, ok := f.FileOffset(abort)
	if !ok {
		return 0, fmt.Errorf("%s: %v is not in the file", b.units, abort)
	}
	image, err := elf.Open(b.units)
	if err != nil {
		return 0, err
	}
	defer image.Close()
	var first [machine.MaxLen]byte
	for _, s := range image.Sections {
		if off := uint64(abort) - s.Addr; s.Flags&elf.SHF_EXECINSTR != 0 && off < s.Size {
			if n, err := s.ReadAt(first[:], int64(off)); n == 0 {
				return 0, err
			}
		}
	}
	arch, err := arches.Of(image.Machine, image.Class)
	if err != nil {
		return 0, err
	}
	insn, err := arch.Decode(table.Addr(abort), first[:])
	if err != nil {
		return 0, err
	}
	offset := at + uint64(insn.Len)
	_, _, err = b.counted(offset, "true")
	return offset, err
}

// counted runs a command, and returns its output and how often units were aborted, by
// the kernel's count if available.
func (b *built) counted(probe uint64, argv ...string) (out string, aborts float64, err error) {
	if probe != 0 {
		argv = append([]string{b.kernelCount, b.units, strconv.FormatUint(probe, 10)}, argv...)
	}
	o, err := launchFor(long, argv...)
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.ExitCode() == noUprobe {
		return "", 0, errNoUprobe
	}
	if err != nil {
		return "", 0, err
	}
	if !strings.Contains(o.out, "aborts ") {
		return o.out, 0, nil
	}
	own, err := field(o.out, "aborts")
	if err != nil || probe == 0 {
		return o.out, own, err
	}
	kernels, err := field(o.out, "counted")
	if err == nil && kernels != own {
		err = fmt.Errorf("the kernel counted %.0f aborts, the program %.0f", kernels, own)
	}
	return o.out, kernels, err
}
