package commands

import "strconv"

// stuck is `set stuck`.
func (d *desk) stuck() setting {
	s := d.choice(&d.Settings.Stuck, "What \"continue\" does if a thread never commits", "stuck", "report", "inject", "off")
	s.long = "A thread is stuck if it runs without committing a restartable sequence for\n" +
		"\"stuck-time\" seconds and then aborts it 1000 times in a row.\n" +
		"  report  name the thread and the sequence, once each; the program runs on\n" +
		"  inject  also do the sequence's work by a cpu_opv vector, each time\n" +
		"  off     do not look for stuck threads\n" +
		"To look, rseqstep stops the program for a moment: once in \"stuck-time\" if it\n" +
		"makes progress, and never if it sleeps or computes outside of sequences."
	return s
}

// stuckTime is `set stuck-time`.
func (d *desk) stuckTime(number setting) setting {
	number.get = func() string { return strconv.Itoa(d.Settings.StuckTime) }
	return number
}
