package table

import (
	"errors"
	"strings"
	"testing"
)

// TestMapsAreParsed: names with spaces, newlines and the mark of a deleted
// file.
func TestMapsAreParsed(t *testing.T) {
	maps, err := parseMaps(strings.NewReader(
		"55a17f899000-55a17f89e000 r-xp 00002000 fe:00 247766                     /usr/bin/sl eep\n" +
			"7f0df0a51000-7f0df0aa8000 rw-s 00000000 00:01 12                         /memfd:a\\012b (deleted)\n" +
			"7f0df0c89000-7f0df0c96000 rw-p 00000000 00:00 0 \n" +
			"7f0df0ca7000-7f0df0ca9000 r-xp 00000000 00:00 0                          [vdso]\n" +
			"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []mapping{
		{0x55a17f899000, 0x55a17f89e000, true, 0x2000, "fe:00", 247766, "/usr/bin/sl eep", false},
		{0x7f0df0a51000, 0x7f0df0aa8000, false, 0, "00:01", 12, "/memfd:a\nb", true},
		{0x7f0df0c89000, 0x7f0df0c96000, false, 0, "00:00", 0, "", false},
		{0x7f0df0ca7000, 0x7f0df0ca9000, true, 0, "00:00", 0, "[vdso]", false},
		{0xffffffffff600000, 0xffffffffff601000, true, 0, "00:00", 0, "[vsyscall]", false},
	}
	if len(maps) != len(want) {
		t.Fatalf("%d mappings, want %d", len(maps), len(want))
	}
	for i := range maps {
		if maps[i] != want[i] {
			t.Errorf("line %d is %+v, want %+v", i, maps[i], want[i])
		}
	}
	if !maps[0].isFile() || !maps[1].isFile() || maps[2].isFile() || maps[3].isFile() {
		t.Error("which mappings are of files is wrong")
	}
	for _, line := range []string{"x", "1-2", "1-2 r-xp zz 00:00 0", "g-2 r-xp 0 00:00 0", "1-2 r 0 00:00 0", "1 r-xp 0 00:00 0"} {
		if _, err := parseMaps(strings.NewReader(line + "\n")); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v, want ErrMalformed", line, err)
		}
	}
}
