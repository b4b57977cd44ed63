package stat

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tracefsWith makes a folder like tracefs; format "" leaves the tracepoint out.
func tracefsWith(t *testing.T, format string) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "events", "rseq", "rseq_ip_fixup")
	if format == "" {
		dir = filepath.Join(root, "events", "sched")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if format != "" {
		if err := os.WriteFile(filepath.Join(dir, "format"), []byte(format), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const fixupFormat = "name: rseq_ip_fixup\nID: 591\nformat:\n\tfield:unsigned long regs_ip;\toffset:8;\tsize:8;\tsigned:0;\n" +
	"\tfield:unsigned long start_ip;\toffset:16;\tsize:8;\tsigned:0;\n\tfield:unsigned long post_commit_offset;\toffset:24;\tsize:8;\tsigned:0;\n"

func TestTheTracepointIsReadOrSaysWhatIsMissing(t *testing.T) {
	whole := fixupFormat + "\tfield:unsigned long abort_ip;\toffset:32;\tsize:8;\tsigned:0;\n"
	absent := filepath.Join(t.TempDir(), "absent")
	for name, c := range map[string]struct {
		roots []string
		says  string
		is    error
	}{
		"all is there":       {roots: []string{tracefsWith(t, whole)}},
		"only below debugfs": {roots: []string{absent, tracefsWith(t, whole)}},
		"no tracefs":         {roots: []string{absent}, says: "tracefs is not mounted; run as root, or: sudo mount -t tracefs"},
		"an old kernel":      {roots: []string{tracefsWith(t, "")}, says: "CONFIG_RSEQ", is: ErrNoTracepoint},
		"a field has gone":   {roots: []string{tracefsWith(t, fixupFormat)}, says: "has no field abort_ip"},
		"something else":     {roots: []string{tracefsWith(t, "hello\n")}, says: "not the format of a tracepoint"},
	} {
		f, err := tracepointIn(c.roots, "rseq/rseq_ip_fixup", ErrNoTracepoint, Fields()...)
		switch {
		case c.says == "" && c.is == nil:
			if err != nil || f.ID != 591 {
				t.Errorf("%s: %+v, %v", name, f, err)
			}
		case err == nil || !strings.Contains(err.Error(), c.says) || c.is != nil && !errors.Is(err, c.is):
			t.Errorf("%s: the error is %v, without %q", name, err, c.says)
		}
	}
}
