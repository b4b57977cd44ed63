package remote

import (
	"encoding/binary"
	"testing"
)

func TestFaultsAreDescribedInLLDBsWords(t *testing.T) {
	for _, c := range []struct {
		sig, code int
		want      string
	}{
		{11, 1, "signal SIGSEGV: address not mapped to object (fault address: 0x1234)"},
		{11, 2, "signal SIGSEGV: invalid permissions for mapped object (fault address: 0x1234)"},
		{11, 0x80, "signal SIGSEGV: address not mapped to object"}, // SI_KERNEL: of a general protection exception
		{11, 0, ""},  // SI_USER: a process sent it
		{11, -6, ""}, // SI_TKILL
		{7, 2, "signal SIGBUS: illegal address"},
		{8, 1, "signal SIGFPE: integer divide by zero"},
		{4, 2, "signal SIGILL: illegal instruction operand"},
		{4, 99, ""},
		{10, 1, ""},
	} {
		info := make([]byte, 128)
		binary.LittleEndian.PutUint32(info, uint32(c.sig))
		binary.LittleEndian.PutUint32(info[8:], uint32(int32(c.code)))
		binary.LittleEndian.PutUint64(info[16:], 0x1234)
		if got := faultText(c.sig, info); got != c.want {
			t.Errorf("signal %d code %d: %q, want %q", c.sig, c.code, got, c.want)
		}
	}
}
