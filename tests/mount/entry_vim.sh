#!/bin/bash
# SPDX-License-Identifier: MIT
# vim edits an entry; its probe and its temporary files leave nothing.
. "$(dirname "$0")/lib.sh"
command -v vim >/dev/null || skip "no vim"
new_map m hash 4 8 64
map_put m 1 5
map_put m 2 6
start || exit 1
export HOME=$TMP TERM=dumb

timeout 60 vim -u NONE -es -c 's/5/55/' -c 'wq!' "$MNT/m/1" > "$TMP/vim.out" 2>&1 < /dev/null
check_eq "vim edits an entry" 55 "$(map_u m 1)"
check_eq "vim leaves no sibling behind" "1 2" "$(ls "$MNT/m" | sort -n | xargs)"
timeout 60 vim -u NONE -es -c 'set nobackup nowritebackup' -c 's/6/66/' -c 'w!' -c 'q!' "$MNT/m/2" > "$TMP/vim.out" 2>&1 < /dev/null
check_eq "vim without backups edits an entry" 66 "$(map_u m 2)"
timeout 60 vim -u NONE -es -c 'set backupcopy=no' -c 's/66/67/' -c 'wq!' "$MNT/m/2" > "$TMP/vim.out" 2>&1 < /dev/null
check_like "vim that renames: the old value or the new one, never none" '^6[67]$' "$(map_u m 2)"
check_eq "vim leaves no sibling behind" "1 2" "$(ls "$MNT/m" | sort -n | xargs)"
