package table

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// mapping is one line of /proc/PID/maps. See proc_pid_maps(5).
type mapping struct {
	low, high  Addr
	executable bool
	offset     uint64 // bytes into the file
	dev        string // major:minor, hexadecimal
	inode      uint64 // 0: no file
	path       string // without " (deleted)"
	deleted    bool
}

// size is the length of the mapping in bytes.
func (m *mapping) size() uint64 { return uint64(m.high - m.low) }

// parseMaps reads the text of /proc/PID/maps.
func parseMaps(r io.Reader) ([]mapping, error) {
	var maps []mapping
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		m, err := parseMapping(sc.Text())
		if err != nil {
			return nil, err
		}
		maps = append(maps, m)
	}
	return maps, sc.Err()
}

func parseMapping(line string) (mapping, error) {
	bad := func() (mapping, error) { return mapping{}, fmt.Errorf("maps line %q: %w", line, ErrMalformed) }
	rest := line
	field := func() string {
		f, after, _ := strings.Cut(rest, " ")
		rest = after
		return f
	}
	lowText, highText, ok := strings.Cut(field(), "-")
	low, err1 := strconv.ParseUint(lowText, 16, 64)
	high, err2 := strconv.ParseUint(highText, 16, 64)
	perms := field()
	offset, err3 := strconv.ParseUint(field(), 16, 64)
	dev := field()
	inode, err4 := strconv.ParseUint(field(), 10, 64)
	if !ok || len(perms) < 3 || err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		return bad()
	}
	m := mapping{low: Addr(low), high: Addr(high), executable: perms[2] == 'x', offset: offset, dev: dev, inode: inode}
	m.path = strings.ReplaceAll(strings.TrimLeft(rest, " "), `\012`, "\n")
	m.path, m.deleted = strings.CutSuffix(m.path, " (deleted)")
	return m, nil
}

// isFile reports whether the mapping is of a file with a path.
func (m *mapping) isFile() bool { return m.inode != 0 && strings.HasPrefix(m.path, "/") }
