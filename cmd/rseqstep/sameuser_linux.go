package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// sameUser reports whether the other end of a loopback connection belongs to this user.
// Everybody on the machine can connect there, and a debugger's client can run programs.
// Connections of other kinds pass.
func sameUser(c net.Conn) (bool, error) {
	local, ok := c.LocalAddr().(*net.TCPAddr)
	remote, ok2 := c.RemoteAddr().(*net.TCPAddr)
	if !ok || !ok2 || !remote.IP.IsLoopback() {
		return true, nil
	}
	file := "/proc/net/tcp"
	if local.IP.To4() == nil {
		file = "/proc/net/tcp6"
	}
	f, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer f.Close()
	// Each socket has a line with its own address, the peer's address, and the user id
	// in the eighth field. See proc_net_tcp.rst.
	want := procAddr(remote) + " " + procAddr(local)
	for in := bufio.NewScanner(f); in.Scan(); {
		fields := strings.Fields(in.Text())
		if len(fields) < 8 || fields[1]+" "+fields[2] != want {
			continue
		}
		uid, err := strconv.Atoi(fields[7])
		return err == nil && uid == os.Geteuid(), err
	}
	return false, fmt.Errorf("%s does not list the connection from %v", file, remote)
}

// procAddr formats an address as /proc/net/tcp and tcp6 do: four-byte words in the
// machine's byte order, then the port.
func procAddr(a *net.TCPAddr) string {
	ip := a.IP.To4()
	if ip == nil {
		ip = a.IP.To16()
	}
	var b strings.Builder
	for ; len(ip) >= 4; ip = ip[4:] {
		fmt.Fprintf(&b, "%08X", binary.NativeEndian.Uint32(ip))
	}
	return fmt.Sprintf("%s:%04X", &b, a.Port)
}
