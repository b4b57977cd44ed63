package remote

// handOver takes what the client says of the signal of a thread that it resumes. A
// signal that it has handed over is ours from then on, and stays pending until it
// is delivered: another thread may stop before this one has been let go, and the
// client, which takes the signal for delivered, resumes this one without it. Only a
// thread that was shown stopped for a signal, and is resumed without it for the
// first time since, loses that signal.
func (c *client) handOver(tid, signal int) error {
	_, shown := c.stoppedFor[tid]
	delete(c.stoppedFor, tid)
	switch {
	case shown:
		return c.p.engine.PassSignal(tid, signal)
	case signal > 0:
		return c.p.engine.AddSignal(tid, signal)
	}
	return nil
}
