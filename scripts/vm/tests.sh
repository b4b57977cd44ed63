# shellcheck shell=bash disable=SC2154,SC2034 # variables of scripts/kernels
# Sourced by scripts/kernels. The live tests: built on the host, which has Go and a fast compiler, and run in the machine.

# shorten: with --short, the tests that say most about a kernel: what it does to sections, to registrations and at
# signals. Of a foreign processor, in a few minutes of emulation: those that say most about the processor.
shorten() {
	case $arch in
	amd64)
		packages='stepper stepper/ptrace'
		run=${run:-'Quiet|Inside|Section|Unit|VDSO|Signal|Exec|Rseq|Regist|Slice|ProtectionKeys'}
		skip=${skip:-'^TestSectionsOfStrippedProgramsAreLearnt$'} # reads files, for minutes
		;;
	arm64)
		packages='stepper/ptrace stepper stepper/remote' programs=command
		run=${run:-'EveryStep(Executes|OfAHandler)|ABranchTarget|AnInterruptedSleep|AWatchedStoreIs|ASlotAtThePC|TheThreadPointer|SeedLoop|ExclusiveSequence|RegistersAreWritten|MaskOfSignatures'}
		;;
	esac
}

# What no kernel passes under qemu's software emulation: there a single step that meets a watchpoint raises two
# exceptions instead of one with both causes, the second at the first instruction of the kernel's handler for
# the first, which runs over its stack (seen with qemu 7.2 and 11.1, Linux 6.12 and 7.3).
cannot=('^TestStepReportsAWatchRegister$' '^TestWatchpointsShowChangesDuringEveryCommand$/^(stepi|nexti)$'
	'^TestAWatchpointInsideASectionStopsAndLetsItCommit$' '^TestTagsOfPointersAreIgnored$/^stepi$')

# Tests that do not depend on the kernel, and take long (every order of events of a model) or need what a machine does not have
# (a browser, node, the go command, rustc).
model='^TestEveryOrderOf(Events|AClientsCommands)$|^TestThePageWorksInABrowser$|^TestVSCodeDrivesTheAdapter$|^TestMicrosoftsDebugClientDrivesTheAdapter$|^TestPprofReadsTheProfile$|^Test(ARustProgramIsDebuggedByItsOwnNames|AnOptimizedRustProgramHasNoOtherValues|AnEditorSeesRustsValues)$'

# build_tests: a binary for each package, which needs no library, and the Go programs that tests run.
build_tests() {
	local package file programs=all
	[ -z "$short" ] || shorten
	say 'building the tests'
	for package in $packages; do
		[ -d "$tree/$package" ] || fail "no package $package"
		file=$tree/.cache/vm/$(binary "$package")
		GOARCH=$arch CGO_ENABLED=0 go test -c -o "$file.new" "./$package"
		if ! cmp -s "$file.new" "$file"; then mv "$file.new" "$file"; fi # a machine may be using the one that is there
		rm -f "$file.new"
	done
	RSEQSTEP_GOARCH=$arch go test ./table/tabletest -count=1 -run "^TestGoProgramsAreFoundWithoutTheGoCommand$/^$programs\$" >&2
}

# binary PACKAGE: its test binary's name.
binary() { printf '%s%s.test\n' "${1//\//-}" "$([ "$arch" = amd64 ] || printf '%s' "-$arch")"; }

# test_command LEFT SKIP: runs the packages LEFT but for the tests SKIP, each in its folder as go test does, and
# closes each with the line that go test would print. RSEQSTEP_SLOW: emulation is 10 to 30 times slower. RSEQSTEP_TIMES
# is the caller's.
test_command() {
	local slow=5 timeout=0 package # the machine as a whole has a limit
	if [ -n "$in_chroot" ]; then slow=1 timeout=${limit}s; fi
	printf 'export RSEQSTEP_REQUIRE=%s RSEQSTEP_GO=built RSEQSTEP_SLOW=%s RSEQSTEP_TIMES=%q\nfailed=0\n' "$require" "$slow" "${RSEQSTEP_TIMES:-}"
	for package in $1; do
		printf 'cd %q && SECONDS=0\n' "$tree/$package"
		printf 'if %q -test.v -test.timeout=%s -test.run=%q -test.skip=%q; then word=ok; else word=FAIL failed=1; fi\n' \
			"$tree/.cache/vm/$(binary "$package")" "$timeout" "$run" "$2"
		# shellcheck disable=SC2016 # expanded there
		printf 'printf "%%s\\trseqstep/%s\\t%%d.000s\\n" $word $SECONDS\n' "$package"
	done
	# shellcheck disable=SC2016
	printf 'exit $failed\n'
}

# test_with HOW: runs all packages by HOW, boot or enter. A machine that dies takes one test with it: that one
# is recorded, and the others continue in a new machine.
test_with() {
	local left=$packages without=$model${skip:+|$skip} skipped status lost=() failed=() name tries=0
	if [ "$1" = boot ] && [[ "$(acceleration)" = tcg* ]]; then
		say "left out, because emulation cannot: ${cannot[*]}"
		without=$without'|'$(IFS='|' && printf '%s' "${cannot[*]}")
	fi
	skipped=$without
	tested=$(mktemp "$cache/run-XXXXXX")
	rundirs+=("$tested")
	while :; do
		command=$(test_command "$left" "$skipped")
		status=0
		"$1" || status=$?
		((status > 1)) || break
		name=$(awk '$1 == "===" && $3 !~ /\// { now = $3 } /^--- / { if ($3 == now) now = "" } END { print now }' "$tested")
		if [ -z "$name" ] && ((tries++ < 2)); then
			continue # it did not come as far as a test
		fi
		if [ -z "$name" ] || [[ " ${lost[*]} " = *" $name "* ]]; then
			say "the tests cannot go on"
			return "$status"
		fi
		lost+=("$name")
		left=$(unfinished)
		skipped=$(
			IFS='|'
			printf '%s^(%s%s)$' "$without|" "${lost[*]}" "$(sed -n 's/^--- [A-Z]*: \([^ ]*\).*/|\1/p' "$tested" | tr -d '\n')"
		)
	done
	mapfile -t failed < <(failures)
	local passed once=()
	passed=$(grep -c '^--- PASS' "$tested" || :)
	if [ "$1" = boot ] && ((${#failed[@]} + ${#lost[@]} > 0)) && { ((${#lost[@]} == 0)) || [ "$arch" = arm64 ]; }; then
		# In emulation a clock tick interrupts any section sooner or later, and a CPU of an arm64 machine hangs in the
		# kernel now and then (qemu 7.2, Linux 6.12, on a busy host); a real fault fails twice.
		say "failed, and run again: ${failed[*]} ${lost[*]}"
		once=("${failed[@]}" "${lost[@]}") lost=()
		run=$(IFS='|' && printf '^(%s)$' "${once[*]}")
		: >"$tested"
		command=$(test_command "$packages" "$without")
		status=0
		"$1" || status=$?
		mapfile -t failed < <(failures)
		passed=$((passed + ${#once[@]} - ${#failed[@]}))
		((status)) || say "passed at the second try only: ${once[*]}"
	fi
	((${#lost[@]} == 0)) || say "the machine died in: ${lost[*]}"
	((${#failed[@]} == 0)) || say "failed: ${failed[*]}"
	say "$passed passed, ${#failed[@]} failed, ${#lost[@]} ended the machine"
	((${#failed[@]} + ${#lost[@]} == 0 && status == 0))
}

# failures: the names of the tests that failed, without their parts.
failures() { sed -n 's/^--- FAIL: \([^ ]*\).*/\1/p' "$tested"; }

# unfinished: the packages whose closing line has not come.
unfinished() {
	local package
	for package in $packages; do
		grep -q -P "^(ok|FAIL)\trseqstep/$package\t" "$tested" || printf '%s ' "$package"
	done
}

# shown: what of the tests' output is printed: all, or what go test shows without -v.
shown() {
	if [ -n "$verbose" ] || [ -z "$tests" ]; then
		cat
	else
		awk '/^=== / { next }
			/^--- FAIL/ { printf "%s%s\n", text, $0; text = ""; failed = 1; fflush(); next }
			/^--- / { text = ""; failed = 0; next }
			/^(ok|FAIL)\t/ { print; fflush(); text = ""; failed = 0; next }
			/^(PASS|FAIL)$/ { next }
			failed { print; fflush(); next }
			{ text = text $0 "\n" }
			END { printf "%s", text }'
	fi
}
