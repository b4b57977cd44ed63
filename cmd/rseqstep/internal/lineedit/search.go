package lineedit

// search looks for an older line that has what is typed in it: Ctrl-R looks on,
// Ctrl-G gives up, and any other key is carried out on the line found.
func (r *reading) search() error {
	if r.history == nil {
		return nil
	}
	ask, before := r.ask, r.line
	defer func() { r.ask = ask }()
	pattern, at, failed := []rune{}, len(r.history.lines), ""
	look := func(from int) {
		if n, pos, ok := r.history.find(string(pattern), from); ok {
			r.set(r.history.lines[n])
			r.pos, at, failed = pos, n, ""
		} else {
			failed = "failed "
		}
	}
	for {
		r.ask = "(" + failed + "reverse-i-search)`" + string(pattern) + "': "
		if !r.waiting() {
			r.draw()
		}
		k, err := r.key()
		if err != nil {
			return err
		}
		switch {
		case k == ctrl('r'):
			if len(pattern) > 0 {
				look(at)
			}
		case k == ctrl('g'):
			r.line = before
			return nil
		case k == keyBackspace || k == ctrl('h'):
			if len(pattern) > 0 {
				pattern = pattern[:len(pattern)-1]
			}
			at = len(r.history.lines)
			if len(pattern) == 0 {
				r.line, failed = before, ""
			} else {
				look(at)
			}
		case k >= ' ':
			pattern = append(pattern, rune(k))
			look(at + 1)
		default:
			r.pending = append(r.pending, k)
			return nil
		}
	}
}
