package commands

import "strconv"

// stuck is `set stuck`.
func (d *desk) stuck() setting {
	s := d.choice(&d.Settings.Stuck, "What \"continue\" does about a thread that loops in a restartable sequence and never commits", "stuck", "report", "inject", "off")
	s.long = "report: says which thread goes round which sequence, once each, while the program runs on.\n" +
		"inject: does besides the sequence's work by a cpu_opv vector, each time it is found so.\n" +
		"off: nobody looks.\n" +
		"Found so is a thread that has been running, has not committed the sequence for \"stuck-time\", and is then aborted 1000\n" +
		"times one after the other. A program that makes progress is stopped for a moment once in that time, one that sleeps\n" +
		"or computes outside of sequences is not."
	return s
}

// stuckTime is `set stuck-time`.
func (d *desk) stuckTime(number setting) setting {
	number.get = func() string { return strconv.Itoa(d.Settings.StuckTime) }
	return number
}
