package remote

import (
	"fmt"
	"os"
	osuser "os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// osdataKinds are the supported tables of "info os", with gdbserver's
// descriptions (gdb manual, "Operating System Information").
func osdataKinds() [][3]string {
	return [][3]string{
		{"processes", "Listing of all processes", "Processes"},
		{"procgroups", "Listing of all process groups", "Process groups"},
		{"threads", "Listing of all threads", "Threads"},
	}
}

// osdata is what qXfer:osdata reads: the list of tables, or one of them. It describes the
// machine, not the program, and is read afresh when the client reads it from its start.
func (c *client) osdata(kind string, offset uint64) (string, error) {
	if offset == 0 || c.table.kind != kind {
		items, err := osdataItems(kind)
		if err != nil {
			return "", err
		}
		c.table.kind, c.table.text = kind, osdataXML(kind, items)
	}
	return c.table.text, nil
}

// osTable is a table that a client reads piece by piece.
type osTable struct{ kind, text string }

// column is a field of a table's row.
type column struct{ name, value string }

func osdataXML(kind string, items [][]column) string {
	if kind == "" {
		kind = "types"
	}
	esc := xmlEscaper()
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"osdata.dtd\">\n<osdata type=\"%s\">\n", kind)
	for _, item := range items {
		b.WriteString("<item>")
		for _, f := range item {
			fmt.Fprintf(&b, "<column name=\"%s\">%s</column>", f.name, esc.Replace(f.value))
		}
		b.WriteString("</item>\n")
	}
	b.WriteString("</osdata>\n")
	return b.String()
}

// osdataItems are the rows of a table.
func osdataItems(kind string) (rows [][]column, err error) {
	switch kind {
	case "":
		for _, k := range osdataKinds() {
			rows = append(rows, []column{{"Type", k[0]}, {"Description", k[1]}, {"Title", k[2]}})
		}
		return rows, nil
	case "processes", "procgroups", "threads":
	default:
		return nil, fmt.Errorf("there is no table %q", kind)
	}
	pids, err := numbered("/proc")
	if err != nil {
		return nil, err
	}
	for _, pid := range pids {
		dir := "/proc/" + strconv.Itoa(pid)
		tids, err := numbered(dir + "/task")
		if err != nil {
			continue // it has ended
		}
		command, id := commandOf(dir), strconv.Itoa(pid)
		switch kind {
		case "processes":
			rows = append(rows, []column{{"pid", id}, {"user", ownerOf(dir)}, {"command", command}, {"cores", coresOf(dir, tids)}})
		case "threads":
			for _, tid := range tids {
				rows = append(rows, []column{{"pid", id}, {"command", nameOf(dir)}, {"tid", strconv.Itoa(tid)}, {"core", coresOf(dir, []int{tid})}})
			}
		default:
			group, err := strconv.Atoi(statOf(dir, 5))
			if err != nil {
				continue
			}
			rows = append(rows, []column{{"pgid", strconv.Itoa(group)}, {"leader command", commandOf("/proc/" + strconv.Itoa(group))}, {"pid", id}, {"command line", command}})
		}
	}
	if kind == "procgroups" {
		sort.SliceStable(rows, func(i, j int) bool { return number10(rows[i][0]) < number10(rows[j][0]) })
	}
	return rows, nil
}

func number10(c column) int {
	n, _ := strconv.Atoi(c.value) // osdataItems wrote it
	return n
}

// numbered are the entries of a directory under /proc that are numbers.
func numbered(dir string) (ids []int, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			ids = append(ids, n)
		}
	}
	sort.Ints(ids)
	return ids, err
}

// commandOf is a process's command line, its name in brackets if it has none, as ps(1)
// shows it.
func commandOf(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, "cmdline"))
	if line := strings.TrimRight(strings.ReplaceAll(string(b), "\x00", " "), " "); err == nil && line != "" {
		return line
	}
	return "[" + nameOf(dir) + "]"
}

func nameOf(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, "comm"))
	if err != nil {
		return "?"
	}
	return strings.TrimSpace(string(b))
}

// ownerOf is the name of the user who owns a process, or the number.
func ownerOf(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return "?"
	}
	_, after, _ := strings.Cut(string(b), "\nUid:\t")
	id, _, _ := strings.Cut(after, "\t")
	if u, err := osuser.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

// statOf is a field of a stat file of proc(5), numbered from 1 as there; only fields
// after the name.
func statOf(dir string, n int) string {
	b, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return ""
	}
	line := string(b)
	if f := strings.Fields(line[strings.LastIndexByte(line, ')')+1:]); n-3 < len(f) {
		return f[n-3]
	}
	return ""
}

// coresOf are the CPUs on which the threads last ran.
func coresOf(dir string, tids []int) string {
	const processor = 39
	seen := map[int]bool{}
	var cores []int
	for _, tid := range tids {
		if n, err := strconv.Atoi(statOf(filepath.Join(dir, "task", strconv.Itoa(tid)), processor)); err == nil && !seen[n] {
			seen[n] = true
			cores = append(cores, n)
		}
	}
	sort.Ints(cores)
	var words []string
	for _, n := range cores {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ",")
}
