#!/bin/bash
# SPDX-License-Identifier: MIT
# Device maps and CPU maps (R29): interface names and queue sizes, and the programs behind them.
# tsan
if [ "${MT_NETWORK:-}" != $$ ] && [ "$(id -u)" = 0 ]; then
	unshare -n true 2>/dev/null || { echo "skipped: no network namespaces here"; exit 77; }
	MT_NETWORK=$$ exec unshare -n bash "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"
chmod 755 "$B"
mt_load "$OBJ/mt_held.bpf.o" "$B" 2>"$TMP/err" || skip "XDP programs cannot be loaded here: $(head -1 "$TMP/err")"
ip link add v0 type veth peer name v1 2>"$TMP/err" || skip "no veth devices here: $(head -1 "$TMP/err")"
ip link add 12 type veth peer name w1 # a device whose name is a number
new_map d devmap 4 4 4
new_map h devmap_hash 4 4 2
new_map hp devmap_hash 4 8 4
new_map c cpumap 4 4 64
start allow_other || exit 1
cd "$MNT" || exit 1
prog_id() { bpftool -j prog show pinned "$B/$1" | jq .id; }
run() { mt_held run "$B/$1"; }
index() { ip -o link show dev "$1" | cut -d: -f1; }
value() { # PIN KEY: the 32-bit numbers of a value, as the kernel has them
	local h
	# shellcheck disable=SC2046
	h=$(map_value "$1" $(le 4 "$2"))
	[ "$h" = none ] && { echo none; return; }
	sed 's/\(..\)\(..\)\(..\)\(..\)/0x\4\3\2\1 /g' <<< "$h" | xargs printf '%d ' | sed 's/ $//'
}
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
writes() { user bash -c 'echo "$1" > "$2"' bash "$1" "$2"; }
noclobber() { bash -c 'set -o noclobber; echo "$1" > "$2"' bash "$1" "$2"; }
gone() { ! test -e "$1"; }

# ---- values of 4 bytes: a name alone ----

check_eq "an empty device map lists nothing" "" "$(ls d; ls h)"
absent "an empty slot is not there" d/0
echo lo > d/0
echo v0 > d/1
check_eq "R29: the kernel has the indices of the names" "$(index lo) $(index v0)" "$(value d 0) $(value d 1)"
check_eq "R29: and the names are read" "lo v0" "$(cat d/0 d/1 | xargs)"
check_eq "set slots alone are listed" "0 1" "$(ls d | xargs)"
check_eq "R1: the size is exact" "3 3" "$(size d/0) $(size d/1)"
index v1 > d/1
check_eq "an index is taken, too" v1 "$(cat d/1)"
printf '0x%x' "$(index v0)" > d/1
check_eq "in hexadecimal as well" v0 "$(cat d/1)"
check_eq "bpftool's way is shown" v1 "$(map_set d "02 00 00 00" "$(le 4 "$(index v1)")"; cat d/2)"
index 12 > d/3
check_eq "a device whose name is a number is shown by its index" "$(index 12)" "$(cat d/3)"
cp d/3 d/2
check_eq "which writes it back" "$(index 12)" "$(value d 2)"
fails_with "no such device" "Invalid argument" put nothere d/2
check_like ".errors says so" "no network device 'nothere'" "$(tail -1 d.errors)"
fails_with "no such index" "Invalid argument" put 99999 d/2
check_like ".errors says so" "no network device with the index 99999" "$(tail -1 d.errors)"
fails_with "0 is no device" "Invalid argument" put 0 d/2
check_eq "R21: nothing of that was stored" "$(index 12)" "$(value d 2)"
fails_with "a path is no device" "Invalid argument" put "$B/on_device" d/2
fails_with "an index past the end" "Invalid argument" put lo d/4
absent "an index past the end" d/4
rm d/2 d/3
check_eq "rm clears slots" "none none" "$(value d 2) $(value d 3)"
fails_with "an empty slot cannot be removed" "No such file" rm d/2
fails_with "R4: touch stores nothing" "Invalid argument" touch d/2
fails_with "R3: noclobber on a set slot" "cannot overwrite" noclobber lo d/1
works "R3: noclobber on an empty slot" noclobber lo d/2
check_eq "R3: it is set" "$(index lo)" "$(value d 2)"
for m in d h; do
	echo lo > $m/1
	check_eq "R3: an open file whose entry goes ($m)" "write error: No such file or directory" \
		"$(exec 3<> $m/1; rm $m/1; echo v0 >&3 2>"$TMP/err" || sed 's/.*echo: //' "$TMP/err")"
	check_eq "R3: nothing is stored ($m)" none "$(value $m 1)"
done
echo v0 > h/7
echo lo > h/4000000000
check_eq "a hash of devices" "$(index v0) $(index lo)" "$(value h 7) $(value h 4000000000)"
check_eq "is listed" "4000000000 7" "$(ls h | sort | xargs)"
fails_with "and may be full" "No space left" put lo h/8
fails_with "R3: noclobber in a hash" "cannot overwrite" noclobber lo h/7
rm h/7
check_eq "rm removes" none "$(value h 7)"

ip link set v0 name renamed
echo renamed > h/7
check_eq "a device is called what it is called now" renamed "$(cat h/7)"
ip link set renamed name v0
check_eq "also when that changes" v0 "$(cat h/7)"
echo v0 > d/0
ip link del v0
until_true 60 gone h/7
check_eq "a device that goes takes its entries along" "2 4000000000" "$(ls d h | grep -v : | xargs)"
ip link add v0 type veth peer name v1

# ---- values of 8 bytes: a name and a program ----

check_eq "nothing to redirect to" 1 "$(run to_device)"
works "the program may be left out" put ifindex=lo devices/0
check_eq "the kernel has the device" "$(index lo) 0" "$(value devices 0)"
check_eq "and packets go there" 4 "$(run to_device)"
check_eq "both are read" "ifindex=lo prog=0" "$(cat devices/0)"
works "a program by its pin" put "ifindex=v0 prog=$B/on_device" devices/1
check_eq "the kernel has it" "$(index v0) $(prog_id on_device)" "$(value devices 1)"
check_eq "its id is read" "ifindex=v0 prog=$(prog_id on_device)" "$(cat devices/1)"
works "R5: a field alone leaves the other" put prog=../on_device devices/0
check_eq "R5: the device stays" "$(index lo) $(prog_id on_device)" "$(value devices 0)"
works "R5: a field alone leaves the other" put ifindex=v1 devices/0
check_eq "R5: the program stays" "$(index v1) $(prog_id on_device)" "$(value devices 0)"
works "a program goes" put prog=0 devices/0
check_eq "it is gone" "$(index v1) 0" "$(value devices 0)"
works "root may name it by its id" put "prog=$(prog_id on_device)" devices/0
check_eq "the kernel has it" "$(index v1) $(prog_id on_device)" "$(value devices 0)"
works "fields in another order" put "prog=../on_device   ifindex=lo" devices/2
check_eq "the kernel has it" "$(index lo) $(prog_id on_device)" "$(value devices 2)"
fails_with "R3: of an absent entry a part is not enough" "" add "prog=../on_device" devices/3
fails_with "a program that is for no device map" "Invalid argument" put prog=../pass devices/0
check_like ".errors says what is" 'section "xdp/devmap"' "$(tail -1 devices.errors)"
fails_with "a program of another type" "Invalid argument" put prog=../filter devices/0
check_like ".errors says which" "of type socket_filter does not fit" "$(tail -1 devices.errors)"
fails_with "no such program" "Invalid argument" put prog=4000000000 devices/0
fails_with "no such pin" "No such file" put prog=../none devices/0
fails_with "a pin of a map" "Invalid argument" put prog=../d devices/0
fails_with "no such field" "Invalid argument" put "port=1" devices/0
check_eq "R21: nothing of that was stored" "$(index v1) $(prog_id on_device)" "$(value devices 0)"
check_eq ".tsv" "0 ifindex=v1 prog=$(prog_id on_device) 1 ifindex=v0 prog=$(prog_id on_device) 2 ifindex=lo prog=$(prog_id on_device)" \
	"$(sort devices.tsv | xargs)"
before=$(value devices 0)
cat devices.tsv > "$TMP/tsv"
echo 1 > devices.clear
check_eq ".clear empties" 0 "$(cat devices.count)"
works ".tsv is written back" cp "$TMP/tsv" devices.tsv
check_eq "the kernel has it" "$before" "$(value devices 0)"
works ".tsv of an array into a hash" cp "$TMP/tsv" hp.tsv
check_eq "the kernel has it" "$before" "$(value hp 0)"
printf '2\tifindex=lo prog=../on_device\n' > hp.replace
check_eq ".replace" "2 ifindex=lo prog=$(prog_id on_device)" "$(xargs < hp.tsv)"
printf '2\tprog=0\n3\tifindex=v0\n' > hp.tsv
check_eq "R21: .tsv merges, and creates with zeros" "$(index lo) 0, $(index v0) 0" "$(value hp 2), $(value hp 3)"
check_eq ".json" "lo 0" "$(jq -r '.[] | select(.key == 2) | .value | "\(.ifindex) \(.prog)"' hp.json)"
check_eq ".csv" "key,ifindex,prog 2,lo,0 3,v0,0" "$(head -1 hp.csv) $(grep -v key hp.csv | sort | xargs)"
check_like ".h" "unsigned int ifindex" "$(cat hp.h)"
check_like ".prom" 'bpf_map_hp_prog\{key="2"' "$(cat hp.prom)"
fails_with ".drain" "not supported" cat hp.drain
cp hp.raw/2 hp.raw/3
check_eq ".raw, by root" "$(index lo) 0" "$(value hp 3)"
check_like ".spec" "type=devmap_hash" "$(cat hp.spec)"
check_eq ".count" 2 "$(cat hp.count)"

# ---- CPU maps ----

echo 192 > c/0
check_eq "a queue size" "192 192" "$(cat c/0) $(value c 0)"
echo 16384 > c/0
check_eq "the longest" 16384 "$(value c 0)"
fails_with "a longer one" "out of range" put 16385 c/0
check_like ".errors says what is the longest" "longer than 16384" "$(tail -1 c.errors)"
fails_with "none at all" "Invalid argument" put 0 c/0
fails_with "R4: touch stores nothing" "Invalid argument" touch c/1
if [ "$CPUS" -lt 64 ]; then
	fails_with "a CPU that the machine cannot have" "Invalid argument" put 192 c/63
	check_like ".errors says so" "cannot have a CPU 63" "$(tail -1 c.errors)"
fi
check_eq "set CPUs alone are listed" 0 "$(ls c)"
fails_with "R5: += beyond that" "out of range" put +=1 c/0
echo 100 > c/0
echo +=20 > c/0
check_eq "R5: +=" 120 "$(value c 0)"
fails_with "R3: noclobber" "cannot overwrite" noclobber 192 c/0
rm c/0
check_eq "rm removes a queue" none "$(value c 0)"
fails_with "which then is gone" "No such file" rm c/0
check_eq "nothing to redirect to" 1 "$(run to_cpu)"
works "a queue with a program" put "qsize=64 prog=$B/on_cpu" queues/0
check_eq "the kernel has it" "64 $(prog_id on_cpu)" "$(value queues 0)"
check_eq "and packets go there" 4 "$(run to_cpu)"
works "R5: a field alone" put qsize=65 queues/0
check_eq "R5: the program stays" "65 $(prog_id on_cpu)" "$(value queues 0)"
fails_with "a program that is for no CPU map" "Invalid argument" put prog=../on_device queues/0
check_like ".errors says what is" 'section "xdp/cpumap"' "$(tail -1 queues.errors)"
check_eq ".tsv" "0 qsize=65 prog=$(prog_id on_cpu)" "$(xargs < queues.tsv)"
cat queues.tsv > "$TMP/tsv"
rm queues/0
works ".tsv is written back" cp "$TMP/tsv" queues.tsv
check_eq "the kernel has it" "65 $(prog_id on_cpu)" "$(value queues 0)"
echo 1 > queues.frozen
fails_with "a frozen map takes nothing" "not permitted" put qsize=1 queues/0
fails_with "nor gives anything up" "not permitted" rm queues/0

# ---- R19 ----

chmod 666 "$B/devices" "$B/on_device" "$B/d"
works "R19: a device by its name" writes lo d/3
works "R19: a program by a path with rw on its pin" writes "ifindex=lo prog=$B/on_device" devices/3
check_eq "R19: the kernel has it" "$(index lo) $(prog_id on_device)" "$(value devices 3)"
works "R19: the other field alone" writes ifindex=v0 devices/3
id=$(prog_id on_device)
for line in "prog=$id" "ifindex=lo prog=$id" "prog=$(printf 0x%x "$id")" "prog+=1" "0x$(le 4 "$(index lo)" | tr -d ' ')$(le 4 "$id" | tr -d ' ')" \
	"ifindex=lo	prog=$id" "ifindex=\"lo\" prog=$id"; do
	fails_with "R19: by id only root: $line" "not permitted" writes "$line" devices/3
done
fails_with "R19: in .tsv, too" "not permitted" user bash -c "printf '2\tifindex=lo prog=$id\n' > devices.tsv"
fails_with "R19: in .raw, too" "not permitted" user cp devices.raw/3 devices.raw/2
check_eq "R19: nothing of that was stored" "$(index v0) $id" "$(value devices 3)"
works "R19: none is nobody's" writes prog=0 devices/3
chmod 444 "$B/on_device"
fails_with "R19: a pin that may only be read" denied writes "prog=../on_device" devices/3
chown 65534 "$B/devices"
chmod 400 "$B/devices"
check_eq "a map of mode 0400 is read" "ifindex=v0 prog=0" "$(user cat devices/3)"
fails_with "and not written" denied writes prog=0 devices/3
chmod 200 "$B/devices"
fails_with "a map of mode 0200 is not read" denied user cat devices.json

# ---- no reference stays ----

for i in $(seq 30); do
	echo prog=../on_device > devices/3
	echo "ifindex=lo prog=../pass" > devices/2 2>/dev/null
	echo "prog=$id" > devices/3
	cat devices.tsv > "$TMP/tsv"
	cat "$TMP/tsv" > devices.tsv
done
echo 1 > devices.clear
rm "$B/on_device"
dropped() { ! bpftool prog show id "$1" > /dev/null 2>&1; }
until_true 60 dropped "$id"
check_eq "the program goes with its last pin" gone "$(dropped "$id" && echo gone)"
