# shellcheck shell=bash disable=SC2154 # variables of scripts/kernels
# Sourced by scripts/kernels. Fetches a Debian kernel, with the modules that a machine needs to find its files.

# find_kernel VERSION: the newest package whose version is VERSION or begins with it, as in 6.12, 7, 7.3.4; of
# all where VERSION is newest.
# The names: linux-image-6.1.0-50-amd64, linux-image-7.3.4+deb13-amd64, linux-image-6.12.117+deb13-arm64-16k.
find_kernel() {
	local pattern=$1
	[ "$1" != newest ] || pattern='[0-9]+'
	private_apt kernels bookworm trixie trixie-backports sid
	apt_with kernels cache pkgnames linux-image- |
		sed -n -E "s/^linux-image-([0-9]+\.[0-9]+[.0-9]*([+-](deb)?[0-9.]+)?)-$arch$pages\$/\\1/p" |
		grep -E "^${pattern//./\\.}([.+-]|\$)" | sort -V | tail -n 1
}

# kernel RELEASE: makes vmlinuz and initrd of the release (as uname -r says it, without -amd64 or -arm64).
kernel() {
	local release=$1-$arch$pages dir=$cache/kernel/$1$pages tmp image
	[ -e "$dir/initrd" ] && cmp -s "$here/init" "$dir/init" && return
	say "fetching the kernel $1"
	rm -rf "$dir"
	mkdir -p "$dir"
	tmp=$dir/tmp
	# linux-image depends on its parts from 7.x on; earlier it holds them itself.
	local parts=("linux-image-$release") part
	for part in binary modules base; do
		if apt_with kernels cache pkgnames "linux-$part-$release" | grep -x -F "linux-$part-$release" >/dev/null &&
			apt_with kernels cache policy "linux-$part-$release" | grep 'Candidate: [^(]' >/dev/null; then
			parts+=("linux-$part-$release")
		fi
	done
	(
		mkdir -p "$tmp/debs" "$tmp/root" && cd "$tmp/debs" || exit
		apt_with kernels get download -qq "${parts[@]}" busybox-static >&2
		for part in *.deb; do dpkg-deb -x "$part" "$tmp/root"; done
	)
	for image in "$tmp/root/boot/vmlinuz-$release" "$tmp/root/usr/lib/modules/$release/vmlinuz"; do
		[ -e "$image" ] && cp "$image" "$dir/vmlinuz"
	done
	[ -e "$dir/vmlinuz" ] || fail "the packages ${parts[*]} hold no vmlinuz"
	initrd "$tmp/root" "$release" "$dir"
	cp "$here/init" "$dir/init"
	rm -rf "$tmp"
}

# The modules that init loads, by their names; those that a kernel has built in have no file.
machine_modules=(virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk
	netfs fscache 9pnet 9pnet_virtio 9p crc16 crc32c_generic crc32c libcrc32c crc32c-intel crc32c_generic mbcache jbd2 ext4)

# initrd ROOT RELEASE DIR: an initramfs with busybox, the modules in the order they need, and our init.
initrd() {
	local root=$1 release=$2 dir=$3 tree=$1/../initrd name file modules
	modules=$(find "$root" -type d -path "*/lib/modules/$release/kernel" -print -quit)
	mkdir -p "$tree"/{bin,modules,proc,sys,dev,new}
	cp "$(find "$root" -path '*/bin/busybox' -print -quit)" "$tree/bin/busybox"
	for name in "${machine_modules[@]}"; do
		[ -n "$modules" ] || break # the archive drops the modules of older backports before their kernel
		file=$(find "$modules" -name "$name.ko*" -print -quit)
		[ -n "$file" ] || continue
		case $file in
		*.xz) xz -dc "$file" >"$tree/modules/$name.ko" ;;
		*.zst) zstd -dcq "$file" >"$tree/modules/$name.ko" ;;
		*) cp "$file" "$tree/modules/$name.ko" ;;
		esac
		printf '%s\n' "$name"
	done | awk '!seen[$0]++' >"$tree/modules/order"
	install -m 755 "$here/init" "$tree/init"
	(cd "$tree" && find . | cpio -o -H newc -R 0:0 --quiet | gzip -1) >"$dir/initrd.new"
	[ -z "$modules" ] || : >"$dir/modules"
	mv "$dir/initrd.new" "$dir/initrd"
}
