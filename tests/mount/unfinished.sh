#!/bin/bash
# SPDX-License-Identifier: MIT
# Unfinished lines are bounded over all open files of the mount together, not for each alone.
. "$(dirname "$0")/lib.sh"
new_map u user_ringbuf 0 0 16777216
new_map m hash 4 8 16
start || exit 1

python3 - "$MNT" > "$TMP/said" <<-'END'
	import errno, os, sys
	top = sys.argv[1]
	piece = b'ab' * (32 * 1024)

	def leave_unfinished(mib):
	    fd = os.open(top + '/u.push', os.O_WRONLY)
	    try:
	        for i in range(mib * 16):
	            os.write(fd, piece)
	        return fd, 'taken'
	    except OSError as e:
	        return fd, errno.errorcode[e.errno]

	held = [leave_unfinished(30) for i in range(4)]
	print('four files:', *(answer for fd, answer in held))
	with open(top + '/m/1', 'w') as f:
	    f.write('7\n')
	print('an entry meanwhile:', open(top + '/m/1').read().strip())
	for fd, answer in held:
	    os.close(fd)
	while open(top + '/u.errors').read().count('is no record') < 3:
	    pass
	print('after they are closed:', leave_unfinished(30)[1])
END
check_eq "the fourth is refused" "four files: taken taken taken ENOMEM" "$(sed -n 1p "$TMP/said")"
check_eq "short lines are not" "an entry meanwhile: 7" "$(sed -n 2p "$TMP/said")"
check_eq "what is closed counts no more" "after they are closed: taken" "$(sed -n 3p "$TMP/said")"
check_like "the reason is told" "unfinished lines wait" "$(cat "$MNT/u.errors")"
