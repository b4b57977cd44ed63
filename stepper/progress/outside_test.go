package progress

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"rseqstep/table"
)

// TestBusyThreads: those that have used a fiftieth of the time, and were there before.
func TestBusyThreads(t *testing.T) {
	before := map[int]uint64{1: 1000, 2: 1000, 3: 1000, 4: 0}
	now := map[int]uint64{1: 1000, 2: 1019, 3: 1020, 5: 1000}
	if got := busy(before, now, 1000*time.Nanosecond); !slices.Equal(got, []int{3}) {
		t.Errorf("%v", got)
	}
	if got := busy(nil, now, time.Second); len(got) != 0 {
		t.Errorf("without a reading before: %v", got)
	}
}

// areas is a memory of rseq areas, each at a multiple of 32.
type areas map[table.Addr][2]uint64 // cpu_id and rseq_cs

func (m areas) ReadMemory(at table.Addr, p []byte) (int, error) {
	a, ok := m[at]
	if !ok {
		return 0, errors.New("nothing is mapped there")
	}
	b := make([]byte, 32)
	binary.LittleEndian.PutUint32(b[4:], uint32(a[0]))
	binary.LittleEndian.PutUint64(b[8:], a[1])
	return copy(p, b), nil
}

// TestThreadsThatMayBeArmed: a thread is left out only if it is known to have armed nothing.
func TestThreadsThatMayBeArmed(t *testing.T) {
	mem := areas{0x20: {0, 0}, 0x40: {0, 0x4000}, 0x60: {0xffffffff, 0}}
	known := map[int]table.Addr{1: 0x20, 2: 0x40, 3: 0x60, 4: 0x80, 5: 0}
	for tid, want := range map[int]bool{
		1: false, // it has armed nothing
		2: true,
		3: true, // the area is unregistered: it may have another one
		4: true, // unmapped
		5: true, // it had none, and may have one now
		6: true, // nothing is known
	} {
		if got := armed(mem, known, []int{tid}); (len(got) == 1) != want {
			t.Errorf("thread %d: %v", tid, got)
		}
	}
}

// TestTimeOnACPUIsReadForEachThread: of this process, which has used some.
func TestTimeOnACPUIsReadForEachThread(t *testing.T) {
	ran := onCPU(os.Getpid())
	total := uint64(0)
	for _, ns := range ran {
		total += ns
	}
	if _, ok := ran[os.Getpid()]; !ok || total == 0 {
		t.Errorf("%v", ran)
	}
	if gone := onCPU(-1); len(gone) != 0 {
		t.Errorf("of a process that is not there: %v", gone)
	}
}
