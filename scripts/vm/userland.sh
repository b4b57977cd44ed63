# shellcheck shell=bash disable=SC2154 # variables of scripts/kernels
# Sourced by scripts/kernels. The userland of a suite: its packages unpacked into a folder (what --chroot
# uses) and an image of that (what a machine mounts).

# What the live tests use, and a shell with its tools. Essential packages come only when they are named.
userland_packages=(
	base-files base-passwd bash coreutils dash diffutils findutils gawk grep gzip hostname libc-bin
	ncurses-base ncurses-bin procps sed tar util-linux mount busybox-static
	libc6-dbg binutils strace gdb gdbserver lldb python3-minimal
)
# A foreign processor is emulated and compiles a file in 3 to 17 s: there the host compiles.
userland_compilers=(gcc g++ libc6-dev dwz lld mold)

# userland SUITE: makes both, unless they are there.
userland() {
	local suite=$1 dir=$cache/userland/$1 root want
	local packages=("${userland_packages[@]}")
	if [ "$arch" = "$(dpkg --print-architecture)" ]; then packages+=("${userland_compilers[@]}"); fi
	# gold left binutils after bookworm
	if [ "$arch" = amd64 ] && [ "$suite" != bookworm ]; then packages+=(binutils-gold); fi
	want="1 ${packages[*]}"
	[ -e "$dir/root.img" ] && [ "$(cat "$dir/made" 2>/dev/null)" = "$want" ] && return
	private_apt "$suite" "$suite"
	say "making the userland of $suite"
	rm -rf "$dir"
	root=$dir/root
	mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{dev,proc,sys,run,tmp,root,etc,mnt,home,var/tmp}
	local link
	for link in bin sbin lib lib64; do ln -s "usr/$link" "$root/$link"; done
	apt_with "$suite" get install -y -qq --no-install-recommends --download-only "${packages[@]}" >&2
	unpack "$suite" "$root"
	configure "$root"
	local kb
	kb=$(du -sk --apparent-size "$root" | cut -f 1)
	truncate -s $((kb + kb / 4 + 512 * 1024))K "$dir/root.img.new"
	mke2fs -q -F -t ext4 -O ^has_journal -m 0 -E root_owner=0:0 -d "$root" "$dir/root.img.new" >&2
	mv "$dir/root.img.new" "$dir/root.img"
	printf '%s\n' "$want" >"$dir/made"
}

# configure ROOT: what the maintainer scripts would have done, as far as we need it.
configure() {
	local root=$1
	cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
	cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
	sed -i 's/^root:\*:/root::/' "$root/etc/passwd"
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
	printf 'rseqstep\n' >"$root/etc/hostname"
	printf 'passwd: files\ngroup: files\nhosts: files\n' >"$root/etc/nsswitch.conf"
	[ -e "$root/usr/bin/awk" ] || ln -s gawk "$root/usr/bin/awk"
	[ -e "$root/usr/bin/cc" ] || [ ! -e "$root/usr/bin/gcc" ] || ln -s gcc "$root/usr/bin/cc"
	[ -e "$root/usr/bin/c++" ] || [ ! -e "$root/usr/bin/g++" ] || ln -s g++ "$root/usr/bin/c++"
	[ -e "$root/usr/bin/sh" ] || ln -s dash "$root/usr/bin/sh"
	chmod 1777 "$root/tmp" "$root/var/tmp"
}
