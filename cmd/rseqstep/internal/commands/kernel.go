package commands

import (
	"os"
	"strconv"
	"strings"
)

// kernelHint says so when the kernel is older than rseq(2), which came with
// Linux 4.18 (commit d7822b1e24f2 "rseq: Introduce restartable sequences system
// call").
func kernelHint(*desk) string {
	b, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return ""
	}
	if release := strings.TrimSpace(string(b)); older(release, 4, 18) {
		return "; this kernel (" + release + ") has no rseq, which came with 4.18"
	}
	return ""
}

// older reports whether a release such as "6.1.0-13" comes before major.minor.
func older(release string, major, minor int) bool {
	parts := strings.FieldsFunc(release, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) < 2 {
		return false
	}
	a, _ := strconv.Atoi(parts[0])
	b, _ := strconv.Atoi(parts[1])
	return a < major || a == major && b < minor
}
