package stat

import (
	"io"
	"time"

	"github.com/google/pprof/profile"
)

// WriteProfile writes the aborts, with their stacks, as a profile that "go tool pprof" reads.
// The innermost location is the critical section's first instruction. If passes were counted, they
// are a second kind of value, without stacks ("go tool pprof -sample_index=passes").
func (r *Report) WriteProfile(w io.Writer, files *Files) error {
	b := &profiler{files: files, locations: map[Code]*profile.Location{}, functions: map[string]*profile.Function{}}
	b.SampleType = []*profile.ValueType{{Type: "aborts", Unit: "count"}}
	if r.Passes != nil {
		b.SampleType = append(b.SampleType, &profile.ValueType{Type: "passes", Unit: "count"})
	}
	b.DefaultSampleType = "aborts"
	b.PeriodType, b.Period = b.SampleType[0], 1
	b.DurationNanos = int64(r.Seconds * float64(time.Second))
	for _, row := range r.Rows {
		left := row.Aborts
		for _, stack := range row.Stacks {
			left -= min(left, stack.Aborts)
			b.add(row.Start, stack.Frames, stack.Aborts, 0)
		}
		if n := row.passed(); left > 0 || n > 0 {
			b.add(row.Start, nil, left, n)
		}
	}
	return b.Write(w)
}

// profiler builds a profile.
type profiler struct {
	profile.Profile
	files     *Files
	locations map[Code]*profile.Location
	functions map[string]*profile.Function
}

// add adds a sample. The first frame is the thread's own place, in the section or at its abort
// handler: the section stands for it.
func (b *profiler) add(section Code, frames []Code, aborts, passes uint64) {
	s := &profile.Sample{Value: []int64{int64(aborts), int64(passes)}[:len(b.SampleType)], Location: []*profile.Location{b.location(section)}}
	for _, at := range frames[min(1, len(frames)):] {
		s.Location = append(s.Location, b.location(at))
	}
	b.Sample = append(b.Sample, s)
}

func (b *profiler) location(at Code) *profile.Location {
	l := b.locations[at]
	if l == nil {
		l = &profile.Location{ID: uint64(len(b.Location) + 1), Address: at.Offset}
		if name, _, source, line := b.files.Function(at); name != "" {
			l.Line = []profile.Line{{Function: b.function(name, source), Line: int64(line)}}
		}
		b.locations[at] = l
		b.Location = append(b.Location, l)
	}
	return l
}

func (b *profiler) function(name, source string) *profile.Function {
	key := name + "\x00" + source
	f := b.functions[key]
	if f == nil {
		f = &profile.Function{ID: uint64(len(b.Function) + 1), Name: name, SystemName: name, Filename: source}
		b.functions[key] = f
		b.Function = append(b.Function, f)
	}
	return f
}
