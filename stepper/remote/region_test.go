package remote

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// A region with read permission can be read, and the client loses nothing that the
// program itself can read: [vvar], which ptrace cannot read, has no permission, and the
// others have those of /proc/PID/maps.
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
