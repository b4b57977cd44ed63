package expr_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	endOfInput = regexp.MustCompile("near (the end of )?`[^']*'\\.$")
	enumerated = regexp.MustCompile(`(enum[^{}\n]*) \{([^}]*)\}`)
)

// spelled is an answer in the words of the oldest gdb in the comparison, if a
// later one words it differently: errors at the end of an expression, and the
// members of an enumeration, which gdb 17 writes on lines of their own with all
// of their values.
func spelled(answer string) string {
	if strings.HasPrefix(answer, "error: A syntax error in expression, near the end of") {
		return endOfInput.ReplaceAllString(answer, "near `'.")
	}
	return enumerated.ReplaceAllStringFunc(answer, func(text string) string {
		m := enumerated.FindStringSubmatch(text)
		var members []string
		for next, member := int64(0), ""; m[2] != ""; next++ {
			member, m[2], _ = strings.Cut(m[2], ",")
			name, value, given := strings.Cut(strings.TrimSpace(member), " = ")
			if given {
				n, err := strconv.ParseInt(value, 0, 64)
				if err != nil {
					return text
				}
				next = n
			}
			members = append(members, name+" = "+strconv.FormatInt(next, 10))
		}
		return m[1] + " {" + strings.Join(members, ", ") + "}"
	})
}

func TestSpellingsOfGDBAreOne(t *testing.T) {
	for _, c := range [][2]string{
		{"error: A syntax error in expression, near `'.", "error: A syntax error in expression, near the end of `1 +'."},
		{"type = enum color {RED, GREEN = 5, BLUE}", "type = enum color {\n    RED = 0,\n    GREEN = 5,\n    BLUE = 6\n}"},
		{"type = enum {LOCAL = -4}", "type = enum {\n    LOCAL = -4\n}"},
		{"type = struct s {\n    enum {A, B} e;\n}", "type = struct s {\n    enum {A = 0, B = 1} e;\n}"},
	} {
		if spelled(c[0]) != spelled(c[1]) {
			t.Errorf("%q is not %q", spelled(c[0]), spelled(c[1]))
		}
	}
	for _, c := range [][2]string{
		{"error: A syntax error in expression, near `'.", "error: A syntax error in expression, near `)'."},
		{"type = enum color {RED, GREEN = 5, BLUE}", "type = enum color {\n    RED = 0,\n    GREEN = 5,\n    BLUE = 7\n}"},
	} {
		if spelled(c[0]) == spelled(c[1]) {
			t.Errorf("%q is %q", c[0], c[1])
		}
	}
}
