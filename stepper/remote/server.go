package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"rseqstep/stepper"
	"rseqstep/stepper/opvcall"
)

// Config configures a Server.
type Config struct {
	Multi bool // clients choose the program (extended-remote), and the server outlives it
	Once  bool // end with the first client, even with Multi

	Log      io.Writer // messages for the user who started the server; nil for none
	Announce bool      // including gdbserver's own sentences (announce.go)
	Stdio    bool      // the client is on the server's standard input and output, and shows its standard error to the user
	Debug    *DebugLog // output for debugging the server; nil for none

	// Failures is where the user of the client sees why a program could not be started
	// or attached to, if the client does not show the text of errors; nil for nowhere.
	Failures io.Writer

	// LaunchServer starts another server for one program, and returns its process id and
	// the port where it listens: it makes the server lldb's platform.
	LaunchServer func() (pid, port int, err error)

	Wrapper []string // a command that starts programs by executing them; nil for none
	Disable Disabled // packets that are treated as unknown

	Dialect Dialect // the kind of client, where the server must know it

	// Parent is the process id of the served debugger, if it started the server
	// and is to share its CPU during bursts of steps; 0 for none.
	Parent int

	Stdin, Stdout, Stderr *os.File // the program's; nil: the server's own
	Terminal              *os.File // shared with the program; nil for none
	ASLR                  bool     // keep address space layout randomization
	Forward               bool     // send the output of programs to the client, unless files are named for it
	NoShell               bool     // arguments of programs that clients start are words without shell redirections

	CPUOpv opvcall.Call // the cpu_opv call provided to programs

	// Console receives messages for the user; nil: the client's own console.
	Console io.Writer

	// Report describes a stop's units, one line each; nil: they are not described.
	Report func(*stepper.Engine, stepper.Stop) []string
	// Section describes the sections and the threads' registrations, as the arguments of
	// "monitor rseq info" ask.
	Section func(e *stepper.Engine, args string, w io.Writer)
}

// Server answers debuggers. Precondition: one goroutine calls all its methods;
// New locks it to its OS thread. Only Serve's context may be used elsewhere.
type Server struct {
	Config
	policy  stepper.Policy
	process *process
	held    map[int]*process // those that are not current, by id
	with    launchWith
	beside  beside
	pass    [65]bool // signals that the client does not want reported
	hide    [65]bool // signals that a detach is not to deliver
	program string   // the last launched program, for vRun without a name

	launchError error // why the client's last launch failed
	args        []string

	connected atomic.Bool          // a client is connected
	serving   atomic.Pointer[conn] // its program may still run after the client has disconnected
	exiting   bool                 // a client has asked the server to end ("monitor exit")
}

// New makes a server without a process.
func New(c Config) *Server {
	runtime.LockOSThread()
	if c.Debug == nil {
		c.Debug = &DebugLog{}
	}
	return &Server{Config: c, held: map[int]*process{}, beside: beside{pid: c.Parent, cpu: -1}, policy: stepper.DefaultPolicy(),
		with: launchWith{env: os.Environ(), aslr: c.ASLR, bare: c.Dialect != Plain || c.NoShell}}
}

// Launch starts a program and stops it at its first instruction. Canceling ctx ends a
// wrapper that does not start the program.
func (s *Server) Launch(ctx context.Context, path string, args []string) error {
	s.program, s.args = path, args
	s.with.bare = true // a shell has processed them
	defer func() { s.with.bare = s.NoShell }()
	return s.launch(ctx, path, args)
}

// Attach takes over a running process.
func (s *Server) Attach(pid int) error { return s.attach(pid) }

// Adopt takes over a process that another debugger has detached from while a
// SIGSTOP had it stopped, and ends that stop without the process noticing. If
// that debugger had launched it, it is killed at the end, as if it had been
// launched here.
func (s *Server) Adopt(pid int, launched bool) error { return s.adopt(pid, launched) }

// Close releases the process: it kills a launched one and detaches from an
// attached one.
func (s *Server) Close() error { return s.end() }

func (s *Server) logf(format string, args ...any) {
	if s.Log != nil {
		fmt.Fprintf(s.Log, "rseqstep: "+format+"\n", args...)
	}
}

// rest runs when a client has stopped sending packets: it releases what is kept
// between the steps of a burst.
func (s *Server) rest() {
	s.endBurst()
	if s.process == nil {
		return
	}
	if err := s.process.engine.Rest(); err != nil {
		s.logf("%v", err)
	}
}

// endBurst ends a burst (beside).
func (s *Server) endBurst() {
	s.beside.restore()
	if s.process == nil {
		return
	}
	if err := s.process.target.Roam(); err != nil {
		s.logf("%v", err)
	}
}

// ServeConn answers one client until it disconnects, and then releases the process.
func (s *Server) ServeConn(ctx context.Context, rw io.ReadWriteCloser) error {
	return errors.Join(s.serveOne(ctx, rw, false), s.end())
}

// serveOne answers one client until it disconnects. With keep the process stays as it is:
// if it is running, it runs until it stops by itself, or until the next client connects.
func (s *Server) serveOne(ctx context.Context, rw io.ReadWriteCloser, keep bool) error {
	s.announceClient(rw)
	c, err := newClient(s, rw)
	if err != nil {
		return errors.Join(err, rw.Close())
	}
	c.conn.keepsRunning.Store(keep)
	s.serving.Store(c.conn)
	defer s.serving.Store(nil)
	stop := context.AfterFunc(ctx, func() {
		c.conn.halt()
		c.conn.end()
	})
	defer stop()
	for !c.over {
		p, ok := c.conn.next()
		if !ok {
			break
		}
		c.handle(p)
	}
	c.conn.end()
	c.closeFiles()
	if !keep {
		return nil
	}
	return c.endSession()
}

// Serve answers the clients of a listener, one at a time; a client that connects while
// another is served gets the reason and is disconnected. A client that disconnects
// without having killed or detached from the process leaves it to the next one. Serve
// ends with the context, with the first client if Once is set or the client is a debugger
// that started the server, and otherwise, unless Multi is set, with a client that leaves
// no process.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	conns := make(chan net.Conn)
	failed := make(chan error, 1)
	go s.accept(l, conns, failed)
	defer l.Close()
	keep := !s.Once && !s.delve()
	for {
		s.announceListening(l)
		var conn net.Conn
		select {
		case conn = <-conns:
		case err := <-failed:
			if ctx.Err() != nil {
				return nil
			}
			return err
		case <-ctx.Done():
			return nil
		}
		if err := s.serveOne(ctx, conn, keep); err != nil {
			s.logf("%v", err)
		}
		if s.exiting || !keep || !s.Multi && len(s.all()) == 0 || ctx.Err() != nil {
			return s.end()
		}
		for _, p := range s.all() {
			s.logf("the client has disconnected; process %d is held for the next one", p.target.PID())
		}
		s.announceReopen()
	}
}

// grace is how long a client that connects while another is served waits for
// that one's disconnect to be noticed: the other may have just disconnected.
const grace = 500 * time.Millisecond

// accept passes connections on, one at a time.
func (s *Server) accept(l net.Listener, conns chan<- net.Conn, failed chan<- error) {
	for {
		conn, err := l.Accept()
		if err != nil {
			failed <- err
			return
		}
		for end := time.Now().Add(grace); s.connected.Load() && time.Now().Before(end); {
			time.Sleep(grace / 50)
		}
		if s.connected.Load() {
			s.logf("a second client was sent away: one is being served")
			go turnAway(conn, "another client is being served here")
			continue
		}
		s.connected.Store(true)
		if last := s.serving.Load(); last != nil {
			last.halt() // its client has disconnected, and the program may still be running
		}
		conns <- conn
	}
}
