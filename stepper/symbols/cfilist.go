package symbols

import "rseqstep/stepper/cfi"

// scan lists a section's FDEs that cover code.
func (c *cfiIndex) scan(s *cfi.Section) {
	if len(s.P) > 1<<32-1 {
		return
	}
	s.FDEs(func(off uint64, f *cfi.FDE) {
		if f.Low < f.High && c.im.main.executable(f.Low) {
			c.list = append(c.list, fdeRef{span{f.Low, f.High}, uint32(off), s})
		}
	})
}
