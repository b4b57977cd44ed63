package commands

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/table"
)

// proc is `info proc`.
func (d *desk) proc() *prompt.Command {
	file := func(name, short string) *prompt.Command {
		return &prompt.Command{Name: name, Short: short, Run: func(string) error {
			if !d.Live() {
				return prompt.Message("No current process: start the program, or attach to one.")
			}
			d.printf("process %d\n", d.PID())
			return d.procFile(name)
		}}
	}
	subs := prompt.NewRegistry("info proc",
		&prompt.Command{Name: "mappings", Short: "The mapped parts of the address space", Run: d.infoMappings},
		file("cmdline", "The command line"), file("cwd", "The working directory"), file("exe", "The program's file"),
		&prompt.Command{Name: "status", Short: "What /proc says of the process (proc_pid_status(5))", Run: func(string) error {
			if !d.Live() {
				return prompt.Message("No current process: start the program, or attach to one.")
			}
			b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.ProcID()))
			d.printf("process %d\n%s", d.PID(), b)
			return err
		}},
	)
	return &prompt.Command{Name: "proc", Usage: "[mappings|status|cmdline|cwd|exe]", Short: "The process", Run: d.infoProc, Subs: subs}
}

// procFile shows one of the process's files in /proc as gdb does.
func (d *desk) procFile(name string) error {
	path := fmt.Sprintf("/proc/%d/%s", d.ProcID(), name)
	text, err := "", error(nil)
	if name == "cmdline" {
		var b []byte
		b, err = os.ReadFile(path)
		text = strings.TrimSpace(strings.ReplaceAll(string(b), "\x00", " "))
	} else {
		text, err = os.Readlink(path)
	}
	d.printf("%s = '%s'\n", name, text)
	return err
}

// infoMappings shows /proc/PID/maps in gdb's layout. See proc_pid_maps(5).
func (d *desk) infoMappings(string) error {
	if !d.Live() {
		return prompt.Message("No current process: start the program, or attach to one.")
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", d.ProcID()))
	if err != nil {
		return err
	}
	mappings := []show.JSONMapping{}
	if d.JSON == nil {
		d.printf("process %d\nMapped address spaces:\n\n%18s %18s %10s %10s  %s  %s\n", d.PID(), "Start Addr", "End Addr", "Size", "Offset", "Perms", "objfile")
	}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		var low, high, offset, inode uint64
		var perms, device string
		if _, err := fmt.Sscanf(line, "%x-%x %s %x %s %d", &low, &high, &perms, &offset, &device, &inode); err != nil {
			return fmt.Errorf("/proc/%d/maps: %q: %w", d.ProcID(), line, err)
		}
		name := ""
		if f := strings.Fields(line); len(f) > 5 {
			name = line[strings.Index(line, f[5]):]
			if i := strings.IndexAny(line, "/["); i >= 0 {
				name = line[i:]
			}
		}
		if d.JSON != nil {
			mappings = append(mappings, show.JSONMapping{Start: table.Addr(low).String(), End: table.Addr(high).String(), Offset: fmt.Sprintf("%#x", offset), Perms: perms, File: name})
			continue
		}
		d.printf("%#18x %#18x %#10x %#10x  %s   %s\n", low, high, high-low, offset, perms, name)
	}
	_, err = d.asJSON("mappings", show.Fields{"pid": d.PID(), "mappings": mappings})
	return err
}

// auxKind is how gdb shows a kind of the auxiliary vector.
type auxKind struct {
	name, what string
	form       byte // 'x' hexadecimal, 'd' decimal, 's' the address of a string
}

// auxKinds are the kinds of include/uapi/linux/auxvec.h and arch/x86/include/uapi/asm/auxvec.h.
func auxKinds() map[uint64]auxKind {
	return map[uint64]auxKind{
		0: {"AT_NULL", "End of vector", 'x'}, 1: {"AT_IGNORE", "Entry should be ignored", 'x'}, 2: {"AT_EXECFD", "File descriptor of program", 'd'},
		3: {"AT_PHDR", "Program headers for program", 'x'}, 4: {"AT_PHENT", "Size of program header entry", 'd'}, 5: {"AT_PHNUM", "Number of program headers", 'd'},
		6: {"AT_PAGESZ", "System page size", 'd'}, 7: {"AT_BASE", "Base address of interpreter", 'x'}, 8: {"AT_FLAGS", "Flags", 'x'}, 9: {"AT_ENTRY", "Entry point of program", 'x'},
		10: {"AT_NOTELF", "Program is not ELF", 'd'}, 11: {"AT_UID", "Real user ID", 'd'}, 12: {"AT_EUID", "Effective user ID", 'd'}, 13: {"AT_GID", "Real group ID", 'd'}, 14: {"AT_EGID", "Effective group ID", 'd'},
		15: {"AT_PLATFORM", "String identifying platform", 's'}, 16: {"AT_HWCAP", "Machine-dependent CPU capability hints", 'x'}, 17: {"AT_CLKTCK", "Frequency of times()", 'd'},
		23: {"AT_SECURE", "Boolean, was exec setuid-like?", 'd'}, 24: {"AT_BASE_PLATFORM", "String identifying base platform", 's'}, 25: {"AT_RANDOM", "Address of 16 random bytes", 'x'},
		26: {"AT_HWCAP2", "Extension of AT_HWCAP", 'x'}, 27: {"AT_RSEQ_FEATURE_SIZE", "Bytes of rseq features", 'd'}, 28: {"AT_RSEQ_ALIGN", "Alignment of the rseq area", 'd'},
		29: {"AT_HWCAP3", "Extension of AT_HWCAP", 'x'}, 30: {"AT_HWCAP4", "Extension of AT_HWCAP", 'x'},
		31: {"AT_EXECFN", "File name of executable", 's'}, 32: {"AT_SYSINFO", "Special system info/entry points", 'x'}, 33: {"AT_SYSINFO_EHDR", "System-supplied DSO's ELF header", 'x'},
		51: {"AT_MINSIGSTKSZ", "Minimum stack size for signal delivery", 'x'},
	}
}

func (d *desk) infoAuxv(string) error {
	vector, err := d.Auxv()
	if err != nil {
		return err
	}
	kinds := auxKinds()
	for ; len(vector) >= 16; vector = vector[16:] {
		kind, value := binary.LittleEndian.Uint64(vector), binary.LittleEndian.Uint64(vector[8:])
		k, known := kinds[kind]
		if !known {
			k = auxKind{"???", "", 'x'}
		}
		text := fmt.Sprintf("%#x", value)
		switch k.form {
		case 'd':
			text = fmt.Sprint(value)
		case 's':
			if s, err := d.CString(table.Addr(value)); err == nil {
				text += fmt.Sprintf(" %q", s)
			}
		}
		d.printf("%-4d %-20s %-30s %s\n", kind, k.name, k.what, text)
		if kind == 0 {
			break
		}
	}
	return nil
}
