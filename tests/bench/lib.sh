# SPDX-License-Identifier: MIT
# What rows have at hand. Sourced by run, in a mount namespace of its own.

build=${BUILD:-$top/build}
bench=$build/tests/bench
rounds=5         # each figure is the median of so many
million=1000000
core=$(taskset -cp $$ | grep -o '[0-9]*$') # the one that pinned rows run on: the last allowed
running=()       # what this (sub)shell started, by pid

# $scratch is a tmpfs with a bpffs, $bpf, and the mount points $ours and $peer.
set_up() {
	scratch=$(mktemp -d /tmp/bpfmapfs-bench.XXXXXX)
	mount -t tmpfs bench "$scratch"
	bpf=$scratch/bpf ours=$scratch/ours peer=$scratch/peer
	mkdir "$bpf" "$ours" "$peer"
	mount -t bpf bench "$bpf"
}

tear_down() {
	umount -l "$bpf" "$scratch"
	rmdir "$scratch"
}

stop_all() {
	local pid

	umount -l "$ours" "$peer" 2>/dev/null
	for pid in "${running[@]}"; do
		kill "$pid" && wait "$pid"
	done 2>/dev/null
	rm -f "$bpf/m"
}

selected() { # FILE [WORD…]
	local file=$1 word

	shift
	[ $# = 0 ] && return
	for word; do
		[[ $file == *"$word"* ]] && return
	done
	return 1
}

# Ends the row, without a verdict, if something that it needs is not there.
needs() { # ROW PROGRAM…
	local row=$1 program

	shift
	for program; do
		if ! [ -x "$program" ] && ! command -v "$program" >/dev/null; then
			note "$row" "${program##*/}: not built yet, or not installed"
			exit
		fi
	done
}

# Starts a FUSE program in the foreground and waits until it is mounted.
serve() { # MOUNTPOINT COMMAND…
	local at=$1 deadline=$((SECONDS + 10))

	shift
	"$@" &
	running+=($!)
	until mountpoint -q "$at"; do
		if [ $SECONDS -ge $deadline ] || ! kill -0 $! 2>/dev/null; then
			note "$*" "did not mount"
			touch "$scratch/failed"
			exit 1
		fi
		sleep 0.02
	done
}

# The do-nothing peer, with the timeouts that the driver gives its own directories and files.
serve_nothing() { # [COMMAND-PREFIX…] -- [OPTION…]
	local prefix=()

	while [ "$1" != -- ]; do
		prefix+=("$1")
		shift
	done
	shift
	serve "$peer" "${prefix[@]}" "$bench/nothing" -n $million -e 0 -a 1 -E 0 -A 0 "$@" "$peer"
}

# Calls a command rounds times for either side, in turn, and which goes first changes each
# time. What it prints gives the medians a (ours) and b (the peer's); ratio is the median of
# the rounds' own ratios, since a busy machine slows both sides of a round alike.
alternate() { # COMMAND…: called with "ours" or "peer" behind it
	local as=() bs=() ratios=() i

	for ((i = 0; i < rounds; i++)); do
		((i % 2)) || as+=("$("$@" ours)")
		bs+=("$("$@" peer)")
		((i % 2)) && as+=("$("$@" ours)")
		ratios+=("$(calc "${as[i]} / ${bs[i]}")")
	done
	a=$(median "${as[@]}") b=$(median "${bs[@]}") ratio=$(median "${ratios[@]}")
}

seconds() { # COMMAND…: how long it took
	local start=$EPOCHREALTIME

	"$@" >/dev/null || { note "$*" "failed"; touch "$scratch/failed"; }
	calc "$EPOCHREALTIME - $start"
}

calc() { # EXPRESSION
	awk "BEGIN { printf \"%.4g\", $1 }"
}

median() { # NUMBER…
	printf '%s\n' "$@" | sort -g | sed -n "$((($# + 1) / 2))p"
}

heading() {
	printf '%-30s %-34s %12s %12s %7s  %-8s\n' row peer ours peer ratio bound
}

# A line of the table. BOUND is ">=0.80", "<=2.0" or "-" for a row that only informs.
verdict() { # ROW PEER OURS PEER'S RATIO BOUND
	local verdict=ok

	if [ "$6" = - ]; then
		verdict=
	elif ! awk "BEGIN { exit !($5 $6) }"; then
		verdict=FAIL
		touch "$scratch/failed"
	fi
	printf '%-30s %-34s %12s %12s %7.2f  %-8s %s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$verdict"
}

note() { # ROW TEXT
	printf '%-30s %s\n' "$1" "$2"
}
