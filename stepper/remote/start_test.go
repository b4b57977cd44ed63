package remote

import (
	"reflect"
	"testing"
)

func TestALineOfArgumentsIsSplitAsGDBDoes(t *testing.T) {
	for line, want := range map[string][]string{
		"":                nil,
		"  ":              nil,
		"a  b\tc":         {"a", "b", "c"},
		`"a b" 'c "d' ""`: {"a b", `c "d`, ""},
		`a\ b \* \"`:      {"a b", "*", `"`},
		`'a\' b`:          {`a\`, "b"},
		`x"y z"w`:         {"xy zw"},
	} {
		if got := splitLine(line); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, not %q", line, got, want)
		}
	}
}

// A shell makes the program's words where only a shell can, and executes a wrapper.
func TestWhichCommandStartsAProgram(t *testing.T) {
	known := []typed{{"a b", []string{"a", "b"}}, {"$X 'q'", []string{"$X", "q"}}, {`\<in`, []string{"<in"}}}
	for _, row := range []struct {
		wrapper string
		words   []string
		want    []string
		execs   int
	}{
		{"", nil, nil, 0},
		{"", []string{"a", "b"}, nil, 0},
		{"", []string{"not", "$KNOWN"}, nil, 0},
		{"", []string{"$X", "q"}, []string{"sh", "-c", "exec  '/p' $X 'q'"}, 1},
		{"", []string{"<in"}, []string{"sh", "-c", `exec  '/p' \<in`}, 1},
		{"env A=1", []string{"it's", "*"}, []string{"sh", "-c", `exec env A=1 '/p' 'it'\''s' '*'`}, 2},
		{"env A=1", []string{"$X", "q"}, []string{"sh", "-c", "exec env A=1 '/p' $X 'q'"}, 2},
	} {
		s := started{Wrapper: row.wrapper, Shell: "sh", Typed: known}
		if got, execs := s.throughShell("/p", row.words); !reflect.DeepEqual(got, row.want) || execs != row.execs {
			t.Errorf("%q %q: %q, %d", row.wrapper, row.words, got, execs)
		}
	}
}
