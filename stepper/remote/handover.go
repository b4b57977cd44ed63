package remote

// handOver records the signal with which the client resumes a thread. From then on the
// server owns that signal, and it stays pending until it is delivered: another thread may
// stop before this one has been resumed, and the client, which believes the signal
// delivered, then resumes this one without it. A thread loses a signal only if it was
// reported stopped for it, and is resumed without it for the first time since.
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
