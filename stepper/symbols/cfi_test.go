package symbols

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper/cfi"
	"rseqstep/table/tabletest"
)

var amd64Names = []string{"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ra"}

// TestRowsAreThoseOfReadelf compares every row of every FDE of a static
// program (glibc's hand-written ones included) and of a .debug_frame.
func TestRowsAreThoseOfReadelf(t *testing.T) {
	for name, flags := range map[string][]string{
		"eh_frame":           {"-static", "-Wl,--eh-frame-hdr"},
		"eh_frame unindexed": {"-static", "-Wl,--no-eh-frame-hdr"},
		"debug_frame":        {"-fno-asynchronous-unwind-tables", "-O2"},
		"debug_frame zlib":   {"-fno-asynchronous-unwind-tables", "-O2", "-gz"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := compile(t, "calls.c", flags...)
			out, err := exec.Command(tabletest.NeedTool(t, "readelf"), "--debug-dump=frames-interp", "--wide", program).Output()
			if err != nil {
				t.Fatal(err)
			}
			c := alone(t, program).modules[0].img.frames()
			if indexed := c.hdr != nil; indexed == strings.Contains(name, "unindexed") {
				t.Errorf("search table: %v", indexed)
			}
			if n := compareRows(t, c, amd64Names, string(out)); n < 10 {
				t.Errorf("only %d rows compared", n)
			}
		})
	}
}

var (
	fdeLine = regexp.MustCompile(`FDE cie=\S+ pc=([0-9a-f]+)\.\.([0-9a-f]+)`)
	rowLine = regexp.MustCompile(`^([0-9a-f]{16}) (\S+) +(.*)$`)
)

// vector is a vector register of arm64.
var vector = regexp.MustCompile(`^v\d+$`)

func compareRows(t *testing.T, c *cfiIndex, names []string, text string) (compared int) {
	var cols []string
	var hi uint64
	inFDE := false
	for _, l := range strings.Split(text, "\n") {
		switch m := fdeLine.FindStringSubmatch(l); {
		case m != nil:
			lo, _ := strconv.ParseUint(m[1], 16, 64)
			hi, _ = strconv.ParseUint(m[2], 16, 64)
			inFDE = lo < hi
		case strings.Contains(l, " CIE "):
			inFDE = false
		case strings.Contains(l, "LOC "):
			cols = strings.Fields(l)[2:]
		default:
			r := rowLine.FindStringSubmatch(l)
			if !inFDE || r == nil {
				continue
			}
			pc, _ := strconv.ParseUint(r[1], 16, 64)
			if pc >= hi {
				continue
			}
			compared++
			row := c.row(pc)
			if row == nil {
				t.Errorf("no row at %#x", pc)
				continue
			}
			// "r9 (r9)": the register that holds it, then its name
			want := append([]string{r[2]}, strings.Fields(regexp.MustCompile(` \(\w+\)`).ReplaceAllString(r[3], ""))...)
			got := []string{cfaText(row.CFA, names)}
			for n, name := range cols {
				got = append(got, ruleText(row, names, name))
				if vector.MatchString(name) { // no column here
					got[n+1], want[n+1] = "", ""
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%#x: %v, readelf %v", pc, got, want)
			}
		}
	}
	return compared
}

// cfaText is the CFA as readelf prints it.
func cfaText(c cfi.CFARule, names []string) string {
	if c.Expr != nil {
		return "exp"
	}
	return fmt.Sprintf("%s%+d", names[c.Reg], c.Offset)
}

func ruleText(r *cfi.Row, names []string, name string) string {
	for i, n := range names {
		if n != name {
			continue
		}
		switch u := r.Regs[i]; u.Kind {
		case cfi.Offset:
			return fmt.Sprintf("c%+d", u.N)
		case cfi.ValOffset:
			return fmt.Sprintf("v%+d", u.N)
		case cfi.Expression:
			return "exp"
		case cfi.ValExpression:
			return "vexp"
		case cfi.Register:
			return fmt.Sprintf("r%d", u.N)
		case cfi.Same:
			return "s"
		default:
			return "u"
		}
	}
	return "?"
}
