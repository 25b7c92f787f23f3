#!/bin/bash
# SPDX-License-Identifier: MIT
# Tools that walk a whole tree end, see each entry once, and change no pin.
. "$(dirname "$0")/lib.sh"
mkdir "$B/app"
new_map app/m hash 4 8 2048
new_map app/n array 4 4 8
mt_map fill "$B/app/m" 0 1000 5000
chmod 640 "$B/app/m"
chown 12:34 "$B/app/m"
start || exit 1
files=1008
pin_unchanged() { check_eq "R7: $1 leaves the pin's mode and owner" "640 12:34" "$(stat -c '%a %u:%g' "$B/app/m")"; }

check_eq "find sees each entry once" "$files" "$(find "$MNT/app" -type f | sort -u | wc -l)"
check_eq "find sees each entry once" "$files" "$(find "$MNT/app" -type f | wc -l)"
check_eq "grep -r sees each entry once" "$files" "$(timeout 60 grep -r . "$MNT/app" | wc -l)"
check_eq "grep -r finds" "$MNT/app/m/7:5007" "$(grep -rx 5007 "$MNT/app")"
timeout 60 grep -rq nosuchthing "$MNT"
check_eq "grep -r of the whole mount ends" 1 $?
works "cp -r" timeout 60 cp -r "$MNT/app" "$TMP/copy"
check_eq "cp -r has everything" "$files" "$(find "$TMP/copy" -type f | wc -l)"
check_eq "cp -r has the values" "5000 5999" "$(cat "$TMP/copy/m/0" "$TMP/copy/m/999" | xargs)"
works "cp -r of the whole mount" timeout 60 cp -r "$MNT" "$TMP/copy-all"
works "tar c" timeout 60 tar cf "$TMP/all.tar" -C "$MNT" .
check_eq "tar c has each entry once" "$files" "$(tar tf "$TMP/all.tar" | grep -cE 'app/[mn]/[0-9]')"
timeout 60 rsync -r "$MNT/app/" "$TMP/rsynced" 2> "$TMP/err"
check_eq "rsync -r out of the mount" "$files" "$(find "$TMP/rsynced" -type f | wc -l)"
check_eq "rsync -r complains of nothing" "" "$(cat "$TMP/err")"
works "du -s" du -s "$MNT"
works "ls -lR" ls -lR "$MNT"
diff -r "$TMP/copy" "$TMP/rsynced" >/dev/null && pass "cp and rsync agree" || fail "cp and rsync agree" same different

# Back in: a tar of the entries alone, then one with the directory as a member.
rm "$MNT/app/m"/{1,2,3}*
tar cf "$TMP/entries.tar" -C "$TMP/copy/m" $(cd "$TMP/copy/m" && ls)
works "tar x into M" tar xf "$TMP/entries.tar" -C "$MNT/app/m"
check_eq "tar x into M" "5001 5999 1000" "$(map_u app/m 1) $(map_u app/m 999) $(map_count app/m)"
pin_unchanged "tar x of entries"
works "cp into M" cp "$TMP/copy/m"/1* "$MNT/app/m/"
works "cp -p into M" cp -p "$TMP/copy/m"/1* "$MNT/app/m/"
works "rsync --inplace into M" rsync -r --inplace "$TMP/copy/m/" "$MNT/app/m/"
pin_unchanged "cp -p into M"
chmod 600 "$TMP/copy/m"
works "tar with M/ as a member" eval 'tar cf - -C "$TMP/copy" --owner=21 --group=22 m | tar xpf - -C "$MNT/app"'
check_eq "R7: a M/ member tells the mode and owner for M itself" "600 21:22" "$(stat -c '%a %u:%g' "$B/app/m")"

chmod 640 "$TMP/copy/m"
works "cp -rp of a directory onto M" cp -rp "$TMP/copy/m" "$MNT/app/"
check_eq "R7: cp -rp tells the mode and owner for M itself" "640 $(stat -c %u:%g "$TMP/copy/m")" "$(stat -c '%a %u:%g' "$B/app/m")"
check_eq "cp -rp of a directory onto M" 1000 "$(map_count app/m)"

# A busy map: tar reads what a snapshot said, of the size that it said.
mt_map churn "$B/app/m" 0 1000 &
churn=$!
out=$(timeout 60 tar cf - -C "$MNT" app 2>&1 >/dev/null | grep -v -e 'File removed before we read it' -e 'No such file')
check_eq "tar of a busy map does not say that files changed" "" "$(grep -e changed -e shrank <<< "$out")"
works "find of a busy map ends" timeout 60 find "$MNT/app"
kill $churn
