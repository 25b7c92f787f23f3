#!/bin/bash
# SPDX-License-Identifier: MIT
# On demand, as x-systemd.automount does it: the kernel holds whoever looks at
# an autofs mount point until the mount is there, all but the process group of
# the automounter, which runs mount(8). A driver that leaves that group before
# it has mounted would wait for itself.
. "$(dirname "$0")/lib.sh"
grep -qw autofs /proc/filesystems || skip "this kernel has no autofs"

# What systemd does for a .automount unit: autofs with a pipe, a mount command
# in its own process group for each request, and its result to the kernel.
cat > "$TMP/automounter.py" <<'PY'
import ctypes, fcntl, os, struct, subprocess, sys
READY, FAIL = 0x9360, 0x9361
directory, command = sys.argv[1], sys.argv[2:]
os.setsid()
r, w = os.pipe()
libc = ctypes.CDLL(None, use_errno=True)
options = "fd=%d,pgrp=%d,minproto=5,maxproto=5,direct" % (w, os.getpgrp())
if libc.mount(b"automounter", directory.encode(), b"autofs", 0, options.encode()):
    sys.exit("autofs: " + os.strerror(ctypes.get_errno()))
os.close(w)
root = os.open(directory, os.O_RDONLY)
print("ready", flush=True)
request = os.read(r, 4096)
token = struct.unpack_from("iiI", request)[2]
status = subprocess.run(command).returncode
print("status", status, flush=True)
fcntl.ioctl(root, FAIL if status else READY, token)
PY

new_map m hash 4 8 16
map_put m 5 50
mkdir "$TMP/auto"
helper=${BPFMAPFS%/*}/mount.bpfmapfs
python3 "$TMP/automounter.py" "$TMP/auto" \
	"$helper" "$B" "$TMP/auto" -o rw,nofail,_netdev > "$TMP/log" 2>&1 &
automounter=$!
until_true 60 grep -qs ready "$TMP/log" || { skip "autofs: $(cat "$TMP/log")"; }

check_eq "not mounted until somebody looks" 0 "$(grep -c " $TMP/auto fuse" /proc/self/mounts)"
check_eq "looking mounts it" 50 "$(timeout 60 cat "$TMP/auto/m/5")"
check_eq "the mount command's status" "status 0" "$(grep status "$TMP/log")"
check_eq "what the kernel shows" "$B fuse.bpfmapfs" \
	"$(awk -v d="$TMP/auto" '$2 == d { print $1, $3 }' /proc/self/mounts | tail -n 1)"
umount "$TMP/auto" # the driver's; the automounter's below it stays
kill "$automounter" 2>/dev/null
wait "$automounter" 2>/dev/null
while umount -l "$TMP/auto" 2>/dev/null; do :; done
