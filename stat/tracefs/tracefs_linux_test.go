package tracefs

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Whoever may mount a file system finds one, mounted before or not, and it is the same as any other.
func TestRootFindsATracefs(t *testing.T) {
	list := func(root string) string {
		text, err := os.ReadFile(root + "/events/header_page")
		if err != nil {
			return ""
		}
		return string(text)
	}
	mine := own()
	types, err := os.ReadFile("/proc/filesystems")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(types), "\ttracefs\n") {
		if mine != "" {
			t.Errorf("%s is a tracefs of a kernel that has none", mine)
		}
		return
	}
	if mine == "" {
		t.Log("this user may not mount a file system")
	} else if list(mine) == "" {
		t.Errorf("%s has no events/header_page", mine)
	}
	roots := Roots()
	if mine != "" && !slices.ContainsFunc(roots, func(root string) bool { return list(root) != "" }) {
		t.Errorf("none of %v is a tracefs", roots)
	}
	for _, root := range usual() {
		if text := list(root); text != "" && mine != "" && text != list(mine) {
			t.Errorf("%s has another header_page than ours", root)
		}
	}
}
