package remote

import (
	"fmt"
	"slices"
	"strings"
)

// Disabled are packets that the server treats as unknown: gdbserver's
// --disable-packet, which serves for testing clients.
type Disabled struct {
	VCont       bool // "vCont": clients use c, s, C, S and Hc
	QC          bool // "qC"
	ThreadList  bool // "qfThreadInfo"
	StopThread  bool // "Tthread": stop replies do not name the thread
	StopDetails bool // "T": stop replies are S packets
}

// DisablePackets parses --disable-packet's list. The error lists the valid
// names.
func DisablePackets(list string) (d Disabled, err error) {
	for _, name := range strings.Split(list, ",") {
		switch name {
		case "": // as strtok(3) does
		case "vCont":
			d.VCont = true
		case "qC":
			d.QC = true
		case "qfThreadInfo":
			d.ThreadList = true
		case "Tthread":
			d.StopThread = true
		case "T":
			d.StopDetails = true
		case "threads":
			d.VCont, d.QC, d.ThreadList, d.StopThread = true, true, true, true
		default:
			return d, fmt.Errorf("don't know how to disable %q\n\n%s", name, DisableablePackets)
		}
	}
	return d, nil
}

// DisableablePackets is the list that --disable-packet without a name prints.
const DisableablePackets = `Disableable packets:
  vCont       	All vCont packets
  qC          	Querying the current thread
  qfThreadInfo	Thread listing
  Tthread     	Passing the thread specifier in the T stop reply packet
  threads     	All of the above
  T           	All 'T' packets
`

// packet reports whether a packet is treated as unknown.
func (d Disabled) packet(p string) bool {
	return d.VCont && strings.HasPrefix(p, "vCont") || d.QC && p == "qC" ||
		d.ThreadList && (p == "qfThreadInfo" || p == "qsThreadInfo") // qXfer:threads stays, as in gdbserver
}

// reply removes what is disabled from an answer.
func (d Disabled) reply(r string) string {
	switch {
	case len(r) >= 3 && r[0] == 'T' && d.StopDetails:
		return "S" + r[1:3]
	case len(r) >= 3 && r[0] == 'T' && d.StopThread:
		fields := strings.Split(r[3:], ";")
		fields = slices.DeleteFunc(fields, func(f string) bool { return strings.HasPrefix(f, "thread:") })
		return r[:3] + strings.Join(fields, ";")
	case d.VCont && strings.HasPrefix(r, "PacketSize="):
		return strings.Replace(r, ";vContSupported+", "", 1)
	}
	return r
}
