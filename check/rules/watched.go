package rules

import "rseqstep/check"

// registrationRules are the rules about rseq(2).
func registrationRules() []check.Rule {
	const family = "Registration"
	return []check.Rule{
		{
			Name: "registration-refused", Family: family, Severity: check.Warning, Running: true,
			Title: "a registration is refused, because the thread has one",
			Says: "A thread has one rseq area. The kernel refuses another one with EINVAL, the same one again with EBUSY, and the same one " +
				"with another signature with EPERM. Since version 2.35 glibc registers an area for each thread before the program's own code runs.",
			Sources: []check.Source{kernel("rseq(2): the checks of a thread that has an area"), {Text: "glibc manual, \"Restartable Sequences\"", URL: "https://sourceware.org/glibc/manual/latest/html_node/Restartable-Sequences.html"}},
			On:      check.Everywhere(check.Refused, "the call fails: the code that made it does without restartable sequences, or runs them unprotected"),
			Advice: "Use the area that glibc has registered (__rseq_offset and __rseq_size of <sys/rseq.h>), or start the program with " +
				"GLIBC_TUNABLES=glibc.pthread.rseq=0, so that its own library can register.",
		},
		{
			Name: "registration-rejected", Family: family, Severity: check.Error, Running: true,
			Title: "rseq(2) rejects the arguments",
			Says: "The size must be 32 bytes or at least AT_RSEQ_FEATURE_SIZE; the area must be aligned to 32 bytes, a larger one to " +
				"AT_RSEQ_ALIGN; the flags must be 0 to register. An area is unregistered with the address, size and signature that it was registered with.",
			Sources: []check.Source{kernel("rseq(2)"), uapi("enum rseq_flags"), {Text: "getauxval(3): AT_RSEQ_FEATURE_SIZE, AT_RSEQ_ALIGN (Linux 6.3)"}},
			On:      check.Everywhere(check.Refused, "the call fails, and the thread has no area: its sections are not protected"),
			Advice:  "Take size and alignment from getauxval(AT_RSEQ_FEATURE_SIZE) and getauxval(AT_RSEQ_ALIGN), and pass 0 as flags.",
		},
		{
			Name: "area-alignment", Family: family, Severity: check.Error, Running: true,
			Title: "an area larger than 32 bytes is not aligned for newer kernels",
			Says: "An area of more than 32 bytes must be aligned to AT_RSEQ_ALIGN. That is 32 up to Linux 7.0 and 64 from Linux 7.1 on, " +
				"because struct rseq has grown beyond 32 bytes.",
			Sources: []check.Source{kernel("rseq(2)"), {Text: "getauxval(3): AT_RSEQ_ALIGN (Linux 6.3)"}},
			On: check.Table{
				check.Until618: {}, check.From619: {},
				check.From71Legacy:  {},
				check.From71Optimal: {Effect: check.Refused, Text: "rseq(2) fails with EINVAL: the thread has no area, and its sections are not protected"},
			},
			Advice: "Align the area to getauxval(AT_RSEQ_ALIGN).",
		},
		{
			Name: "legacy-size", Family: family, Severity: check.Note, Running: true,
			Title: "the program registers an area of the original size",
			Says: "A registration of 32 bytes is in legacy mode for ever: the kernel writes the fields after every context switch, as it did " +
				"up to Linux 6.18, and offers no extensions. Only a larger one, of at least AT_RSEQ_FEATURE_SIZE bytes, is optimized.",
			Sources: []check.Source{document("\"Optimized RSEQ V2\"")},
			On: check.Table{
				check.Until618: {}, check.From619: {},
				check.From71Legacy:  {Effect: check.Refused, Text: "legacy mode: no time slice extension, and the costs of the old behaviour"},
				check.From71Optimal: {},
			},
			Advice: "Register getauxval(AT_RSEQ_FEATURE_SIZE) bytes, aligned to AT_RSEQ_ALIGN, unless the program relies on the old behaviour: " +
				"one that writes cpu_id_start itself must stay with 32 bytes.",
		},
		{
			Name: "signature-differs", Family: family, Severity: check.Error, Running: true,
			Title: "a thread registers another signature than its sections have",
			Says: "The 4 bytes before the abort handler of a section must be the signature that the thread has registered. The kernel checks them " +
				"when it looks at the section.",
			Sources: []check.Source{kernel("rseq_get_rseq_cs: the check of the signature"), {Text: "rseq(2)"}},
			On:      check.Everywhere(check.Killed, "SIGSEGV the first time that the thread is interrupted inside such a section"),
			Advice:  "Register the signature of the architecture (RSEQ_SIG, 0x53053053 on x86), and assemble the sections with the same.",
		},
		{
			Name: "area-gone", Family: family, Severity: check.Error, Running: true,
			Title:   "the memory of a registered area is gone",
			Says:    "The kernel writes the area of a thread as long as the thread lives and has not unregistered it. Its memory must stay until then.",
			Sources: []check.Source{{Text: "rseq(2): \"unregistered … before the memory is freed\""}, uapi("struct rseq")},
			On:      check.Everywhere(check.Killed, "SIGSEGV when the kernel next writes the area; or the kernel writes into memory that is used for something else"),
			Advice:  "Unregister the area (RSEQ_FLAG_UNREGISTER) in its thread before its memory is freed, or keep it in the thread's thread-local storage.",
		},
		{
			Name: "membarrier-unregistered", Family: family, Severity: check.Error, Running: true,
			Title:   "membarrier(2) restarts no sequences, because the process has not registered for it",
			Says:    "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ needs MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ once before.",
			Sources: []check.Source{{Text: "membarrier(2)"}, commit("2a36ab717e8f", "rseq/membarrier: Add MEMBARRIER_EXPEDITED_RSEQ", "v5.10")},
			On:      check.Everywhere(check.Wrong, "the call fails with EPERM: threads that are inside sections go on with what they have read"),
			Advice:  "Call membarrier with MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ at the start of the program, and check the result.",
		},
	}
}

// areaRules are the rules about what a program does with its areas.
func areaRules() []check.Rule {
	const family = "The area of a thread"
	return []check.Rule{
		{
			Name: "kernel-field-written", Family: family, Severity: check.Error, Running: true,
			Title: "the program writes a field that belongs to the kernel",
			Says: "cpu_id_start, cpu_id, node_id and mm_cid of a registered area are the kernel's to write; the program only reads them. Up to Linux " +
				"6.18 the kernel wrote them after every context switch, and a value of the program's own soon disappeared: tcmalloc relies on that. " +
				"Newer kernels write them when they change.",
			Sources: []check.Source{uapi("struct rseq: \"Updated by the kernel. Read by user-space\""), document("\"Optimized RSEQ V2\""),
				{Text: "google/tcmalloc issue 292", URL: "https://github.com/google/tcmalloc/issues/292"}},
			On: check.Table{
				check.Until618: {Effect: check.Nothing, Text: "the kernel writes the field again after the next context switch"},
				check.From619: {Effect: check.Wrong, Text: "the kernel writes the field only when it changes: the program's value stays, and code that expects it " +
					"to be overwritten works with another CPU's data; SIGSEGV in debug mode"},
				check.From71Legacy:  {Effect: check.Debug, Text: "as on 6.18; SIGSEGV in debug mode"},
				check.From71Optimal: {Effect: check.Killed, Text: "SIGSEGV: the kernel finds that a field is not as it wrote it"},
			},
			Advice: "Keep such state in memory of the program's own. Where it is a library's (tcmalloc): take a version of it that does not write the field, or " +
				"on Linux 7.1 and newer let it register 32 bytes (legacy mode) and keep debug mode off.",
		},
		{
			Name: "armed-unregistered", Family: family, Severity: check.Error, Running: true,
			Title: "a thread without a registered area enters a section",
			Says: "The kernel restarts a section only in a thread that has registered its area. A section in another thread runs unprotected: cpu_id of " +
				"its area names a CPU, so that its comparison holds.",
			Sources: []check.Source{{Text: "rseq(2)"}, uapi("struct rseq: cpu_id, RSEQ_CPU_ID_UNINITIALIZED")},
			On:      check.Everywhere(check.Wrong, "the section is never restarted: updates get lost, or reach another CPU's data"),
			Advice:  "Register the area in each thread before its first section, and set cpu_id to RSEQ_CPU_ID_UNINITIALIZED (-1) until then.",
		},
		{
			Name: "armed-elsewhere", Family: family, Severity: check.Error, Running: true,
			Title: "a section is entered with an area that is not the registered one",
			Says: "The kernel reads rseq_cs of the area that the thread has registered, and of no other. A section whose descriptor is stored elsewhere " +
				"is unprotected.",
			Sources: []check.Source{{Text: "rseq(2)"}, kernel("rseq_get_rseq_cs")},
			On:      check.Everywhere(check.Wrong, "the section is never restarted: updates get lost, or reach another CPU's data"),
			Advice: "Use the registered area: glibc's is at __rseq_offset from the thread pointer. If the program has an area of its own, glibc must not register " +
				"one: GLIBC_TUNABLES=glibc.pthread.rseq=0.",
		},
		{
			Name: "descriptor-on-stack", Family: family, Severity: check.Error, Running: true,
			Title:   "rseq_cs points to a descriptor on the stack",
			Says:    "rseq_cs keeps its value after a section, until the kernel clears it. The descriptor must stay readable until then: it belongs into static memory.",
			Sources: []check.Source{uapi("struct rseq: rseq_cs"), {Text: "rseq(2)"}},
			On:      check.Everywhere(check.Killed, "SIGSEGV when the kernel finds something else in its place"),
			Advice:  "Declare the descriptor in the section __rseq_cs (librseq's RSEQ_ASM_DEFINE_TABLE), or set rseq_cs to NULL before the function returns.",
		},
		{
			Name: "descriptor-invalid", Family: family, Severity: check.Error, Running: true,
			Title: "rseq_cs points to a descriptor that the kernel does not accept",
			Says: "A descriptor that is made at run time must pass the same checks as a declared one: it can be read, version and flags are 0, the addresses " +
				"are the program's, and the signature that the thread has registered stands before the abort handler.",
			Sources: []check.Source{kernel("rseq_get_rseq_cs"), uapi("struct rseq_cs")},
			On:      check.Everywhere(check.Killed, "the kernel sends SIGSEGV to the thread when it next looks at rseq_cs"),
			Advice:  "Fill in the whole descriptor, and write the signature before the abort handler, before the thread stores the descriptor's address to rseq_cs.",
		},
		{
			Name: "descriptor-undeclared", Family: family, Severity: check.Note, Running: true,
			Title: "a thread enters a section that no file declares",
			Says: "Sections are declared in __rseq_cs of the file that has their code. Code that is made at run time cannot be declared, and the kernel does " +
				"not mind.",
			Sources: []check.Source{librseq("include/rseq/arch/generic/common.h", "RSEQ_ASM_DEFINE_TABLE")},
			On:      check.Everywhere(check.Tools, "the kernel does not mind; debuggers, checkpointing and instrumentation tools that read the declarations miss the section"),
			Advice:  "Write the descriptor into a section named __rseq_cs. If the code is made at run time, there is nothing to do.",
		},
		{
			Name: "left-in-unloaded", Family: family, Severity: check.Error, Running: true,
			Title:   "rseq_cs points into a library that is unloaded",
			Says:    "rseq_cs keeps its value after a section, until the kernel clears it. A thread must set it to NULL before the library with the descriptor is unloaded.",
			Sources: []check.Source{uapi("struct rseq: rseq_cs"), librseq("include/rseq/rseq.h")},
			On: check.Table{
				check.Until618:      {Effect: check.Killed, Text: "SIGSEGV after the next context switch, if the memory is unmapped"},
				check.From619:       {Effect: check.Killed, Text: "SIGSEGV after the next interrupt, if the memory is unmapped"},
				check.From71Legacy:  {Effect: check.Killed, Text: "SIGSEGV after the next interrupt or signal, if the memory is unmapped"},
				check.From71Optimal: {Effect: check.Killed, Text: "SIGSEGV after the next interrupt, if the memory is unmapped"},
			},
			Advice: "Call rseq_prepare_unload() in each thread that has used the library, or store NULL to rseq_cs, before dlclose().",
		},
	}
}

// sliceRules are the rules about time slice extensions.
func sliceRules() []check.Rule {
	const family = "Time slice extension"
	says := document("\"Scheduler time slice extensions\"")
	return []check.Rule{
		{
			Name: "slice-not-enabled", Family: family, Severity: check.Warning, Running: true,
			Title: "a thread requests a time slice extension without having it enabled",
			Says: "A thread enables the extension with prctl(PR_RSEQ_SLICE_EXTENSION), or registers its area with RSEQ_FLAG_SLICE_EXT_DEFAULT_ON. The kernel " +
				"then sets RSEQ_CS_FLAG_SLICE_EXT_ENABLED in the area's flags. Without it nobody looks at slice_ctrl.request.",
			Sources: []check.Source{says, uapi("struct rseq: slice_ctrl, flags")},
			On: check.Table{
				check.Until618:      {Effect: check.Refused, Text: "nothing is granted: these kernels have no such extension"},
				check.From619:       {Effect: check.Refused, Text: "nothing is granted: the critical section is preempted like other code (6.19 has no such extension)"},
				check.From71Legacy:  {Effect: check.Refused, Text: "nothing is granted, and nothing can be: a registration of 32 bytes has no extensions"},
				check.From71Optimal: {Effect: check.Refused, Text: "nothing is granted: the critical section is preempted like other code"},
			},
			Advice: "Enable the extension in each thread, and request only where the flags of its area say that it is on. Register at least AT_RSEQ_FEATURE_SIZE " +
				"bytes: glibc does since 2.43.",
		},
		{
			Name: "slice-not-yielded", Family: family, Severity: check.Warning, Running: true,
			Title: "a thread does not give back a time slice extension",
			Says: "When a thread has left its critical section, it clears slice_ctrl.request and looks at slice_ctrl.granted. If that is set, it calls " +
				"rseq_slice_yield(2).",
			Sources: []check.Source{says},
			On: check.Table{
				check.Until618:      {},
				check.From619:       {Effect: check.Refused, Text: "7.0: the thread keeps the CPU until the kernel takes it away, and the thread that is due waits as long (5 µs, if slice_ext_nsec is as it was)"},
				check.From71Legacy:  {},
				check.From71Optimal: {Effect: check.Refused, Text: "the thread keeps the CPU until the kernel takes it away, and the thread that is due waits as long (5 µs, if slice_ext_nsec is as it was)"},
			},
			Advice: "Write `slice_ctrl.request = 0; if (slice_ctrl.granted) rseq_slice_yield();` behind the critical section.",
		},
	}
}
