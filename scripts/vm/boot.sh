# shellcheck shell=bash disable=SC2154,SC2054 # variables of scripts/kernels
# Sourced by scripts/kernels. One machine: boots, runs one command, prints its output, powers off.

# hardware: sets qemu, machine, console and the prefix of cross compilers for the architecture.
hardware() {
	case $arch in
	amd64) qemu=qemu-system-x86_64 machine=(-smp 2) console=ttyS0 ;;
	arm64)
		# panic_on_warn=0: seen once with 6.12, a warning of perf's (visit_groups_merge) when a thread with an execution breakpoint stopped for a clone
		# softlockup_panic: a machine with a CPU that hangs ends, and the others of its tests run in a new one.
		qemu=qemu-system-aarch64 machine=(-machine virt,gic-version=3 -smp 2) console='ttyAMA0 panic_on_warn=0 softlockup_panic=1' cross=aarch64-linux-gnu-
		;;
	esac
	[ -z "$icount" ] || machine+=(-icount "shift=$icount" -smp 1)
}

# boot: runs the command in $command. Reads release, suite, words, cpu, memory, shares, limit.
# The status is the command's; 124 after a timeout, 125 if the machine died first.
boot() {
	local dir vm accel status args=() i=0 share tool
	dir=$(mktemp -d "$cache/run-XXXXXX")
	rundirs+=("$dir")
	: >"$dir/stdout" && : >"$dir/stderr"
	printf '%s\n' "$command" >"$dir/command"
	accel=$(acceleration) || return
	args=("${machine[@]}" -accel "$accel" -cpu "$(model "$accel")" -m "$memory" -nodefaults -no-user-config -display none -no-reboot
		-serial "file:$dir/console" -kernel "$cache/kernel/$release$pages/vmlinuz" -initrd "$cache/kernel/$release$pages/initrd"
		-append "quiet panic=-1 panic_on_warn=1 console=$console$(clock "$accel") $words")
	if [ -e "$cache/kernel/$release$pages/modules" ]; then
		args+=(-drive "file=$cache/userland/$suite/root.img,format=raw,if=virtio,snapshot=on")
	else
		args+=(-object "memory-backend-memfd,id=mem,size=$memory,share=on" -numa node,memdev=mem)
		offer root "$cache/userland/$suite/root"
	fi
	offer vm "$dir"
	for share in "${shares[@]}"; do
		offer "share$i" "$share"
		i=$((i + 1))
	done
	printf '%s\n' "${shares[@]}" >"$dir/shares"
	cp "$here/start" "$here/hold.c" "$dir/"
	if [ "$arch" != "$(dpkg --print-architecture)" ]; then
		mkdir "$dir/bin" "$dir/jobs"
		for tool in gcc ld.lld; do cp -p "$here/compile" "$dir/bin/$tool"; done # with its time: it is a part of the fixtures' keys
	fi
	TMPDIR=$dir "$qemu" "${args[@]}" </dev/null >"$dir/qemu" 2>&1 &
	vm=$!
	children+=("$vm")
	if [ -d "$dir/jobs" ]; then
		compile_for "$vm" "$dir" &
		children+=($!)
	fi
	follow "$vm" "$dir"
	status=125
	if ! await "$vm" "$limit"; then
		kill "$vm" 2>/dev/null || :
		status=124
		say "the machine was ended: it ran for more than $limit s"
	fi
	wait "$vm" 2>/dev/null || :
	followed "$dir"
	[ -s "$dir/status" ] && status=$(cat "$dir/status")
	if [ "$status" = 125 ]; then
		say "the machine ended before its command did; its console's last lines:"
		tail -n 40 "$dir/console" >&2 || :
		cat "$dir/qemu" >&2
		# Seen with qemu 7.2 and 11.1 and every kernel: the second #DB meets the kernel at its first instruction.
		if grep -q 'RIP: .*asm_exc_debug+0x0/' "$dir/console"; then
			say "(qemu's emulation raises two exceptions for one single step that meets a watchpoint; no kernel bears that)"
		fi
	elif grep -E 'BUG:|WARNING:|Oops|general protection|soft lockup|rcu.*stall' "$dir/dmesg" >&2 2>/dev/null; then
		say "the kernel complained (above)"
	fi
	if [ -n "$keep" ]; then
		local name
		name=$keep/$release$(printf '%s' "$words${cpu:+-$cpu}" | tr -c 'a-zA-Z0-9' -)
		mkdir -p "$name"
		cp "$dir"/{stdout,stderr,status,dmesg,console} "$name/" 2>/dev/null || :
	fi
	rm -rf "$dir"
	return "$status"
}

# compile_for PID DIR: runs the compilers that the machine asks for (scripts/vm/compile) while the process lives.
compile_for() {
	local job args tool status linkers=$2/linkers
	mkdir "$linkers" # a cross compiler looks for lld by a name that no package has
	ln -s "$(command -v ld.lld)" "$linkers/${cross}ld.lld"
	while kill -0 "$1" 2>/dev/null; do
		for job in "$2"/jobs/*/ask; do
			[ -e "$job" ] || continue
			job=${job%/ask} status=0
			mapfile -d '' args <"$job/ask"
			args=("${args[@]/#@/$job}")
			rm "$job/ask"
			tool=$cross${args[1]}
			command -v "$tool" >/dev/null || tool=${args[1]} # ld.lld links for every processor
			(cd "${args[0]}" && PATH=$linkers:$PATH "$tool" "${args[@]:2}") >"$job/said" 2>&1 || status=$?
			printf '%s\n' "$status" >"$job/new" && mv "$job/new" "$job/status"
		done
		sleep 0.1
	done
}

# offer TAG FOLDER: the folder, under a name that the machine mounts. 9p is a module of Debian's kernels;
# without modules it is virtiofs, which needs a server of its own, and that root.
offer() {
	if [ -e "$cache/kernel/$release$pages/modules" ]; then
		args+=(-virtfs "local,path=$2,mount_tag=$1,security_model=none,multidevs=remap")
		return
	fi
	local server socket=$dir/$1.socket
	server=$(PATH=$PATH:/usr/lib/qemu:/usr/libexec command -v virtiofsd) ||
		fail "this kernel has no modules left in the archive and needs virtiofsd to see files"
	"$server" --socket-path="$socket" -o source="$2" -o cache=auto </dev/null >>"$dir/virtiofsd" 2>&1 &
	children+=($!)
	until [ -S "$socket" ]; do
		kill -0 $! 2>/dev/null || fail "virtiofsd ended: $(cat "$dir/virtiofsd")"
		sleep 0.1
	done
	args+=(-chardev "socket,id=$1,path=$socket" -device "vhost-user-fs-pci,chardev=$1,tag=$1")
}

# follow PID DIR: prints what is written to DIR's stdout and stderr while the process lives.
follow() {
	tail -q -c +1 -F --pid="$1" "$2/stdout" 2>/dev/null | shown &
	tails=($!)
	tail -q -c +1 -F --pid="$1" "$2/stderr" >&2 2>/dev/null &
	tails+=($!)
}

# followed DIR: waits for the end of that, and adds the output to the tests'.
followed() {
	wait "${tails[@]}" 2>/dev/null || :
	[ -z "$tests" ] || cat "$1/stdout" >>"$tested"
}

# await PID SECONDS: waits at most that long for the process to end.
await() {
	local end=$((SECONDS + $2))
	while kill -0 "$1" 2>/dev/null; do
		((SECONDS < end)) || return 1
		sleep 0.2
	done
}

# acceleration: kvm where it can run our guest, else software emulation. What was found is kept as long as
# the host runs: /dev/kvm alone says little, some hosts offer a kind that runs no unmodified kernel.
acceleration() {
	local file=$cache/accel now probe=tcg,thread=multi
	if [ -n "$icount" ]; then # virtual time follows the instructions, so one processor at a time
		printf 'tcg,thread=single\n'
		return
	fi
	now=$(cat /proc/sys/kernel/random/boot_id)
	if [ "$(sed -n 1p "$file" 2>/dev/null)" = "$now" ]; then
		sed -n 2p "$file"
		return
	fi
	if [ "$arch" = "$(dpkg --print-architecture)" ] && [ -r /dev/kvm ] && [ -w /dev/kvm ] && kvm_boots; then probe=kvm; fi
	printf '%s\n%s\n' "$now" "$probe" >"$file.new" && mv "$file.new" "$file"
	say "machines are run by -accel $probe"
	printf '%s\n' "$probe"
}

# kvm_boots: tests whether a guest without a disk reaches init, which says so on the console and powers off.
kvm_boots() {
	local log=$cache/kvm-probe vm said=1
	"$qemu" "${machine[@]}" -accel kvm -cpu host -m 512 -nodefaults -no-user-config -display none -no-reboot \
		-serial "file:$log" -kernel "$cache/kernel/$release$pages/vmlinuz" -initrd "$cache/kernel/$release$pages/initrd" \
		-append "console=$console panic=-1" </dev/null >/dev/null 2>&1 &
	vm=$!
	children+=("$vm")
	await "$vm" 15 || kill -KILL "$vm" 2>/dev/null || :
	wait "$vm" 2>/dev/null || :
	grep -q 'init: no image' "$log" 2>/dev/null || said=0
	rm -f "$log"
	((said))
}

# clock ACCEL: words for the time stamp counter of amd64, with its rate where it is known: emulation shows the host's own counter. A guest
# that measures the rate on a busy host errs, and its clock then ran six times too fast.
clock() {
	[ "$arch" = amd64 ] || return 0
	printf ' tsc=reliable'
	if [[ $1 = tcg* ]] && grep -q -w tsc_known_freq /proc/cpuinfo; then
		awk -F: '/^cpu MHz/ { printf " tsc_early_khz=%d", $2 * 1000; exit }' /proc/cpuinfo
	fi
}

# model ACCEL: the processor that --cpu named, or the fullest. Five-level page tables and the architecture's own
# algorithm for pointer authentication only slow emulation (a boot of 36 s instead of 8).
model() {
	if [ -n "$cpu" ]; then
		printf '%s\n' "$cpu"
	elif [ "$1" = kvm ]; then
		printf 'host\n'
	elif [ "$arch" = arm64 ]; then
		printf 'max,pauth-impdef=on\n'
	else
		printf 'max,la57=off\n'
	fi
}
