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
)

// Config is what a Server is made of.
type Config struct {
	Multi bool // clients choose the program (extended-remote), and the server outlives it
	Once  bool // end with the first client, Multi or not

	Log      io.Writer // sentences for whoever started the server; nil for none
	Announce bool      // gdbserver's own sentences among them (announce.go)
	Stdio    bool      // the client has our standard input and output, and shows our standard error to its user
	Debug    *DebugLog // what is written for debugging the server; nil for nothing

	// LaunchServer starts another server for one program, and returns its process
	// id and the port where it listens: what makes the server lldb's platform.
	LaunchServer func() (pid, port int, err error)

	Wrapper []string // a command that starts programs, and is to execute them; nil for none
	Disable Disabled // packets that are answered as if they were not known

	Dialect Dialect // which client is served, where it has to be known

	// Parent is the debugger that is served, if it started us and is to share
	// our CPU during bursts of steps: its process id; 0 for none.
	Parent int

	Stdin, Stdout, Stderr *os.File // the program's; nil: our own
	Terminal              *os.File // shared with the program; nil for none
	ASLR                  bool     // keep address space layout randomization
	Forward               bool     // output of programs goes to the client, where no files are named for it
	NoShell               bool     // arguments of programs that clients start are words, not a shell's redirections

	CPUOpv stepper.CPUOpv // the call that programs are given

	// Console is where sentences for the user go; nil: the client's own console.
	Console io.Writer

	// Report puts a stop's units into words, a line each; nil says nothing of them.
	Report func(*stepper.Engine, stepper.Stop) []string
	// Section puts the sections and the threads' registrations into words.
	Section func(*stepper.Engine, io.Writer)
}

// Server answers debuggers. Precondition: all its
// methods but Serve's context belong to one goroutine, which New locks to its
// OS thread.
type Server struct {
	Config
	policy  stepper.Policy
	process *process
	held    map[int]*process // those that are not current, by their ids
	with    launchWith
	beside  beside
	pass    [65]bool // signals that the client does not want to see
	hide    [65]bool // signals that the program is not to see when it is let go
	program string   // what was launched last, for vRun without a name

	launchError error // why the client's last launch failed
	args        []string

	connected atomic.Bool          // a client is there that has not gone
	serving   atomic.Pointer[conn] // whose program may still run for one that has gone
	exiting   bool                 // a client has asked for the server's end ("monitor exit")
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

// Launch starts a program and holds it at its first instruction. The end of ctx ends a
// wrapper that does not come to the program.
func (s *Server) Launch(ctx context.Context, path string, args []string) error {
	s.program, s.args = path, args
	s.with.bare = true // they have been through a shell
	defer func() { s.with.bare = s.NoShell }()
	return s.launch(ctx, path, args)
}

// Attach takes over a running process.
func (s *Server) Attach(pid int) error { return s.attach(pid) }

// Adopt takes over a process that another debugger has let go into a stop by
// SIGSTOP, which is ended without the process noticing. One that was launched
// by that debugger is killed at the end, as if it had been launched here.
func (s *Server) Adopt(pid int, launched bool) error { return s.adopt(pid, launched) }

// Close lets go of the process: killed if we started it, else it goes on.
func (s *Server) Close() error { return s.end() }

func (s *Server) logf(format string, args ...any) {
	if s.Log != nil {
		fmt.Fprintf(s.Log, "rseqstep: "+format+"\n", args...)
	}
}

// rest is told when a client has stopped asking: what is kept between the steps
// of a burst is given back.
func (s *Server) rest() {
	s.apart()
	if s.process == nil {
		return
	}
	if err := s.process.engine.Rest(); err != nil {
		s.logf("%v", err)
	}
}

// apart ends a burst (beside).
func (s *Server) apart() {
	s.beside.part()
	if s.process == nil {
		return
	}
	if err := s.process.target.Roam(); err != nil {
		s.logf("%v", err)
	}
}

// ServeConn answers one client until it leaves, and then lets go of the process.
func (s *Server) ServeConn(ctx context.Context, rw io.ReadWriteCloser) error {
	return errors.Join(s.serveOne(ctx, rw, false), s.end())
}

// serveOne answers one client until it leaves. With keep the process stays as it
// is: if it runs then, it runs until it stops by itself, or until the next
// client comes.
func (s *Server) serveOne(ctx context.Context, rw io.ReadWriteCloser, keep bool) error {
	s.announceClient(rw)
	c, err := newClient(s, rw)
	if err != nil {
		return errors.Join(err, rw.Close())
	}
	c.conn.keeps.Store(keep)
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
	return c.parts()
}

// Serve answers the clients of a listener, one at a time; one that comes while
// another is there is told so, and sent away. A client that goes without having
// ended or let go of the process leaves it to the next one. Serve ends with the
// context, with the first client if Once is set or the client is a debugger that
// started us, and else, unless Multi is set, with a client that leaves no process.
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
			s.logf("the client has gone; process %d is held for the next one", p.target.PID())
		}
		s.announceReopen()
	}
}

// grace is how long a client that comes while another is there waits for that
// one's end to be noticed: it may have come because the other has just gone.
const grace = 500 * time.Millisecond

// accept hands connections over, one at a time.
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
			last.halt() // its client has gone, and the program may run still
		}
		conns <- conn
	}
}
