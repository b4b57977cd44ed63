package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

func main() {
	s := symbols.New(symbols.Options{})
	var bias uint64
	path := os.Args[1]
	if i := strings.Index(path, "@"); i > 0 {
		bias, _ = strconv.ParseUint(path[i+1:], 0, 64)
		path = path[:i]
	}
	t0 := time.Now()
	s.Reload([]*table.Module{{Path: path, Bias: table.Addr(bias), Low: table.Addr(bias), High: table.Addr(bias + 1<<32)}})
	fmt.Println("problem", s.Problem(path), time.Since(t0))
	for _, c := range os.Args[2:] {
		t0 := time.Now()
		k, arg, _ := strings.Cut(c, "=")
		switch k {
		case "b":
			p, err := s.Lookup(arg, 0)
			for _, x := range p {
				fmt.Printf("%v %s %v\n", x.Addr, x.Function, x.Line)
			}
			if err != nil {
				fmt.Println("ERR", err)
			}
		case "il":
			p, err := s.LineInfo(arg, 0)
			for _, x := range p {
				fmt.Printf("%+v\n", x)
			}
			if err != nil {
				fmt.Println("ERR", err)
			}
		case "f":
			a, _ := strconv.ParseUint(arg, 0, 64)
			f, ok := s.Function(table.Addr(a))
			n, off, ok2 := s.Symbol(table.Addr(a))
			d, e := s.Inlines(table.Addr(a))
			fmt.Printf("%+v %v\nsym %s+%d %v inl %d %d\n", f, ok, n, off, ok2, d, e)
			for i := 0; i <= d; i++ {
				l, ok := s.Line(table.Addr(a), i)
				fmt.Println(i, l, ok, s.LineStart(table.Addr(a), i), s.LineRanges(table.Addr(a), i))
			}
		case "c":
			fmt.Println(s.Complete(arg))
		case "fn":
			for _, m := range s.Functions(regexp.MustCompile(arg)) {
				fmt.Printf("%+v\n", m)
			}
		case "addr":
			fmt.Println(s.Address(arg))
		}
		fmt.Println("--", c, time.Since(t0))
	}
	b, _ := os.ReadFile("/proc/self/status")
	for _, l := range strings.Split(string(b), "\n") {
		if strings.HasPrefix(l, "VmHWM") {
			fmt.Println(l)
		}
	}
}
