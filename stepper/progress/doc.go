// Package progress finds out whether threads make progress: which critical sections a thread has
// armed lately, which of its passes have committed, and which thread repeats a section without a
// commit. It resumes no thread and helps none: it says where a pass needs help, and the code that
// moves threads helps it.
//
// A loop around a section usually spans several lines. Each line step in it ends, so no step is
// stuck, and the user repeats the loop for ever. So type Watch counts the passes that threads run
// natively, across commands. The one that would be the limit-th without a commit it catches at the
// arming store (Watch.Hits): that pass runs as a unit.
//
// A Watch sees passes by points: debug registers of one thread at the exits of sections. No other
// thread hits them, the code does not change, and the registers that a committing pass hits are set
// only while an earlier pass has not committed. What a thread needs is decided from values alone:
// choose lists the points, assign finds a place for each, split says which of them an event
// belongs to, and thread.passed and probe say what a pass means.
//
// A Continue steps no thread. A sentry looks from outside for threads that may repeat a section,
// and a probe then counts the passes of each.
//
// # Decisions, and what was refused
//
// The points of a stepped thread are at the abort handlers of the sections that it may reach,
// which a committing pass hardly ever executes, and at post-commit only while a pass has failed to
// commit. Refused: breakpoints there, since other threads would hit them too, and each hit stops
// all threads and aborts more sections; and traps at the arming store of every pass, which would
// slow down a line with many sections. A pass during Continue does not count for a step, and
// Continue helps no thread unless the user enables that (Injects); a commit resets the count
// whatever command runs it. Side exits of a natively run section do not count: an empty list is no
// failure.
//
// The sentry reads /proc while the threads run. Refused: stopping threads to sample their PCs,
// which aborts sections of correct programs; and counting by perf_event_open(2), which containers
// usually forbid.
package progress
