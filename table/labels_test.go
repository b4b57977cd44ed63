package table_test

import (
	"slices"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// TestTableAgreesWithTheProgramsLabels: a fixture prints the addresses of its
// sections; table finds the same addresses in its file.
func TestTableAgreesWithTheProgramsLabels(t *testing.T) {
	for _, fixture := range tabletest.Pairs("percpu.c") {
		if !fixture.Runs() {
			continue
		}
		t.Run(fixture.String(), func(t *testing.T) {
			path := tabletest.Build(t, fixture)
			f, err := table.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			labels := tabletest.ReadLabels(t, path)[0]
			m := &table.Module{File: f, Bias: table.Addr(labels.Bias)}
			im := table.NewImage([]*table.Module{m})
			if len(labels.Sections) != len(f.Sections) || len(f.Sections) == 0 {
				t.Errorf("%d sections, the program has %d", len(f.Sections), len(labels.Sections))
			}
			for _, l := range labels.Sections {
				p := im.ByDescriptor(table.Addr(l.Descriptor))
				if p == nil {
					t.Errorf("%s: no descriptor at %#x", l.Name, l.Descriptor)
					continue
				}
				var exits []table.Addr
				if l.Exit != 0 && fixture.Table != tabletest.RseqTable {
					exits = []table.Addr{table.Addr(l.Exit)}
				}
				if uint64(p.Start) != l.Start || uint64(p.End) != l.End || uint64(p.Abort) != l.Abort || !slices.Equal(p.Exits, exits) {
					t.Errorf("%s: %v to %v, abort %v, exits %v; the program says %+v", l.Name, p.Start, p.End, p.Abort, p.Exits, l)
				}
			}
		})
	}
}
