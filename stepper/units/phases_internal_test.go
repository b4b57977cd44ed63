package units

import (
	"testing"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// A thread that ends in a quiet phase leaves none behind: a later command would otherwise believe
// that some section still has to commit.
func TestAPhaseEndsWithItsThread(t *testing.T) {
	d := drive.New(nil, ledger.New(nil), nil)
	r := New(Parts{Drive: d})
	if r.Quiet.Any() {
		t.Fatal("a phase without a thread")
	}
	th := d.Adopt(7)
	r.Quiet.of[th] = &phase{}
	if !r.Quiet.Any() || !r.Quiet.In(th) {
		t.Error("the phase of a thread of the program is not found")
	}
	d.Executed(7, 8)
	if r.Quiet.Any() {
		t.Error("the phase of a thread that has ended counts")
	}
}

// Inside names the section only between its arming store and the first exit.
func TestAPhaseKnowsTheSectionInside(t *testing.T) {
	d := drive.New(nil, ledger.New(nil), nil)
	r, th := New(Parts{Drive: d}), d.Adopt(7)
	section := &table.Placed{Start: 0x1000, End: 0x1010}
	th.Regs.SetPC(0x1004)
	if r.Quiet.Inside(th) != nil {
		t.Error("inside a section without a phase")
	}
	q := &phase{}
	r.Quiet.of[th] = q
	q.Enter(section, nil)
	if r.Quiet.Inside(th) != section {
		t.Error("the section that the thread has armed and stands in is not found")
	}
	th.Regs.SetPC(0x1010)
	if r.Quiet.Inside(th) != nil {
		t.Error("inside at the section's end")
	}
}
