//go:build linux && (amd64 || arm64)

package ptrace

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// find asks through one thread after another whether memory is writable, by the query of
// Linux 6.11 and by the text of older kernels; a thread used before may have ended.
func TestMappingsOutliveTheThreadTheyWereAskedFor(t *testing.T) {
	word := new(int)
	n, err := strconv.ParseUint(fmt.Sprintf("%p", word), 0, 64)
	if err != nil {
		t.Fatal(err)
	}
	addr := table.Addr(n)
	for name, m := range map[string]*mappings{"query": {}, "text": {slow: true}} {
		t.Run(name, func(t *testing.T) {
			defer m.forget()
			tids := make(chan int)
			asked := make(chan error)
			onThreadThatEnds(func() {
				tid := unix.Gettid()
				_, err := m.find(tid, addr)
				asked <- err
				tids <- tid
			})
			if err := <-asked; err != nil {
				t.Fatal(err)
			}
			task := "/proc/self/task/" + strconv.Itoa(<-tids)
			for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
				if _, err := os.Stat(task); err != nil {
					break
				}
				if time.Now().After(end) {
					t.Fatal("the thread does not end")
				}
			}
			got, err := m.find(os.Getpid(), addr)
			if err != nil || !got.write || addr < got.low || addr >= got.high {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	runtime.KeepAlive(word)
}

// onThreadThatEnds runs do on a thread that ends with it, and does not wait for the end.
func onThreadThatEnds(do func()) {
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() != os.Getpid() {
			do()
			return
		}
		started := make(chan struct{}) // the first thread does not end: the runtime keeps it until another is created
		onThreadThatEnds(func() { close(started); do() })
		<-started
		runtime.UnlockOSThread()
	}()
}
