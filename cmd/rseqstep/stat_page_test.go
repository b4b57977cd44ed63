package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"rseqstep/check"
	"rseqstep/stat"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// browser is a tab of a real browser that shows one page.
type browser struct {
	context.Context
	t        *testing.T
	mu       sync.Mutex
	problems []string // errors of the console and of scripts
	loaded   []string // addresses that were requested
}

// browse opens the page of an address in a browser.
func browse(t *testing.T, address string) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(tabletest.NeedBrowser(t)), chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(tabletest.Patience(time.Minute)))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // chromium refuses to run as root with it
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{Context: ctx, t: t}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(1400, 900), chromedp.Navigate(address))
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, fmt.Sprint(e.ExceptionDetails.Text, e.ExceptionDetails.Exception.Description))
	case *runtime.EventConsoleAPICalled:
		b.problems = append(b.problems, fmt.Sprint(e.Type, e.Args))
	case *log.EventEntryAdded:
		b.problems = append(b.problems, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		b.loaded = append(b.loaded, e.Request.URL)
	}
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b, tabletest.Patience(2*time.Minute))
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// js evaluates an expression of JavaScript whose value does not matter.
func js(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](expression)
}

// answer evaluates an expression of JavaScript.
func answer[T any](b *browser, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// key presses a key.
func (b *browser) key(keys string) { b.t.Helper(); b.do(chromedp.KeyEvent(keys)) }

// focus moves the keyboard to an element.
func (b *browser) focus(selector string) {
	b.t.Helper()
	b.do(js(fmt.Sprintf("document.querySelector(%q).focus()", selector)))
}

// reports are the pages to look at: stat's of four sections of two files, and of workerd's 177;
// and one of check with findings in two sections.
func reports(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	files := stat.NewFiles()
	t.Cleanup(files.Close)
	few := []string{tabletest.Build(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}), tabletest.Build(t, tabletest.Fixture{Source: "seed.c"})}
	out := map[string]string{}
	for name, mapped := range map[string][]string{"few": few, "workerd": {tabletest.NeedWorkerd(t)}} {
		path := filepath.Join(dir, name+".html")
		if err := writePage(path, statPage(filepath.Base(mapped[0]), counted(t, files, mapped[0]), files, mapped)); err != nil {
			t.Fatal(err)
		}
		out[name] = path
	}
	out["check"] = filepath.Join(dir, "check.html")
	if status, _, errors := checkedFile("--html", out["check"], tabletest.Build(t, tabletest.Fixture{Source: "aborts.c", Opt: "-O2"})); status != check.StatusFound {
		t.Fatalf("status %d: %s", status, errors)
	}
	return out
}

// counted is a report in which each second section of a program has aborted.
func counted(t *testing.T, files *stat.Files, program string) *stat.Report {
	t.Helper()
	f, err := table.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	c := stat.NewCollector()
	for n := 0; n < len(f.Sections); n += 2 {
		s := &f.Sections[n]
		offset, ok := f.FileOffset(s.Start)
		if !ok {
			t.Fatalf("%v is not in the file", s.Start)
		}
		at := stat.Code{File: program, Offset: offset}
		sec := &stat.Section{Start: at, Length: s.PostCommitOffset, Aborts: uint64(10 * (n + 1)), At: map[uint64]uint64{0: uint64(10 * (n + 1))},
			Threads: map[stat.Thread]uint64{{PID: 1, TID: 2, Name: "<b>thread"}: uint64(10 * (n + 1))}, CPUs: map[int]uint64{0: 4, 1: uint64(10*(n+1) - 4)},
			Stacks: map[string]*stat.Stack{"": {Frames: []stat.Code{at, at}, Aborts: 5}}}
		c.Sections[at], c.Aborts = sec, c.Aborts+sec.Aborts
	}
	return &stat.Report{Seconds: 2, Aborts: c.Aborts, Recorded: c.Aborts, Rows: files.Resolve(c)}
}

func TestThePageWorksInABrowser(t *testing.T) {
	for name, file := range reports(t) {
		t.Run(name, func(t *testing.T) {
			b := browse(t, "file://"+file)
			b.sorts()
			b.opensByKeyboard()
			b.leadsToRules()
			b.filters()
			b.fits()
			b.prints()
			t.Logf("the page was loaded after %.0f ms", answer[float64](b, "performance.getEntriesByType('navigation')[0].loadEventEnd"))
			b.mu.Lock()
			defer b.mu.Unlock()
			if len(b.problems) > 0 {
				t.Errorf("the console says %q", b.problems)
			}
			for _, url := range b.loaded {
				if url != "file://"+file && !strings.HasPrefix(url, "data:") && !strings.HasPrefix(url, "file://"+file+"#") {
					t.Errorf("the page loads %q", url)
				}
			}
		})
	}
}

// sorts sorts by the keyboard, by a column of text and by one of numbers.
func (b *browser) sorts() {
	b.t.Helper()
	column := func(n int) []string {
		return answer[[]string](b, fmt.Sprintf("[...document.querySelectorAll('#table tbody tr')].map(r => r.cells[%d].dataset.sort ?? r.cells[%[1]d].textContent)", n))
	}
	numbers := func(n int) []float64 {
		return answer[[]float64](b, fmt.Sprintf("[...document.querySelectorAll('#table tbody tr')].map(r => Number(r.cells[%d].dataset.sort))", n))
	}
	state := func(n int) string {
		return answer[string](b, fmt.Sprintf("document.querySelector('#table thead tr').cells[%d].getAttribute('aria-sort')", n))
	}
	all := column(0)
	for _, c := range []struct {
		column int
		order  string
	}{{0, "ascending"}, {0, "descending"}, {1, "descending"}, {1, "ascending"}} {
		b.focus(fmt.Sprintf("#table thead th:nth-child(%d) button", c.column+1))
		b.key(kb.Enter)
		if got := state(c.column); got != c.order || state(1-c.column) != "none" {
			b.t.Errorf("column %d is sorted %q, not %q; the other is sorted %q", c.column, got, c.order, state(1-c.column))
		}
		if c.column == 1 {
			values := numbers(1)
			if c.order == "descending" {
				slices.Reverse(values)
			}
			if !slices.IsSorted(values) {
				b.t.Errorf("%s by number: %v", c.order, values)
			}
		}
		got := column(0)
		slices.Sort(got)
		slices.Sort(all)
		if !slices.Equal(got, all) {
			b.t.Errorf("sorting loses or repeats rows: %d of %d", len(got), len(all))
		}
	}
}

// opensByKeyboard follows a link in the table and opens a section without a mouse.
func (b *browser) opensByKeyboard() {
	b.t.Helper()
	const focused = "document.activeElement.closest('details.section')?.id ?? document.activeElement.tagName"
	b.do(js("document.getElementById('close').click(); document.activeElement.blur()"))
	b.key(kb.Tab)
	b.focus("#table tbody tr:last-child a")
	id := answer[string](b, "document.activeElement.hash.slice(1)")
	b.key(kb.Enter)
	b.do(chromedp.Poll[chromedp.Void](fmt.Sprintf("document.getElementById(%q).open", id), chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(tabletest.Patience(time.Minute))))
	b.picture(filepath.Base(b.t.Name()) + "-section.png")
	if got := answer[string](b, focused); got != id {
		b.t.Errorf("after the link to %s the keyboard is at %s", id, got)
	}
	if answer[string](b, "document.activeElement.tagName") == "SUMMARY" {
		b.t.Error("the keyboard is at the summary, which the press that followed the link may close again")
	}
	if outline := answer[string](b, "getComputedStyle(document.activeElement).outlineStyle"); outline == "none" {
		b.t.Error("the focus is not visible")
	}
	b.key(kb.Tab) // to its summary
	b.key(kb.Enter)
	if answer[bool](b, fmt.Sprintf("document.getElementById(%q).open", id)) {
		b.t.Errorf("the key does not close %s", id)
	}
	b.do(js("window.scrollTo(0, 0); document.querySelector('.skip').focus()"))
	if left := answer[float64](b, "document.activeElement.getBoundingClientRect().left"); left < 0 {
		b.t.Error("the skip link is invisible when the keyboard is there")
	}
}

// leadsToRules follows a finding's link to its rule by keyboard, on pages with findings.
func (b *browser) leadsToRules() {
	b.t.Helper()
	if answer[int](b, "document.querySelectorAll('.listing .finding').length") == 0 {
		if strings.HasSuffix(b.t.Name(), "check") {
			b.t.Error("no finding stands in a listing")
		}
		return
	}
	b.do(js("window.section = document.querySelector('.listing .finding a').closest('details.section'); section.open = true"))
	b.focus(".listing .finding a")
	if above := answer[string](b, "document.activeElement.closest('tr').previousElementSibling.className"); !strings.Contains(above, "code") || !strings.Contains(above, "found") {
		b.t.Errorf("above a finding is a row %q, not its instruction", above)
	}
	id := answer[string](b, "document.activeElement.hash.slice(1)")
	b.key(kb.Enter)
	b.do(chromedp.Poll[chromedp.Void](fmt.Sprintf("document.activeElement.id == %q", id), chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(tabletest.Patience(time.Minute))))
	if !answer[bool](b, "document.activeElement.open && document.activeElement.querySelectorAll('.kernels tbody tr').length > 0") {
		b.t.Errorf("the rule %s is closed, or says nothing about kernels", id)
	}
	b.do(js("document.activeElement.open = false"))
}

// filters shows only the sections of one function.
func (b *browser) filters() {
	b.t.Helper()
	const visible = "document.querySelectorAll('#table tbody tr:not([hidden])').length"
	all := answer[int](b, visible)
	name := answer[string](b, "document.querySelector('#table tbody a').textContent")
	b.focus("#filter")
	b.key(name)
	if n := answer[int](b, visible); n == 0 || n >= all {
		b.t.Errorf("%q shows %d of %d sections", name, n, all)
	}
	if n := answer[int](b, visible); answer[int](b, "document.querySelectorAll('details.section:not([hidden])').length") != n {
		b.t.Error("the listings are other sections than the table")
	}
	b.do(js("document.getElementById('filter').value = ''; document.getElementById('filter').dispatchEvent(new Event('input'))"))
	if n := answer[int](b, visible); n != all {
		b.t.Errorf("without a filter %d of %d sections", n, all)
	}
}

// fits asks for a page no wider than the window, in light and dark, which differ.
func (b *browser) fits() {
	b.t.Helper()
	back := map[string]string{}
	for _, scheme := range []string{"light", "dark"} {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		if _, err := chromedp.Call(b, emulation.SetEmulatedMedia, media); err != nil {
			b.t.Fatal(err)
		}
		back[scheme] = answer[string](b, "getComputedStyle(document.body).backgroundColor")
		for _, width := range []int64{1400, 400} {
			b.do(chromedp.EmulateViewport(width, 900))
			if scheme == "light" {
				b.do(js("document.getElementById('open').click()"))
			}
			if w := answer[int64](b, "document.documentElement.scrollWidth"); w > width {
				b.t.Errorf("the page is %d pixels wide in a window of %d", w, width)
			}
			b.do(js("document.getElementById('close').click(); document.querySelector('details.section').open = true; window.scrollTo(0, 0)"))
			b.picture(fmt.Sprintf("%s-%s-%d.png", strings.ReplaceAll(filepath.Base(b.t.Name()), "/", "-"), scheme, width))
		}
	}
	if back["light"] == back["dark"] {
		b.t.Errorf("light and dark are both %s", back["light"])
	}
}

// prints prints the page. Everything is open on paper only.
func (b *browser) prints() {
	b.t.Helper()
	const open = "document.querySelectorAll('details[open]').length"
	before := answer[int](b, open)
	b.do(js("addEventListener('beforeprint', () => window.onPaper = document.querySelectorAll('details:not([open])').length)"))
	if pdf, err := chromedp.Run(b, chromedp.PrintToPDF()); err != nil || len(pdf) == 0 {
		b.t.Errorf("a print of %d bytes, %v", len(pdf), err)
	}
	if os.Getenv(picturesVariable) != "" {
		if _, err := chromedp.Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
			b.t.Fatal(err)
		}
		b.do(chromedp.EmulateViewport(800, 1100), js("document.querySelector('details.section').open = true"))
		b.picture(filepath.Base(b.t.Name()) + "-print.png")
	}
	if n := answer[int](b, "window.onPaper"); n != 0 {
		b.t.Errorf("%d parts are closed on paper", n)
	}
	if after := answer[int](b, open); after != before {
		b.t.Errorf("after printing %d parts are open, before %d", after, before)
	}
}

// picturesVariable is the environment's variable with the folder for screenshots.
const picturesVariable = "RSEQSTEP_PICTURES"

// picture writes a screenshot into the folder of RSEQSTEP_PICTURES, for people to look at.
func (b *browser) picture(name string) {
	b.t.Helper()
	dir := os.Getenv(picturesVariable)
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// The page of a program that ran has its counts at the instructions.
func TestStatWritesAPageOfWhatItCounted(t *testing.T) {
	needStat(t)
	file := filepath.Join(t.TempDir(), "page.html")
	got := runStatCommand(t, "--html", file, "--", tabletest.Build(t, tabletest.Fixture{Source: "aborts.c", Opt: "-O2"}), "1000")
	html, err := os.ReadFile(file)
	if err != nil || got.status != 0 {
		t.Fatal(err, got)
	}
	text := string(html)
	for _, want := range []string{"spin_long", "spin_short", "aborts.c:", "dec %eax", "Arming store", "abort handler", `<span class="role">commit</span>`, "Who called it"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not contain %q", want)
		}
	}
	if at := strings.Index(text, "ud2"); at < 0 || !strings.Contains(text[max(0, at-500):at], "<span>") {
		t.Errorf("no number stands at the instruction that aborts")
	}
	if runStatCommand(t, "--html", "/no/such/folder/x.html", "--", "true").status != 1 {
		t.Error("a page that cannot be written is no error")
	}
}
