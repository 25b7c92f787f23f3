#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan
# R19: who may read M.events, and when; frozen ring buffers.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_events.sh"
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
chown 65534 "$B/ring" "$B/tiny" "$B/inbox"
chmod 400 "$B/ring"
start allow_other,fmode=0666 || exit 1
cd "$MNT" || exit 1

fails_with "R19: the right to read is not enough, whatever fmode= says" "denied" user cat ring.events
chmod 200 "$B/ring"
until_true 60 eval '[ "$(stat -c %a "$B/ring")" = 200 ]'
sleep 1.1 # R18: owner and mode may be a second old
fails_with "nor is that to write" "denied" user cat ring.events
grep -q "read and to write" ring.errors && pass "the reason" || fail "the reason" "read and to write" "$(cat ring.errors)"
chmod 600 "$B/ring"
sleep 1.1
emit put 8 1 1 0 > /dev/null
check_eq "both are" "$(line 1 8)" "$(user dd if=ring.events iflag=nonblock bs=100 2> /dev/null)"

emit put 8 1 2 0 > /dev/null
mount -i -o remount,ro "$MNT"
fails_with "R19: not while the mount is read-only" "Read-only" cat ring.events
mount -i -o remount,rw "$MNT"
check_eq "R19: and again" "$(line 2 8)" "$(now ring.events)"

listen ring.events "$TMP/out"
fails_with "a ring buffer cannot be frozen while it is read" "busy" bash -c 'echo 1 > ring.frozen'
kill "$reader"
wait "$reader" 2> /dev/null
works "but then" put 1 ring.frozen
fails_with "and not be read when it is frozen" "not permitted" cat ring.events
grep -q "frozen" ring.errors && pass "the reason" || fail "the reason" "frozen" "$(cat ring.errors)"
works "a user ring buffer can be frozen" put 1 inbox.frozen
fails_with "and then takes nothing" "not permitted" bash -c 'echo 0x01 > inbox.push'
