package remote

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// What a region's permissions let a client read can be read, and nothing else
// that the program itself could read is kept from it: [vvar], which ptrace cannot
// read, has none, and the others have what /proc/PID/maps says.
func TestRegionsWithReadPermissionCanBeRead(t *testing.T) {
	w, _, _ := serve(t, rseqstep(t), "SOCKET", seed(t))
	w.ask("QStartNoAckMode")
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pidOf(t, w)))
	if err != nil {
		t.Fatal(err)
	}
	regions := 0
	for line := range strings.Lines(string(maps)) {
		m, ok := parseMapping(line)
		if !ok {
			t.Fatalf("%q", line)
		}
		reply := w.ask(fmt.Sprintf("qMemoryRegionInfo:%x", m.low))
		if !strings.HasPrefix(reply, fmt.Sprintf("start:%x;size:%x;permissions:", m.low, m.high-m.low)) {
			t.Errorf("%s the region is %q", line, reply)
		}
		_, rest, _ := strings.Cut(reply, "permissions:")
		perms, _, _ := strings.Cut(rest, ";")
		readable := w.ask(fmt.Sprintf("m%x,1", m.low)) != "E01"
		want := strings.ReplaceAll(m.perms, "-", "")
		if !readable {
			want = ""
			if m.perms[0] != 'r' { // [vsyscall]
				want = perms
			}
		}
		if perms != want {
			t.Errorf("%s can be read: %v; the region is %q", line, readable, reply)
		}
		regions++
	}
	if regions < 5 {
		t.Errorf("%d regions", regions)
	}
}
