package remote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// hostFile is a file that a client has open.
type hostFile struct{ *os.File }

// maxHostFiles bounds how many files a client has open.
const maxHostFiles = 256

// hostIO answers vFile:OPERATION:ARGUMENTS (gdb manual, "Host I/O Packets").
func (c *client) hostIO(p string) (string, error) {
	op, args, _ := strings.Cut(p, ":")
	f := strings.Split(args, ",")
	switch op {
	case "setfs":
		return "F0", nil // the only file system is the server's
	case "open":
		return c.hostOpen(f)
	case "readlink":
		path, ok := text(f[0])
		if !ok {
			return fileError(syscall.EINVAL), nil
		}
		to, err := os.Readlink(path)
		if err != nil {
			return fileError(err), nil
		}
		return fileData([]byte(to)), nil
	case "unlink":
		path, ok := text(f[0])
		if !ok {
			return fileError(syscall.EINVAL), nil
		}
		return fileError(os.Remove(path)), nil
	case "pread", "pwrite", "fstat", "close":
	default:
		return lldbHostIO(op, args), nil
	}
	n, ok := number(f[0])
	h := c.open[int(n)]
	if !ok || h == nil {
		return fileError(syscall.EBADF), nil
	}
	switch op {
	case "close":
		delete(c.open, int(n))
		return fileError(h.Close()), nil
	case "fstat":
		return hostStat(h)
	case "pread":
		return hostRead(h, f)
	}
	rest := strings.SplitN(args, ",", 3)
	if len(rest) < 3 {
		return fileError(syscall.EINVAL), nil
	}
	at, ok := number(rest[1])
	if !ok {
		return fileError(syscall.EINVAL), nil
	}
	wrote, err := h.WriteAt([]byte(rest[2]), int64(at))
	if err != nil {
		return fileError(err), nil
	}
	return fmt.Sprintf("F%x", wrote), nil
}

// hostOpen is open:PATH,FLAGS,MODE; the flags are gdb's own (gdb manual, "Open Flags").
func (c *client) hostOpen(f []string) (string, error) {
	if len(f) != 3 || len(c.open) >= maxHostFiles {
		return fileError(syscall.EINVAL), nil
	}
	path, ok1 := text(f[0])
	flags, ok2 := number(f[1])
	mode, ok3 := number(f[2])
	if !ok1 || !ok2 || !ok3 {
		return fileError(syscall.EINVAL), nil
	}
	how := int(flags & 3)
	for gdb, own := range map[uint64]int{0x8: os.O_APPEND, 0x200: os.O_CREATE, 0x400: os.O_TRUNC, 0x800: os.O_EXCL} {
		if flags&gdb != 0 {
			how |= own
		}
	}
	file, err := os.OpenFile(filepath.Clean(path), how, os.FileMode(mode&0o777))
	if err != nil {
		return fileError(err), nil
	}
	n := 1
	for c.open[n] != nil {
		n++
	}
	c.open[n] = &hostFile{file}
	return "F" + hexOf(n), nil
}

func hostRead(h *hostFile, f []string) (string, error) {
	if len(f) != 3 {
		return fileError(syscall.EINVAL), nil
	}
	count, ok1 := number(f[1])
	at, ok2 := number(f[2])
	if !ok1 || !ok2 {
		return fileError(syscall.EINVAL), nil
	}
	p := make([]byte, min(count, maxPacket/2-32))
	n, err := h.ReadAt(p, int64(at))
	if n == 0 && err != nil && !strings.Contains(err.Error(), "EOF") {
		return fileError(err), nil
	}
	return fileData(p[:n]), nil
}

// hostStat is a file's struct stat as gdb lays it out, big-endian (gdb manual, "struct stat").
func hostStat(h *hostFile) (string, error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(h.Fd()), &st); err != nil {
		return fileError(err), nil
	}
	var b []byte
	be := binary.BigEndian
	for _, v := range []uint64{st.Dev, st.Ino, uint64(st.Mode), uint64(st.Nlink), uint64(st.Uid), uint64(st.Gid), st.Rdev} {
		b = be.AppendUint32(b, uint32(v))
	}
	for _, v := range []int64{st.Size, int64(st.Blksize), st.Blocks} {
		b = be.AppendUint64(b, uint64(v))
	}
	for _, v := range []int64{st.Atim.Sec, st.Mtim.Sec, st.Ctim.Sec} {
		b = be.AppendUint32(b, uint32(v))
	}
	return fileData(b), nil
}

func fileData(p []byte) string { return "F" + strconv.FormatInt(int64(len(p)), 16) + ";" + string(p) }

// fileError is an error in the form of host I/O: Linux's number where gdb's
// protocol has the same one, else "unknown" (gdb manual, "Errno Values").
func fileError(err error) string {
	if err == nil {
		return "F0"
	}
	const unknown = 9999
	n := unknown
	var errno syscall.Errno
	if errors.As(err, &errno) {
		switch errno {
		case syscall.EPERM, syscall.ENOENT, syscall.EINTR, syscall.EIO, syscall.EBADF, syscall.EACCES, syscall.EFAULT, syscall.EBUSY,
			syscall.EEXIST, syscall.ENODEV, syscall.ENOTDIR, syscall.EISDIR, syscall.EINVAL, syscall.ENFILE, syscall.EMFILE,
			syscall.EFBIG, syscall.ENOSPC, syscall.ESPIPE, syscall.EROFS:
			n = int(errno)
		case syscall.ENAMETOOLONG:
			n = 91
		}
	}
	return fmt.Sprintf("F-1,%x", n)
}
