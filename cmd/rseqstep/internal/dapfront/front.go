package dapfront

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"rseqstep/cmd/rseqstep/internal/dap"
	"rseqstep/stepper/opvcall"
)

// Config is the input of Serve.
type Config struct {
	In  *bufio.Reader // of the editor
	Out io.Writer
	// Delve starts Delve's adapter and connects to it. It is called once.
	Delve func() (io.ReadWriteCloser, error)
	Said  io.Reader // our server's messages about sections, for the editor's console; nil: none
	About string    // the debugger's version

	CPUOpv opvcall.Call // as in dap.Config
}

// front is one editor's session until it is known which adapter handles it.
type front struct {
	Config
	delve   io.ReadWriteCloser
	writing sync.Mutex // of Out

	mu       sync.Mutex
	answered *sync.Cond
	waiting  map[int]bool // requests to which Delve has not responded
	seq      int          // the highest sequence number that Delve has used
	gone     bool         // Delve has ended
	closed   chan struct{}
}

// Serve serves one editor. It returns when the editor or Delve has disconnected.
// Precondition: the calling goroutine is locked to its OS thread.
func Serve(c Config) (err error) {
	f := &front{Config: c, waiting: map[int]bool{}, closed: make(chan struct{})}
	f.answered = sync.NewCond(&f.mu)
	if f.delve, err = c.Delve(); err != nil {
		return err
	}
	go f.fromDelve()
	if c.Said != nil {
		go f.says(c.Said)
	}
	take, err := f.untilChosen()
	if err == nil && take != nil {
		f.awaitResponses()
		err = f.delve.Close()
		<-f.closed
		take.Seq = f.seq
		return errors.Join(err, dap.Serve(*take))
	}
	if err == nil {
		go f.toDelve()
		<-f.closed
	}
	return errors.Join(err, f.delve.Close())
}

// untilChosen passes requests on until one names the program. take is nil if Delve
// handles the session, and at the end of the stream.
func (f *front) untilChosen() (take *dap.Config, err error) {
	var initialize []byte
	for {
		content, err := dap.ReadMessage(f.In)
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = f.delve.Close()
			}
			return nil, err
		}
		var m message
		if json.Unmarshal(content, &m) == nil && m.Type == "request" {
			switch m.Command {
			case "initialize":
				initialize = content
			case "launch", "attach":
				if initialize != nil && ours(&m) {
					return &dap.Config{In: f.In, Out: f.Out, Initialized: initialize, First: content, About: f.About, CPUOpv: f.CPUOpv}, nil
				}
				return nil, f.pass(&m, withBackend(content))
			}
		}
		if err := f.pass(&m, content); err != nil {
			return nil, err
		}
	}
}

// pass passes a message on to Delve.
func (f *front) pass(m *message, content []byte) error {
	if m.Type == "request" {
		f.mu.Lock()
		f.waiting[m.Seq] = true
		f.mu.Unlock()
	}
	return dap.WriteMessage(f.delve, content)
}

// toDelve passes on what the editor sends from the launch request on. After a launch or
// attach request that failed, Delve also handles the next one.
func (f *front) toDelve() {
	for {
		content, err := dap.ReadMessage(f.In)
		if err != nil {
			break
		}
		var m message
		if json.Unmarshal(content, &m) == nil && (m.Command == "launch" || m.Command == "attach" || m.Command == "restart") {
			content = withBackend(content)
		}
		if dap.WriteMessage(f.delve, content) != nil {
			break
		}
	}
	f.delve.Close() // this ends Delve, and so fromDelve
}

// fromDelve passes on what Delve sends, until Delve ends.
func (f *front) fromDelve() {
	defer close(f.closed)
	r := bufio.NewReader(f.delve)
	for {
		content, err := dap.ReadMessage(r)
		if err != nil || f.send(content) != nil {
			break
		}
		var m message
		if json.Unmarshal(content, &m) != nil {
			continue
		}
		f.mu.Lock()
		f.seq = max(f.seq, m.Seq)
		if m.Type == "response" { // an editor's first request may have the number 0
			delete(f.waiting, m.RequestSeq)
		}
		f.answered.Broadcast()
		f.mu.Unlock()
	}
	f.mu.Lock()
	f.gone = true
	f.answered.Broadcast()
	f.mu.Unlock()
}

// awaitResponses waits until Delve has responded to all requests.
func (f *front) awaitResponses() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.waiting) > 0 && !f.gone {
		f.answered.Wait()
	}
}
