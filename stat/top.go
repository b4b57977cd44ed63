package stat

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Top is the report as it fits a terminal of so many columns and lines: a summary, and the
// sections with the most aborts. before is an earlier report of the same recording, nil for
// none; from it come the rates of now.
func (r *Report) Top(before *Report, width, height int) (lines []string) {
	lines = append(lines, r.Summary()+r.now(before), "", fmt.Sprintf("%10s %10s %7s %7s%s  %s", "Aborts", "Now/s", "Share", r.hot("Time"), r.pass("Passes"), "Section"))
	old, seconds := map[Code]uint64{}, r.Seconds
	if before != nil {
		seconds -= before.Seconds
		for _, row := range before.Rows {
			old[row.Start] = row.Aborts
		}
	}
	for n, row := range r.Rows {
		if left := len(r.Rows) - n; len(lines) == height-1 && left > 1 {
			lines = append(lines, fmt.Sprintf("and %d more sections", left))
			break
		}
		now := "-"
		if seconds > 0 {
			now = fmt.Sprintf("%.1f", float64(row.Aborts-old[row.Start])/seconds)
		}
		lines = append(lines, fmt.Sprintf("%10d %10s %7s %7s%s  %s", row.Aborts, now, percent(row.Aborts, r.Recorded), r.hot(percent(row.Samples, r.Samples)), r.pass(row.PassText()), row.text()))
	}
	lines = lines[:min(len(lines), max(height, 1))]
	for n := range lines {
		lines[n] = cut(lines[n], width)
	}
	return lines
}

// hot is a text for the column of time, which is there if the clock was sampled.
func (r *Report) hot(text string) string {
	if r.Samples == 0 {
		return ""
	}
	return text
}

// pass is a text for the column of passes, which is there if they are counted.
func (r *Report) pass(text string) string {
	if r.Passes == nil {
		return ""
	}
	return fmt.Sprintf(" %12s", text)
}

// now is how many aborts there were since an earlier report.
func (r *Report) now(before *Report) string {
	if before == nil {
		return ""
	}
	return fmt.Sprintf("; %d in the last %.1f s", r.Aborts-before.Aborts, r.Seconds-before.Seconds)
}

// cut shortens a line to so many characters.
func cut(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	if width < 1 {
		return ""
	}
	return string([]rune(line)[:width-1]) + "…"
}

// Line is the report in one line, for a log.
func (r *Report) Line(before *Report) string {
	line := fmt.Sprintf("%.0f s: ", r.Seconds) + strings.TrimSuffix(r.Summary(), "\n") + r.now(before)
	if len(r.Rows) > 0 && r.Rows[0].Aborts > 0 {
		line += fmt.Sprintf("; most in %s (%d)", r.Rows[0].Name, r.Rows[0].Aborts)
	}
	return line
}
