package rules

import (
	"strings"

	"rseqstep/check"
)

// uapi is a part of the kernel's header for programs.
func uapi(part string) check.Source {
	return check.Source{Text: "include/uapi/linux/rseq.h, " + part, URL: "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/include/uapi/linux/rseq.h"}
}

// kernel is a function of the kernel's implementation, or a comment in it, as of Linux 6.18; 6.19
// moved much of it to include/linux/rseq_entry.h.
func kernel(part string) check.Source {
	return check.Source{Text: "kernel/rseq.c of Linux 6.18, " + part, URL: "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/kernel/rseq.c?h=v6.18"}
}

// document is the kernel's page about rseq.
func document(part string) check.Source {
	return check.Source{Text: "Documentation/userspace-api/rseq.rst, " + part, URL: "https://docs.kernel.org/userspace-api/rseq.html"}
}

// commit is a commit of the kernel.
func commit(hash, subject, since string) check.Source {
	return check.Source{Text: "Linux commit " + hash + " (\"" + subject + "\", " + since + ")", URL: "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/commit/?id=" + hash}
}

// librseq is a file of librseq, or what it defines.
func librseq(file string, names ...string) check.Source {
	return check.Source{Text: strings.Join(append([]string{"librseq", file}, names...), ", "), URL: "https://git.kernel.org/pub/scm/libs/librseq/librseq.git/tree/" + file}
}

// segv is what the kernel does to a thread whose section it finds to be wrong.
const segv = "the kernel sends SIGSEGV to a thread that is interrupted inside the section"
