# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the scripts about records have in common, after lib.sh: the maps of tests/bpf/ev_events.bpf.c and
# the programs that put records in.

mt_load "$OBJ/ev_events.bpf.o" "$B" || exit 1

# emit PROGRAM [ARGUMENT...]: runs it; prints what it returns.
emit() { ev_run "$B/$@"; }

# line SEQ SIZE [PADDING]: what a record that begins with this number is printed as.
line() {
	local bytes
	bytes=$(le 8 "$1" | tr -d ' ')
	printf '0x%s%0*d\n' "$bytes" $((2 * ($2 - 8))) 0 | sed "$([ "$2" = 8 ] && echo 's/0$//')"
}

# now FILE [BYTES]: what there is to read now, without waiting.
now() { dd if="$1" iflag=nonblock bs="${2:-65536}" 2> /dev/null; }

case $(uname -m) in x86_64) READ=0 POLL=7 ;; *) READ=63 POLL=73 ;; esac
# reading PID, polling PID: it is inside read(2), poll(2).
reading() { grep -q "^$READ " "/proc/$1/syscall" 2> /dev/null; }
polling() { grep -q "^$POLL " "/proc/$1/syscall" 2> /dev/null; }

# listen FILE OUT [COMMAND...]: a reader in the background, $reader, that is waiting.
listen() {
	"${@:3}" cat "$1" > "$2" 2>&1 &
	reader=$!
	until_true 60 reading "$reader" || fail "a reader of $1 waits" "in read(2)" "$(cat "$2")"
}
ended() { ! kill -0 "$1" 2> /dev/null; }
lines_in() { [ "$(wc -l < "$1")" -ge "$2" ]; }
