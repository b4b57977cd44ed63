# shellcheck shell=bash disable=SC2154 # variables of scripts/kernels
# Sourced by scripts/kernels. The quick alternative: a suite's userland on the running kernel.

# enter: runs $command in the userland of $suite, with the folders of $shares where they are here. All of it
# is mounted in a namespace of its own, which ends with it.
enter() {
	[ "$(id -u)" -eq 0 ] || fail "--chroot needs root"
	local dir status=0 child
	dir=$(mktemp -d "$cache/run-XXXXXX")
	rundirs+=("$dir")
	printf '%s\n' "$command" >"$dir/command"
	: >"$dir/stdout" && : >"$dir/stderr"
	unshare --mount --propagation private bash "$here/inside" \
		"$cache/userland/$suite/root" "$dir" "${shares[@]}" </dev/null >"$dir/stdout" 2>"$dir/stderr" &
	child=$!
	children+=("$child")
	follow "$child" "$dir"
	if ! await "$child" "$limit"; then
		kill "$child" 2>/dev/null || :
		status=124
	fi
	wait "$child" || status=$?
	followed "$dir"
	rm -rf "$dir"
	return "$status"
}
