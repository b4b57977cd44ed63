# shellcheck shell=bash disable=SC2154 # variables of scripts/kernels
# Sourced by scripts/kernels. Fetches Debian's packages by the ordinary apt, with a separate configuration: it
# reads the system's sources, lists and archives to find the archive's address, and never changes them.

# registry: the URI of Debian's archive, from the system's own sources (either format of sources.list(5)).
registry() {
	local files=(/etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources) uri
	uri=$(cat "${files[@]}" 2>/dev/null | awk '
		$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; break } }
		$1 == "URIs:" { for (i = 2; i <= NF; i++) print $i }' | grep -E '/debian/?$' | head -n 1)
	[ -n "$uri" ] || fail "the system's apt sources name no archive of Debian (apt is needed, on Debian or a system with its archive among the sources)"
	printf '%s\n' "${uri%/}"
}

# private_apt NAME SUITE...: creates the configuration NAME, with these suites. It fetches the lists once a day.
private_apt() {
	local dir=$cache/apt/$1 suite uri key=/usr/share/keyrings/debian-archive-keyring.gpg
	shift
	uri=$(registry)
	[ -r "$key" ] || fail "$key is missing: install debian-archive-keyring"
	mkdir -p "$dir"/etc/{apt.conf.d,preferences.d,trusted.gpg.d} "$dir"/state/lists/partial "$dir"/cache/archives/partial
	: >"$dir/state/status" # no package is installed
	for suite in "$@"; do
		printf 'deb [signed-by=%s] %s %s main\n' "$key" "$uri" "$suite"
	done >"$dir/etc/sources.list.new"
	if cmp -s "$dir/etc/sources.list.new" "$dir/etc/sources.list" &&
		[ -n "$(find "$dir/state/fetched" -mtime -1 2>/dev/null)" ]; then
		return
	fi
	mv "$dir/etc/sources.list.new" "$dir/etc/sources.list"
	say "fetching the package lists of $*"
	apt_with "${dir##*/}" get update -qq >&2
	touch "$dir/state/fetched"
}

# apt_with NAME get|cache ARGUMENT...: apt-get or apt-cache with the configuration NAME. The system's
# apt.conf still applies (a proxy, say): only the directories are ours.
apt_with() {
	local dir=$cache/apt/$1 tool=apt-$2
	shift 2
	"$tool" -o Dir::Etc="$dir/etc" -o Dir::Etc::sourceparts=- -o Dir::Etc::netrc=/etc/apt/auth.conf \
		-o Dir::Etc::netrcparts=/etc/apt/auth.conf.d -o Dir::State="$dir/state" \
		-o Dir::State::status="$dir/state/status" -o Dir::Cache="$dir/cache" \
		-o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache=srcpkgcache.bin \
		-o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o Acquire::Languages=none \
		-o APT::Sandbox::User="$(id -un)" -o APT::Architecture="$arch" -o APT::Architectures::="$arch" \
		-o Acquire::Retries=3 "$@" </dev/null
}

# unpack NAME ROOT: the downloaded packages of the configuration NAME, into ROOT. No maintainer script runs.
unpack() {
	local deb
	for deb in "$cache/apt/$1"/cache/archives/*.deb; do
		dpkg-deb -x "$deb" "$2"
	done
	rm -f "$cache/apt/$1"/cache/archives/*.deb
}
