package stat

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rseqstep/stat/perf"
	"rseqstep/stat/tracefs"
)

// ErrNoTracepoint says that the kernel has no tracepoint rseq:rseq_ip_fixup.
var ErrNoTracepoint = errors.New("the kernel has no tracepoint rseq:rseq_ip_fixup (it needs CONFIG_RSEQ and CONFIG_TRACEPOINTS, Linux 4.18 or newer)")

// errNoSignals says that the kernel has no tracepoint signal:signal_deliver.
var errNoSignals = errors.New("the kernel has no tracepoint signal:signal_deliver, so that causes cannot be told")

// Tracepoint reads the format of rseq:rseq_ip_fixup. Its error says what to do: it wraps
// ErrNoTracepoint, fs.ErrPermission, or says that tracefs is not mounted.
func Tracepoint() (perf.Format, error) {
	return tracepointIn(tracefs.Roots(), "rseq/rseq_ip_fixup", ErrNoTracepoint, Fields()...)
}

// tracepointIn reads the format of a tracepoint that has some fields. absent is the error if the
// kernel has none of that name.
func tracepointIn(roots []string, name string, absent error, fields ...string) (perf.Format, error) {
	for _, root := range roots {
		events := filepath.Join(root, "events")
		if _, err := os.Stat(events); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return perf.Format{}, fmt.Errorf("cannot read %s: %w\nRun as root, or let a group read it: sudo chgrp -R GROUP %s; sudo chmod -R g+rX %[3]s", root, errors.Unwrap(err), root)
		}
		f, err := os.Open(filepath.Join(events, name, "format"))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return perf.Format{}, absent
		case err != nil:
			return perf.Format{}, fmt.Errorf("cannot read the tracepoint: %w\nRun as root, or let a group read tracefs: sudo chgrp -R GROUP %s; sudo chmod -R g+rX %[2]s", err, root)
		}
		defer f.Close()
		format, err := perf.ParseFormat(f)
		if err == nil {
			if missing := format.Missing(fields...); missing != "" {
				err = fmt.Errorf("the kernel's %s has no field %s", name, missing)
			}
		}
		return format, err
	}
	return perf.Format{}, errors.New("tracefs is not mounted; run as root, or: sudo mount -t tracefs tracefs /sys/kernel/tracing")
}
