package tabletest

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stat/tracefs"
)

// NeedTracepoint skips the test if the kernel does not let it record the tracepoint of aborts: that
// takes root, or CAP_PERFMON and a tracefs that it may read.
func NeedTracepoint(t testing.TB) {
	t.Helper()
	var text []byte
	var err error
	for _, root := range tracefs.Roots() {
		if text, err = os.ReadFile(root + "/events/rseq/rseq_ip_fixup/id"); err == nil {
			break
		}
	}
	if err != nil {
		skip(t, "needs the tracepoint rseq:rseq_ip_fixup: "+err.Error())
	}
	id, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	attr := unix.PerfEventAttr{Type: unix.PERF_TYPE_TRACEPOINT, Size: unix.PERF_ATTR_SIZE_VER0, Config: id, Sample: 1, Sample_type: unix.PERF_SAMPLE_RAW}
	fd, err := unix.PerfEventOpen(&attr, -1, 0, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		skip(t, "needs CAP_PERFMON to record tracepoints: "+err.Error())
	}
	unix.Close(fd)
}

// NeedUprobes skips the test if it may not define probes of user code; it returns the tracing file
// system in which it may.
func NeedUprobes(t testing.TB) (root string) {
	t.Helper()
	NeedTracepoint(t)
	var err error
	for _, root := range tracefs.Roots() {
		var f *os.File
		if f, err = os.OpenFile(root+"/uprobe_events", os.O_WRONLY|os.O_APPEND, 0); err == nil {
			f.Close()
			return root
		}
	}
	skip(t, "needs uprobes in tracefs: "+err.Error())
	return ""
}
