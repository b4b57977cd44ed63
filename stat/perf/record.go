package perf

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Record is one record of a ring buffer: a Sample, Mmap, Comm, Task, Switch or Lost.
type Record interface {
	// When is CLOCK_MONOTONIC, nanoseconds.
	When() uint64
}

// Sample is PERF_RECORD_SAMPLE: the event happened.
type Sample struct {
	ID       uint64 // which of the Group's events
	IP       uint64
	PID, TID int
	Time     uint64
	CPU      int
	Stack    []uint64 // user-space return addresses, the innermost first; nil unless asked for
	Raw      []byte   // a tracepoint's data
	// The user registers, in the order of their bits in Layout.Registers, and the memory from the
	// stack pointer on; nil unless asked for.
	Registers []uint64
	Memory    []byte
}

// Layout says which parts a Sample has besides those that all have.
type Layout struct {
	Stack     bool   // PERF_SAMPLE_CALLCHAIN
	Registers uint64 // PERF_SAMPLE_REGS_USER: sample_regs_user; 0: neither these nor the stack's memory
}

// Mmap is PERF_RECORD_MMAP2: a process has mapped code.
type Mmap struct {
	PID               int
	Time              uint64
	Start, Length     uint64 // process address; bytes
	Offset            uint64 // in the file, bytes
	Major, Minor, Ino uint64 // of the file; 0 if the mapping has none
	File              string // or a name like "[vdso]" or "//anon"
}

// Comm is PERF_RECORD_COMM: a thread has a new name. Exec: because it has executed a program.
type Comm struct {
	PID, TID int
	Time     uint64
	Exec     bool
	Name     string
}

// Task is PERF_RECORD_FORK or PERF_RECORD_EXIT: a thread or a process was made, or ended.
type Task struct {
	PID, Parent, TID int
	Time             uint64
	Exit             bool
}

// Switch is PERF_RECORD_SWITCH or PERF_RECORD_SWITCH_CPU_WIDE: a CPU has begun or ended to execute a
// thread.
type Switch struct {
	PID, TID int
	CPU      int
	Time     uint64
	Out      bool // it has ended to
	Runnable bool // Out: the thread could go on. It was preempted; else it waits
}

// Lost is PERF_RECORD_LOST or PERF_RECORD_LOST_SAMPLES: the buffer was full.
type Lost struct {
	Time  uint64
	Count uint64
}

func (r *Sample) When() uint64 { return r.Time }
func (r *Mmap) When() uint64   { return r.Time }
func (r *Comm) When() uint64   { return r.Time }
func (r *Task) When() uint64   { return r.Time }
func (r *Switch) When() uint64 { return r.Time }
func (r *Lost) When() uint64   { return r.Time }

// Types and bits of records (include/uapi/linux/perf_event.h).
const (
	recordLost        = 2
	recordComm        = 3
	recordExit        = 4
	recordFork        = 7
	recordSample      = 9
	recordMmap2       = 10
	recordLostSamples = 13
	recordSwitch      = 14
	recordSwitchWide  = 15

	miscCommExec         = 1 << 13
	miscSwitchOut        = 1 << 13
	miscSwitchOutPreempt = 1 << 14

	abiNone = 0 // PERF_SAMPLE_REGS_ABI_NONE, _64
	abi64   = 2

	headerSize = 8
	// sampleIDSize is the size of what every other record ends with (sample_id_all): pid, tid,
	// time, cpu, reserved, id.
	sampleIDSize = 8 + 8 + 8 + 8

	// contextMax is PERF_CONTEXT_MAX: a call chain's entries from there on are markers.
	contextMax = ^uint64(4095) + 1
)

// Decode decodes the records in b. Records of other types, and what does not decode, are left
// out. The Records own their memory.
//
// Precondition: the events' sample types are those that Open asks for, and l.
func Decode(b []byte, l Layout) []Record {
	var out []Record
	for len(b) >= headerSize {
		kind, misc := binary.NativeEndian.Uint32(b), binary.NativeEndian.Uint16(b[4:])
		size := int(binary.NativeEndian.Uint16(b[6:]))
		if size < headerSize || size > len(b) {
			break
		}
		if r := decode(kind, misc, b[headerSize:size], l); r != nil {
			out = append(out, r)
		}
		b = b[size:]
	}
	return out
}

func decode(kind uint32, misc uint16, b []byte, l Layout) Record {
	c := cursor{b: b}
	if kind == recordSample {
		return c.sample(l)
	}
	if len(b) < sampleIDSize {
		return nil
	}
	time := binary.NativeEndian.Uint64(b[len(b)-sampleIDSize+8:])
	c.b = b[:len(b)-sampleIDSize]
	var r Record
	switch kind {
	case recordMmap2:
		m := &Mmap{Time: time, PID: c.id()}
		c.id()
		m.Start, m.Length, m.Offset = c.u64(), c.u64(), c.u64()
		m.Major, m.Minor, m.Ino = uint64(c.u32()), uint64(c.u32()), c.u64()
		c.u64() // the inode's generation
		c.u64() // protection and flags
		m.File = c.text()
		r = m
	case recordComm:
		r = &Comm{Time: time, PID: c.id(), TID: c.id(), Exec: misc&miscCommExec != 0, Name: c.text()}
	case recordFork, recordExit:
		t := &Task{Time: time, Exit: kind == recordExit, PID: c.id(), Parent: c.id(), TID: c.id()}
		r = t
	case recordSwitch, recordSwitchWide:
		id := cursor{b: b[len(b)-sampleIDSize:]} // the thread is current: before the switch if Out, else after it
		w := &Switch{Time: time, PID: id.id(), TID: id.id(), Out: misc&miscSwitchOut != 0, Runnable: misc&miscSwitchOutPreempt != 0}
		id.u64()
		w.CPU = id.id()
		r = w
	case recordLost:
		c.u64()
		r = &Lost{Time: time, Count: c.u64()}
	case recordLostSamples:
		r = &Lost{Time: time, Count: c.u64()}
	}
	if c.short {
		return nil
	}
	return r
}

// sample decodes a Sample: its parts come in the order of perf_event_open(2).
func (c *cursor) sample(l Layout) Record {
	s := &Sample{}
	s.ID = c.u64() // PERF_SAMPLE_IDENTIFIER
	s.IP = c.u64()
	s.PID, s.TID = c.id(), c.id()
	s.Time = c.u64()
	s.CPU = c.id()
	c.u32()
	if l.Stack {
		n := c.u64()
		if n > uint64(len(c.b))/8 {
			return nil
		}
		s.Stack = make([]uint64, 0, n)
		for range n {
			if ip := c.u64(); ip < contextMax {
				s.Stack = append(s.Stack, ip)
			}
		}
	}
	if n := int(c.u32()); n > 0 && n <= len(c.b) {
		s.Raw = bytes.Clone(c.take(n))
	}
	if l.Registers != 0 {
		if abi := c.u64(); abi != abiNone {
			for range bits.OnesCount64(l.Registers) {
				s.Registers = append(s.Registers, c.u64())
			}
			if abi != abi64 { // 32-bit code
				s.Registers = nil
			}
		}
		if n := c.u64(); n > 0 && n <= uint64(len(c.b)) {
			memory := c.take(int(n))
			s.Memory = bytes.Clone(memory[:min(c.u64(), n)])
		}
	}
	if c.short {
		return nil
	}
	return s
}

// cursor reads numbers from a record.
type cursor struct {
	b     []byte
	short bool // the record ended too early
}

func (c *cursor) take(n int) []byte {
	if len(c.b) < n {
		c.short, c.b = true, nil
		return make([]byte, n)
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

func (c *cursor) u64() uint64 { return binary.NativeEndian.Uint64(c.take(8)) }
func (c *cursor) u32() uint32 { return binary.NativeEndian.Uint32(c.take(4)) }
func (c *cursor) id() int     { return int(int32(c.u32())) }

// text is the rest, up to the first zero byte.
func (c *cursor) text() string {
	s, _, _ := bytes.Cut(c.b, []byte{0})
	return string(s)
}
