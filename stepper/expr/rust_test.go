package expr_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rseqstep/stepper/expr"
	"rseqstep/table/tabletest"
)

// warning is what gdb writes into an answer about the address of a trait object's functions.
var warning = regexp.MustCompile(`warning: \(.*\)\n`)

// TestRust compares the values and types of a Rust program with what gdb, which knows Rust, shows of
// them, and the containers with what the printers of rust-gdb show. The lists omit what differs on
// purpose: gdb computes with C's types, and cannot resolve crate:: and types without their path.
func TestRust(t *testing.T) {
	exe := tabletest.BuildRust(t)
	t.Run("values", func(t *testing.T) {
		p := agrees(t, exe, "values", "rust::stop")
		partsLeadToTheirValues(t, p)
		membersAreNamed(t, p)
		for _, c := range beyondGDB {
			if got := strings.TrimPrefix(strip(p.run(c[0])), "type = "); got != c[1] {
				t.Errorf("%s: %s, want %s", c[0], got, c[1])
			}
		}
	})
	t.Run("scalars", func(t *testing.T) { agrees(t, exe, "scalars", "rust::stop if n == -3") })
	t.Run("containers", func(t *testing.T) { containersAgree(t, exe) })
}

func agrees(t *testing.T, exe, name, at string) *program {
	list := commands(t, "testdata/rust_"+name+".cmds")
	p := oracle(t, exe, at, list)
	for n, a := range p.answers {
		p.answers[n] = warning.ReplaceAllString(a, "")
	}
	p.ctx.Session.Options.Raw = true // gdb has no printers here
	p.check(t, list)
	p.ctx.Session.Options.Raw = false
	return p
}

// beyondGDB are answers that differ from gdb's on purpose: gdb computes with C's types, needs a
// type's whole path, and has no crate:: and no fields of a tuple behind a reference.
var beyondGDB = [][2]string{
	{"whatis n + 1", "i64"},
	{"whatis sizeof(n)", "usize"},
	{"print nested.1.1.0", "3"},
	{"print pair.1", "2"},
	{"print crate::COUNT", "41"},
	{"print ::rust::COUNT", "41"},
	{"print inner::DEEP", "9"},
	{"print crate::inner::DEEP + 1", "10"},
	{"whatis Data<u8>", "rust::Data<u8>"},
	{"whatis rust::Data<u8>", "rust::Data<u8>"},
	{"whatis core::option::Option<u32>", "core::option::Option<u32>"},
	{"ptype inner::Point", "struct rust::inner::Point {\n  x: i32,\n  y: i32,\n}"},
	{"whatis rust::Gen<u64,&str>", "rust::Gen<u64, &str>"},
	{"print sizeof(rust::Gen<u64, &str>)", "24"},
	{"print sizeof([i32; 3])", "12"},
	{"whatis *mut i32", "*mut i32"},
	{"whatis &[i16]", "&[i16]"},
	{"whatis [i32; 3]", "[i32; 3]"},
	{"whatis ()", "()"},
	{"print arr[1..]", "[-2, 3]"},
	{"print arr[..2]", "[1, -2]"},
	{"print &arr[1..]", "&[i16] [-2, 3]"},
	{"print slice[..]", "[-2, 3]"},
	{"print arr[2..1]", "error: The range 2..1 is outside of a slice of 3"},
	{"print slice[2]", "error: index 2 is outside of a slice of 2"},
	{"print 'é'", `233 '\xe9'`},
	{"print 'é' == '\\u{e9}'", "true"},
	{"print no_slice", "&[u64] []"},
	{"print text == \"h\\\"é\\n\"", "true"},
	{"print text != holder.name && no_text == \"\"", "true"},
	{"print holder.name == \"h\"", "false"},
	{"print holder.name == n", "error: Structure has no component named operator==."},
	{"print sizeof(*holder) == sizeof(rust::Holder)", "true"},
	{"print sizeof(*const u8)", "8"},
	{"print (1, 2)", "error: Tuple expressions not supported yet"},
	{"print 300u8", "error: Invalid number \"300u8\"."},
	{"print i32::nosuch", "error: There is no field named nosuch"},
	{"print <rust::Pt as rust::Speak>::speak as usize == rust::{impl#1}::speak as usize", "true"},
	{"print n = 3", "3"},
	{"print n += 2", "5"},
	{"print arr[3]", "error: Index greater than length"},
	{"print arr[0] = -9", "-9"},
	{"print arr", "[-9, -2, 3]"},
	{"print tup.0 = 7", "7"},
	{"print tup.0", "7"},
}

// containers are what the fixture put into the library's containers. Those marked are shown by
// their members, or not at all, by rust-gdb's printers of some versions.
var containers = []struct{ name, want string }{
	{"string", `"h\303\251\"llo"`},
	{"no_string", `""`},
	{"vec", "Vec(size=3) = {1, -2, 3}"},
	{"no_vec", "Vec(size=0)"},
	{"strings", `Vec(size=2) = {"a", "b"}`},
	{"pairs", "Vec(size=2) = {(1, core::option::Option<u16>::Some(2)), (3, core::option::Option<u16>::None)}"},
	{"deque", "VecDeque(size=3) = {102, 103, 104}"},
	{"rc", "Rc(strong=2, weak=1) = {value = 5, strong = 2, weak = 1}"},
	{"arc", `Arc(strong=1, weak=0) = {value = "arc", strong = 1, weak = 0}`},
	{"cell", "Cell = {value = 6}"},
	{"refcell", "RefCell(borrow=1) = {value = Vec(size=1) = {7}, borrow = 1}"},
	{"os_string", `"os"`},
	{"map", `HashMap(size=1) = {[10] = "ten"}`},
	{"set", "HashSet(size=1) = {11}"},
	{"no_map", "HashMap(size=0)"},
	{"no_tree", "BTreeMap(size=0)"},
	{"leaves", "BTreeSet(size=20) = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}"},
	{"tree", "BTreeMap(size=20) = {[0] = 0, [1] = 2, [2] = 4, [3] = 6, [4] = 8, [5] = 10, [6] = 12, [7] = 14, [8] = 16, [9] = 18, [10] = 20, " +
		"[11] = 22, [12] = 24, [13] = 26, [14] = 28, [15] = 30, [16] = 32, [17] = 34, [18] = 36, [19] = 38}"},
	{"borrow /", "Ref(borrow=1) = {*value = Vec(size=1) = {7}, borrow = 1}"},
	{"path /", `"/a/b"`},
	{"boxed_str /", `"box"`},
	{"vec[1] /", "-2"},
	{"deque[2] /", "104"},
	{"strings[1] /", `"b"`},
	{"vec[3] /", "error: no element 3 in a container of 3"},
	{"map[10] /", "error: A HashMap has no numbers for its elements."},
	{"*rc + 1 /", "6"},
	{"vec.len() == 3 && !string.is_empty() /", "true"},
}

func containersAgree(t *testing.T, exe string) {
	list := []string{printers(t), "up"}
	for _, x := range containers {
		list = append(list, "print "+strings.TrimSuffix(x.name, " /"))
	}
	p := oracle(t, exe, "rust::stop if n == 102", list)
	p.ctx.Selected = 1
	for n, x := range containers {
		got := strip(p.run(list[n+2]))
		if got != x.want {
			t.Errorf("%s\n got %s\nwant %s", x.name, got, x.want)
		}
		if answer := strip(p.answers[n+2]); list[0] != "" && got != answer && !strings.HasSuffix(x.name, " /") {
			t.Errorf("%s\n got %s\nrust-gdb's %s", x.name, got, answer)
		}
	}
}

// printers is the command that loads the printers that come with rustc, "" if they are not there:
// Debian has them in a package of their own.
func printers(t *testing.T) string {
	root, err := exec.Command(tabletest.NeedTool(t, "rustc"), "--print", "sysroot").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(strings.TrimSpace(string(root)), "lib", "rustlib", "etc")
	if _, err := os.Stat(filepath.Join(dir, "gdb_lookup.py")); err != nil {
		return ""
	}
	return fmt.Sprintf("python import sys; sys.path.insert(0, %q); import gdb_lookup; gdb_lookup.register_printers(gdb.objfiles()[0])", dir)
}

// membersAreNamed compares the names that completion offers after a dot.
func membersAreNamed(t *testing.T, p *program) {
	for of, want := range map[string]string{"shape": "0 w h 1", "tup": "0 1 2 3 4", "holder": "name items opt big c nested", "pair": "0 1", "n": ""} {
		if got := strings.Join(p.ctx.Members(of), " "); got != want {
			t.Errorf("members of %s: %s, want %s", of, got, want)
		}
	}
}

// partsLeadToTheirValues evaluates the expression that DAP has for each part.
func partsLeadToTheirValues(t *testing.T, p *program) {
	for name, want := range map[string]string{
		"shape": "w=4 h=5", "some": "0=7", "tup": `0=1 1=120 'x' 2=2.5 3=true 4="st"`, "pt": "0=4 1=-5", "slice": "[0]=-2 [1]=3", "none": "", "text": "",
		"holder.items": "[0]=1 [1]=2 [2]=3", "holder.nested": "first=rust::Pt (1, 2) second=(3, rust::Wide::Small)", "pair": "0=1 1=2",
	} {
		v, err := p.ctx.Evaluate(name)
		if err != nil {
			t.Fatal(name, err)
		}
		named, indexed := p.ctx.Children(v)
		var parts []string
		for _, x := range p.ctx.Part(v, 0, named+indexed) {
			parts = append(parts, x.Name+"="+p.ctx.Text(x.Variable, expr.Format{}))
			again, err := p.ctx.Evaluate(fmt.Sprintf(x.Step, name))
			if text := p.ctx.Text(expr.Variable{Value: again, Err: err}, expr.Format{}); x.Name+"="+text != parts[len(parts)-1] {
				t.Errorf("%s is %s, not %s", fmt.Sprintf(x.Step, name), text, parts[len(parts)-1])
			}
		}
		if got := strings.Join(parts, " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
