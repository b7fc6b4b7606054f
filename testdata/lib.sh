# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What quickstart and runtests share. Set $root before.
: "${root:?}"

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 2; }

# Milliseconds since some point; differences are what counts.
now_ms() { local t=${EPOCHREALTIME/[.,]/}; echo $((t / 1000)); }

# took START: "3.4 s"
took() {
	local ms=$(($(now_ms) - $1))
	printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# have_package NAME: is it installed? "command:NAME" asks for a program, whoever installed it.
have_package() {
	[[ $1 != command:* ]] || { command -v "${1#command:}" >/dev/null; return; }
	[[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

apt_updated=
apt_update() {
	[[ -n $apt_updated ]] && return 0
	apt-get update -qq >&2 || return 1
	apt_updated=1
}

# packages_missing KIND...: those of testdata/packages that are not installed, one a line
packages_missing() {
	local kind names name found
	while read -r kind names _; do
		[[ -z $kind || $kind == '#'* || " $* " != *" $kind "* ]] && continue
		found=
		for name in ${names//|/ }; do
			have_package "$name" && found=1
		done
		[[ -n $found ]] || echo "${names%|command:*}"
	done <"$root/testdata/packages"
}

# install_packages KIND...: installs what of testdata/packages is missing
install_packages() {
	local missing names name chosen start list=()
	missing=$(packages_missing "$@")
	if [[ -z $missing ]]; then
		say "All packages that are needed are installed."
		return 0
	fi
	command -v apt-get >/dev/null || die "these packages are missing, and there is no apt-get:" \
		"${missing//$'\n'/ }"
	[[ $EUID -eq 0 ]] || die "these packages are missing, and only root can install them:" \
		"apt-get install ${missing//$'\n'/ }"
	start=$(now_ms)
	export DEBIAN_FRONTEND=noninteractive
	apt_update || die "apt-get update failed"
	for names in $missing; do
		chosen=
		for name in ${names//|/ }; do
			if [[ -z $chosen ]] && apt-cache show "$name" >/dev/null 2>&1; then
				chosen=$name
			fi
		done
		list+=("${chosen:-${names%%|*}}")
	done
	say "Installing ${list[*]} (up to a minute) ..."
	mkdir -p "$root/build"
	apt-get install -y -qq --no-install-recommends "${list[@]}" </dev/null \
		>"$root/build/apt.log" 2>&1 ||
		{ cat "$root/build/apt.log" >&2; die "apt-get install failed: ${list[*]}"; }
	say "  installed in $(took "$start")"
}

# kernel_source VERSION DIR: DIR/linux-source-VERSION, from Debian's package of that name
kernel_source() {
	local package=linux-source-$1 dir=$2 start deb archive
	[[ -f $dir/$package/.relock-unpacked ]] && return 0
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	rm -rf "${dir:?}/$package" "${dir:?}/$package.part"
	mkdir "$dir/$package.part"
	start=$(now_ms)
	archive=/usr/src/$package.tar.xz
	if [[ ! -f $archive ]]; then
		say "Fetching Debian's $package (about 145 MB; up to a minute) ..."
		apt_update || { say "apt-get update failed"; return 1; }
		(cd "$dir/$package.part" && apt-get -o APT::Sandbox::User=root -qq download "$package" >&2) ||
			{ say "$package cannot be had from Debian's mirror"; return 1; }
		deb=$(echo "$dir/$package.part"/*.deb)
		dpkg-deb -x "$deb" "$dir/$package.part" || return 1
		rm -f "$deb"
		archive=$dir/$package.part/usr/src/$package.tar.xz
		say "  fetched in $(took "$start")"
		start=$(now_ms)
	fi
	say "Unpacking $package (about 20 seconds) ..."
	tar -xf "$archive" -C "$dir/$package.part" || return 1
	mv "$dir/$package.part/$package" "$dir/$package" || return 1
	rm -rf "${dir:?}/$package.part"
	# A sign for the next run; the tree's own ignore file does not matter here.
	touch "$dir/$package/.relock-unpacked"
	say "  unpacked in $(took "$start")"
}

# kernel_version TREE: 6.12.117
kernel_version() {
	sed -n 's/^\(VERSION\|PATCHLEVEL\|SUBLEVEL\) = *//p' "$1/Makefile" | paste -sd.
}
