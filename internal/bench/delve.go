package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"
)

// delveSteps is how many instructions the contest of Delve's backends steps.
const delveSteps = 1000

// delving compares Delve's step-instruction on our backend with that on its
// own, in the same Go program from the same place.
func delving(b *built) contest {
	return contest{
		title:      fmt.Sprintf("dlv step-instruction, %d times", delveSteps),
		unit:       "steps a second",
		moreIsGood: true,
		target:     "no fewer than Delve's own backend",
		contenders: []contender{
			{"rseqstep dlv", delve(b.gotime, b.rseqstep, "dlv")},
			{"dlv --backend=native", delve(b.gotime, b.dlv)},
			{"the packets alone, in one process", exchanged},
		},
	}
}

// What Delve 1.27 sends for a step-instruction (--log-output=gdbwire): 28 m, two
// q and a vCont that it waits for, and a p for each of 37 registers, which we
// answer ahead.
const (
	packetsAwaited = 31
	packetsAhead   = 37
)

// exchanged measures what a step's packets cost by themselves: between two
// goroutines over loopback, the answer known before the question. To this comes
// what Delve itself does for a step.
func exchanged() (float64, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	question, answer := []byte("$m7ffff7fd0000,8#00"), []byte("$0011223344556677#00")
	failed := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			failed <- err
			return
		}
		defer conn.Close()
		buf := make([]byte, len(question))
		for err == nil {
			for n := 0; n < packetsAwaited && err == nil; n++ {
				if _, err = io.ReadFull(conn, buf); err == nil {
					_, err = conn.Write(answer)
				}
			}
			for n := 0; n < packetsAhead && err == nil; n++ {
				if _, err = io.ReadFull(conn, buf); err == nil && n == 0 {
					_, err = conn.Write(bytes.Repeat(answer, packetsAhead))
				}
			}
		}
		if !errors.Is(err, io.EOF) {
			failed <- err
		}
		close(failed)
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return 0, err
	}
	in := bufio.NewReader(conn)
	buf := make([]byte, len(answer))
	began := time.Now()
	for range delveSteps {
		for range packetsAwaited + packetsAhead {
			if _, err := conn.Write(question); err != nil {
				return 0, err
			}
			if _, err := io.ReadFull(in, buf); err != nil {
				return 0, err
			}
		}
	}
	rate := delveSteps / time.Since(began).Seconds()
	conn.Close()
	return rate, <-failed
}

// delve measures step-instruction from main.main on, through Delve's JSON-RPC,
// as an editor drives it.
func delve(program string, dlv ...string) func() (float64, error) {
	return func() (rate float64, err error) {
		args := append(dlv[1:len(dlv):len(dlv)], "--headless", "--listen=127.0.0.1:0", "exec", program, "--", "1000000000")
		cmd := exec.Command(dlv[0], args...)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			return 0, err
		}
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		defer cmd.Wait()
		defer cmd.Process.Signal(os.Interrupt)
		lines := bufio.NewScanner(out)
		if !lines.Scan() {
			return 0, fmt.Errorf("%s did not say where it listens", dlv[0])
		}
		_, address, _ := strings.Cut(lines.Text(), "listening at: ")
		go func() { // what else it says must not hold it up
			for lines.Scan() {
			}
		}()
		client := rpc2.NewClient(address)
		defer client.Detach(true)
		if _, err := client.CreateBreakpoint(&api.Breakpoint{FunctionName: "main.read"}); err != nil {
			return 0, err
		}
		if state := <-client.Continue(); state.Err != nil {
			return 0, state.Err
		}
		began := time.Now()
		for range delveSteps {
			if _, err := client.StepInstruction(false); err != nil {
				return 0, err
			}
		}
		return delveSteps / time.Since(began).Seconds(), nil
	}
}
