package main

// loads compares the time and memory needed to get a prompt on workerd, a program of
// 162 MB, and to list its sections.
func loads(b *built) []contest {
	prompt := func(argv ...string) func(func(outcome) float64) func() (float64, error) {
		return func(of func(outcome) float64) func() (float64, error) {
			return func() (float64, error) {
				o, err := launch(argv...)
				if err != nil {
					return 0, err
				}
				return of(o), nil
			}
		}
	}
	ours := prompt(b.rseqstep, "--batch", "-e", "quit", b.workerd)
	gdb := prompt("gdb", "-nx", "--batch", "-ex", "quit", b.workerd)
	lldb := prompt("lldb", "--no-lldbinit", "--batch", "-o", "quit", b.workerd)
	table := prompt(b.rseqstep, "table", b.workerd)
	milliseconds := func(o outcome) float64 { return float64(o.wall.Microseconds()) / 1000 }
	megabytes := func(o outcome) float64 { return float64(o.memory) / 1e6 }
	visits := attaching(b, "attach to workerd and detach", b.workerd, "serve", b.workerdConfig)
	return []contest{
		visits,
		{title: "prompt on workerd: time", unit: "ms", target: "no more than gdb", contenders: []contender{
			{"rseqstep", ours(milliseconds)}, {"gdb", gdb(milliseconds)}, {"lldb", lldb(milliseconds)},
		}},
		{title: "prompt on workerd: peak memory", unit: "MB", target: "no more than gdb", contenders: []contender{
			{"rseqstep", ours(megabytes)}, {"gdb", gdb(megabytes)}, {"lldb", lldb(megabytes)},
		}},
		{title: "table workerd: time", unit: "ms", target: "1000 at most", contenders: []contender{{"rseqstep table", table(milliseconds)}}},
		{title: "table workerd: peak memory", unit: "MB", target: "150 at most", contenders: []contender{{"rseqstep table", table(megabytes)}}},
	}
}
