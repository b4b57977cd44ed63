package stepper_test

import (
	"encoding/binary"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// A program may keep a tag in the top byte of a pointer, where the processor ignores it. Memory is read and
// watched there as if it had none, whoever names the tag.
func TestTagsOfPointersAreIgnored(t *testing.T) {
	tag := table.Addr(perArch(0, 0xab)) << 56
	for _, command := range []string{"continue", "next", "stepi"} {
		t.Run(command, func(t *testing.T) {
			p := launch(t, tabletest.Fixture{Source: "tagged.c"})
			p.runTo("stores")
			var b [8]byte
			if _, err := p.process.ReadMemory(p.address("tagged"), b[:]); err != nil || table.Addr(binary.LittleEndian.Uint64(b[:])) != p.address("word")|tag {
				t.Fatalf("the pointer is %x, %v", b, err)
			}
			p.add(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: "word", Watch: p.address("word") | tag, WatchLength: 8})
			var values []byte
			for len(values) == 0 || values[len(values)-1] != 4 {
				stop := p.do(command)
				if stop.Reason == stepper.StopExited {
					t.Fatalf("the values are %v", values)
				}
				for _, c := range stop.Watch {
					values = append(values, c.New...)[:len(values)+1]
				}
			}
			if tag == 0 && len(values) != 4 { // with a tag, qemu's emulation (7.2) triggers no watchpoint
				t.Errorf("the values are %v", values)
			}
			if n, err := p.Engine.WriteMemory(p.address("text")|tag, []byte("T")); n != 1 || err != nil {
				t.Errorf("%d bytes are written: %v", n, err)
			}
			p.wantExit(0)
			p.wantPrinted("word 4 Text\n")
		})
	}
}
