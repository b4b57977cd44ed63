package exercise

import (
	"context"
	"math/rand/v2"
	"time"

	"rseqstep/stepper"
)

// storm is an exercise at random: at each tick, one boundary gets a breakpoint for one abort.
type storm struct {
	tick   time.Duration
	random *rand.Rand
	rest   []*point // boundaries without a breakpoint
}

func newStorm(o Options) *storm {
	if o.Storm <= 0 {
		return nil
	}
	return &storm{tick: time.Duration(float64(time.Second) / o.Storm), random: rand.New(rand.NewPCG(o.Seed, 0))}
}

// pick takes a boundary out of those without a breakpoint, nil if there is none. Half of the time
// it is one of a section that was executed: most sections of a large program never are.
func (s *storm) pick() *point {
	for len(s.rest) > 0 {
		n := s.random.IntN(len(s.rest))
		if executed := s.executed(); len(executed) > 0 && s.random.IntN(2) == 0 {
			n = executed[s.random.IntN(len(executed))]
		}
		pt := s.rest[n]
		s.rest[n] = s.rest[len(s.rest)-1]
		s.rest = s.rest[:len(s.rest)-1]
		if !pt.gone {
			return pt
		}
	}
	return nil
}

func (s *storm) executed() (list []int) {
	for n, pt := range s.rest {
		if pt.section.Executed && !pt.gone {
			list = append(list, n)
		}
	}
	return list
}

// more is Continue for a storm: it runs the program until the next tick, at which every thread is
// held, and sets one more breakpoint. done: something else has ended the command.
func (x *Exercise) more(ctx context.Context) (done bool, err error) {
	until, cancel := context.WithTimeout(ctx, x.storm.tick)
	defer cancel()
	stop, err := x.o.Continue(until)
	if err != nil || ctx.Err() != nil || stop.Reason != stepper.StopInterrupt {
		return true, err
	}
	if pt := x.storm.pick(); pt != nil {
		pt.left, pt.unarmed = 1, 0
		x.plant(pt)
	}
	return false, nil
}
