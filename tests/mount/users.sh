#!/bin/bash
# SPDX-License-Identifier: MIT
# R18, R19: who may do what; the pin's owner and mode decide, through the kernel.
. "$(dirname "$0")/lib.sh"
chmod 1777 "$B"
mkdir "$B/app"
chmod 755 "$B/app"
for m in secret readable theirs writable; do
	new_map app/$m hash 4 8 16
	map_put app/$m 1 10
done
chmod 600 "$B/app/secret"
chmod 644 "$B/app/readable"
chmod 600 "$B/app/theirs"
chown 65534:65534 "$B/app/theirs"
chmod 622 "$B/app/writable"
start allow_other || exit 1
cd "$MNT" || exit 1
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
uput() { user dash -c 'echo "$1" > "$2"' dash "$1" "$2"; }
uadd() { user dash -c 'echo "$1" >> "$2"' dash "$1" "$2"; }

check_eq "R18: modes are the pin's, a directory gets x where it has r" \
	"700 600 755 644 700 600" "$(stat -c %a app/secret app/secret/1 app/readable app/readable/1 app/theirs app/theirs/1 | xargs)"
check_eq "R18: owners are the pin's" "0:0 65534:65534 65534:65534" "$(stat -c %u:%g app/secret/1 app/theirs app/theirs/1 | xargs)"
check_eq "R18: forms too" "65534:65534" "$(stat -c %u:%g app/theirs.count)"

fails_with "no right: ls" "Permission denied" user ls app/secret
fails_with "no right: cat" "Permission denied" user cat app/secret/1
fails_with "no right: write" "Permission denied" uput 1 app/secret/1
fails_with "no right: create" "Permission denied" uput 1 app/secret/2
fails_with "no right: rm" "Permission denied" user rm -f app/secret/1
for form in info count pin raw/1; do
	fails_with "no right: .$form" "Permission denied" user cat app/secret.$form
done
fails_with "no right: .errors" "Permission denied" user cat app/secret.errors
fails_with "no right: .clear" "Permission denied" uput 1 app/secret.clear
check_eq "no right: as it was" 10 "$(map_u app/secret 1)"

check_eq "r: ls" 1 "$(user ls app/readable)"
check_eq "r: cat" 10 "$(user cat app/readable/1)"
check_eq "r: .count" 1 "$(user cat app/readable.count)"
check_like "r: .info" "id=$(map_id app/readable)" "$(user cat app/readable.info)"
fails_with "r: write" "Permission denied" uput 1 app/readable/1
fails_with "r: create" "Permission denied" uput 1 app/readable/2
fails_with "r: rm" "Permission denied" user rm -f app/readable/1
fails_with "R19: .clear needs w" "Permission denied" uput 1 app/readable.clear
fails_with ".errors is for whoever may write the map" "Permission denied" user cat app/readable.errors
fails_with "chmod of somebody's map" "Operation not permitted" user chmod 666 app/readable
check_eq "r: as it was" "10 1" "$(map_u app/readable 1) $(map_count app/readable)"

check_eq "owner: cat" 10 "$(user cat app/theirs/1)"
works "owner: write" uput 11 app/theirs/1
works "owner: create" uput 12 app/theirs/2
check_eq "owner: writes" "11 12" "$(map_u app/theirs 1) $(map_u app/theirs 2)"
works "owner: rm" user rm app/theirs/2
check_eq "owner: rm" none "$(map_u app/theirs 2)"
works "owner: .errors" user cat app/theirs.errors
works "owner: .clear" uput 1 app/theirs.clear
check_eq "owner: .clear" 0 "$(map_count app/theirs)"
fails_with "R19: .clear needs r too" "Permission denied" uput 1 app/writable.clear
check_eq "R19: .clear needs r too" 1 "$(map_count app/writable)"

fails_with "R19: pinning by id needs root" ermi user bash -c 'echo "id:$1" > got.pin' bash "$(map_id app/secret)"
absent "R19: pinning by id needs root" "$B/got"
fails_with "R19: pinning a map without right to it" "" uput "$B/app/secret" got.pin
absent "R19: pinning a map without right to it" "$B/got"
fails_with "a directory of root's: mkdir" "Permission denied" user mkdir app/x
fails_with "a directory of root's: rm M.pin" "Permission denied" user rm -f app/theirs.pin
works "a directory of everyone's: mkdir" user mkdir x
check_eq "R19: mkdir gives the directory to the caller" 65534:65534 "$(stat -c %u:%g "$B/x")"
works "his directory: rmdir" user rmdir x

chmod 600 "$B/app/readable"
until_true 60 eval '! user cat app/readable/1 2>/dev/null' # R18: owner and mode may be a second old
fails_with "R18: a chmod of the pin counts" "Permission denied" user cat app/readable/1
chmod 666 "$B/app/secret"
until_true 60 eval 'user cat app/secret/1 >/dev/null 2>&1'
works "R18: a chmod of the pin counts" uadd 13 app/secret/1
check_eq "R18: a chmod of the pin counts" 13 "$(map_u app/secret 1)"
works "R18: chmod keeps rw" chmod 755 app/secret
check_eq "R18: chmod keeps rw" "644 755 644" "$(mode "$B/app/secret") $(mode app/secret) $(mode app/secret/1)"

cd /
stop
start
fails_with "without allow_other nobody else looks" "Permission denied" user ls "$MNT"
