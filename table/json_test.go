package table_test

import (
	"bytes"
	"debug/elf"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rseqstep/table"
)

// byText compares errors by their texts, which is all that JSON keeps.
var byText = cmp.Options{
	cmp.Comparer(func(a, b error) bool { return a == nil && b == nil || a != nil && b != nil && a.Error() == b.Error() }),
	cmp.Exporter(func(reflect.Type) bool { return true }),
}

// TestJSONRoundTrip: everything that was written is read again.
func TestJSONRoundTrip(t *testing.T) {
	f := mustParse(t, sample())
	f.Path = "a.out"
	f.Sections[0].Source = table.Source{File: "a.c", First: 3, Last: 9}
	f.Sections[0].Version = 7
	f.Warnings = append(f.Warnings, errors.New("odd"))
	big := psABIs[9].file(elf.ET_REL)
	learnt, err := table.ReadDescriptor(memory{0x10000, descriptor(1<<63+0x10040, 8, 0x10000)}, 0x10000, bytesOf.Order())
	if err != nil {
		t.Fatal(err)
	}
	d := table.Document{File: f, Checked: true, Process: &table.Process{
		PID: 42, Learnt: []*table.Placed{learnt},
		Modules: []*table.Module{
			{Path: "/bin/a", Bias: 1<<63 + 0x1000, Low: 0x1000, High: 0x2000, File: mustParse(t, big)},
			{Path: "[vdso]", Low: 0x7000, High: 0x8000, Err: errors.New("no permission")},
		},
	}}
	var out bytes.Buffer
	if err := table.WriteJSON(&out, d); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"version": 1`, `"start": "0x4010"`, `"problems": [`, `"version 7: the kernel knows only 0"`, `"machine_name": "EM_X86_64"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, &out)
		}
	}
	again, err := table.ReadJSON(&out)
	if err != nil {
		t.Fatal(err)
	}
	again.Checked = true
	if diff := cmp.Diff(d, again, byText); diff != "" {
		t.Error(diff)
	}
}

// TestJSONOfAnotherVersionIsRefused: so is text that is not the JSON form at
// all.
func TestJSONOfAnotherVersionIsRefused(t *testing.T) {
	if _, err := table.ReadJSON(strings.NewReader(`{"version": 2}`)); !errors.Is(err, table.ErrUnsupported) {
		t.Errorf("version 2: %v, want ErrUnsupported", err)
	}
	for _, text := range []string{``, `[]`, `{"version":1,"file":{"class":63,"byte_order":"little"}}`, `{"version":1,"file":{"class":64,"byte_order":"middle"}}`,
		`{"version":1,"file":{"class":64,"byte_order":"big","entry":"12"}}`} {
		if _, err := table.ReadJSON(strings.NewReader(text)); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
