//go:build linux && (amd64 || arm64)

package ptrace

import (
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// A breakpoint disappears with its memory, in whatever way: removing it then is no error,
// and leaves what is mapped there unchanged.
func TestABreakpointGoesWithItsMemory(t *testing.T) {
	const size = 4096
	shared, private := uint64(unix.MAP_SHARED|unix.MAP_ANONYMOUS), uint64(unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	for name, replace := range map[string]func(*Process, table.Addr) (int64, error){
		"unmapped": func(p *Process, at table.Addr) (int64, error) {
			return p.Syscall(p.PID(), unix.SYS_MUNMAP, uint64(at), size)
		},
		"other memory": func(p *Process, at table.Addr) (int64, error) {
			return p.Syscall(p.PID(), unix.SYS_MMAP, uint64(at), size, unix.PROT_READ|unix.PROT_WRITE, private|unix.MAP_FIXED, ^uint64(0), 0)
		},
		"memory that cannot be written": func(p *Process, at table.Addr) (int64, error) {
			return p.Syscall(p.PID(), unix.SYS_MMAP, uint64(at), size, unix.PROT_READ, shared|unix.MAP_FIXED, ^uint64(0), 0)
		},
		"written by the program": func(p *Process, at table.Addr) (int64, error) {
			_, err := p.writeRaw(at, make([]byte, trapLen))
			return 0, err
		},
	} {
		for how, away := range map[string]func(*Process, table.Addr) error{
			"remove": (*Process).Remove,
			"lift":   func(p *Process, _ table.Addr) error { return p.lift() },
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				p := launchBare(t, counted)
				got, err := p.Syscall(p.PID(), unix.SYS_MMAP, 0, size, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, private, ^uint64(0), 0)
				if err != nil || got < 0 {
					t.Fatalf("mmap: %d, %v", got, err)
				}
				at := table.Addr(got)
				if _, err := p.WriteMemory(at, []byte(opNop)); err != nil {
					t.Fatal(err)
				}
				if err := p.Insert(at); err != nil {
					t.Fatal(err)
				}
				if n, err := replace(p, at); err != nil || n < 0 {
					t.Fatalf("%d, %v", n, err)
				}
				if err := away(p, at); err != nil {
					t.Errorf("the breakpoint cannot be taken away: %v", err)
				}
				var there [trapLen]byte
				if _, err := p.readRaw(at, there[:]); err == nil && there != [trapLen]byte{} {
					t.Errorf("% x is written to memory that has no breakpoint", there)
				}
			})
		}
	}
}
