package perf

import (
	"encoding/binary"
	"strings"
	"testing"
)

const ipFixup = `name: rseq_ip_fixup
ID: 591
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:unsigned long regs_ip;	offset:8;	size:8;	signed:0;
	field:char comm[16];	offset:16;	size:16;	signed:0;

print fmt: "regs_ip=0x%lx", REC->regs_ip
`

func TestAFormatSaysWhereATracepointsFieldsAre(t *testing.T) {
	f, err := ParseFormat(strings.NewReader(ipFixup))
	if err != nil || f.ID != 591 || f.Name != "rseq_ip_fixup" {
		t.Fatalf("%+v, %v", f, err)
	}
	raw := make([]byte, 32)
	binary.NativeEndian.PutUint32(raw[4:], ^uint32(6))
	binary.NativeEndian.PutUint64(raw[8:], 0x401000)
	if v, ok := f.Get(raw, "regs_ip"); !ok || v != 0x401000 {
		t.Errorf("regs_ip is %#x, %v", v, ok)
	}
	if v, ok := f.Get(raw, "common_pid"); !ok || int64(v) != -7 {
		t.Errorf("common_pid is %d, %v", int64(v), ok)
	}
	for _, name := range []string{"comm", "nosuch"} {
		if v, ok := f.Get(raw, name); ok {
			t.Errorf("%s is a number, %d", name, v)
		}
	}
	if _, ok := f.Get(raw[:15], "regs_ip"); ok {
		t.Error("data that end inside a field have it")
	}
	if m := f.Missing("regs_ip", "abort_ip"); m != "abort_ip" {
		t.Errorf("missing is %q", m)
	}
}

func TestWhatIsNoFormatIsAnError(t *testing.T) {
	for _, text := range []string{"", "name: x\n", "ID: 3\n", "name: x\nID: many\n",
		"name: x\nID: 1\n\tfield:;\toffset:0;\tsize:2;\tsigned:0;\n",
		"name: x\nID: 1\n\tfield:int a;\toffset:zero;\tsize:2;\tsigned:0;\n"} {
		if f, err := ParseFormat(strings.NewReader(text)); err == nil {
			t.Errorf("%q is the format %+v", text, f)
		}
	}
}
