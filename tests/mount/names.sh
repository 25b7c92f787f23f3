#!/bin/bash
# SPDX-License-Identifier: MIT
# R8 to R11: how keys become names, and back. bpftool stores the bytes.
. "$(dirname "$0")/lib.sh"
typed_maps
start || exit 1
v8="01 00 00 00 00 00 00 00"
v4="01 00 00 00"

# named PIN KEYHEX VALUEHEX NAME: the only entry has this name and is found by it.
named() {
	map_set "$1" "$2" "$3"
	check_eq "$1: the name of $2" "$4" "$(ls -A "$MNT/$1")"
	works "$1: $4 is found" cat "$MNT/$1/$4"
	works "$1: $4 is removed" rm "$MNT/$1/$4"
	check_eq "$1: $4 is gone" 0 "$(map_count "$1")"
}
# same PIN NAME...: every spelling reaches the same inode.
same() {
	local pin=$1 first=$2 i n
	shift
	i=$(inode "$MNT/$pin/$first")
	for n; do check_eq "R8: $pin/$n is $first" "$i" "$(inode "$MNT/$pin/$n" 2>&1)"; done
}
# no_name PIN NAME...: ENOENT to look up, EINVAL to create.
no_name() {
	local pin=$1 n
	shift
	for n; do
		absent "R9: lookup of $pin/$n" "$MNT/$pin/$n"
		fails_with "R9: create of $pin/$n" "Invalid argument" put 1 "$MNT/$pin/$n"
	done
}

named hu64 "ff ff ff ff" "$v8" 4294967295
named hs64 "ff ff ff ff" "$v8" -1
named hs64 "00 00 00 80" "$v8" -2147483648
named h8 "c8" "01 00" 200
named bools "01" "01" true
named bools "00" "01" false
named bools "07" "01" 7
mixed="00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
named colors "05 00 00 00" "$mixed" GREEN
named colors "c8 00 00 00" "$mixed" BLUE
named colors "06 00 00 00" "$mixed" 6
named hosts "0a 00 00 01" "00 50" 10.0.0.1
named macs "aa bb cc 00 0e ff" "$v4" aa:bb:cc:00:0e:ff
named flows "0a 00 00 01 0a 00 00 02 01 bb d6 f8 06 00 00 00" "$(le 8 1) $(le 8 1) $(le 8 1)" \
	saddr=10.0.0.1,daddr=10.0.0.2,sport=443,dport=55032,proto=6
named padk "07 00 00 00 09 00 00 00" "$v4" a=7,b=9
named padk "07 01 00 00 09 00 00 00" "$v4" 0x0701000009000000
for pair in eth0=eth0 'a b=a%20b' 'a/b=a%2Fb' '.x=%2Ex' '-x=%2Dx' 'x-.y=x-.y' 'a%b=a%25b' 'x:y=x:y' 'u@h+1_z=u@h+1_z' 'a,b=a%2Cb' 'é=%C3%A9'; do
	named names "$(hex_of "${pair%=*}" 16)" "$v8" "${pair##*=}"
done
named names "$(hex_of 'a=b' 16)" "$v8" a%3Db
named names "$(hex_of '' 16)" "$v8" %00
named names "$(hex_of 0123456789abcdef 16)" "$v8" 0123456789abcdef
named names "61 00 62 00 00 00 00 00 00 00 00 00 00 00 00 00" "$v8" a%00b
named names "00 00 62 00 00 00 00 00 00 00 00 00 00 00 00 00" "$v8" %00%00b
named names "0a 01 ff 00 00 00 00 00 00 00 00 00 00 00 00 00" "$v8" %0A%01%FF

named names "$(hex_of . 16)" "$v8" %2E
named names "$(hex_of .. 16)" "$v8" %2E.
named names "$(hex_of - 16)" "$v8" %2D
named names "$(hex_of README.txt 16)" "$v8" README.txt
named hs64 "$(le 4 -7)" "$v8" -7
named be64s "00 00 00 00 00 00 01 02" 05 258
named nums "$(le 8 -9223372036854775808)" "$(printf '00 %.0s' {1..48})" -9223372036854775808

map_put hu64 26 1
same hu64 26 0x1a 0x1A
map_set flows "0a 00 00 01 0a 00 00 02 01 bb d6 f8 06 00 00 00" "$(le 8 1) $(le 8 1) $(le 8 1)"
same flows saddr=10.0.0.1,daddr=10.0.0.2,sport=443,dport=55032,proto=6 10.0.0.1,10.0.0.2,443,55032,6 \
	proto=6,dport=55032,sport=443,daddr=10.0.0.2,saddr=10.0.0.1 \
	saddr=10.0.0.1,daddr=10.0.0.2,sport=0x1bb,dport=55032,proto=0x6 0x0a0000010a00000201bbd6f806000000
map_set macs "aa bb cc 00 0e ff" "$v4"
same macs aa:bb:cc:00:0e:ff AA:BB:CC:00:0E:FF 0xaabbcc000eff
map_set colors "05 00 00 00" "$mixed"
same colors GREEN 5 0x5
map_set colors "c8 00 00 00" "$mixed"
same colors BLUE AZURE 200
map_set hs64 "fe ff ff ff" "$v8"
same hs64 -2
map_set bools 01 01
same bools true 1
map_set padk "07 00 00 00 09 00 00 00" "$v4"
same padk a=7,b=9 7,9 b=9,a=7 0x0700000009000000

works "two spellings are one entry" put 5 "$MNT/hu64/0x1A"
check_eq "two spellings are one entry" 5 "$(cat "$MNT/hu64/26")"
works "created by another spelling" put 6 "$MNT/hu64/0x10"
check_eq "created by another spelling" "16 26" "$(ls "$MNT/hu64" | xargs)"

no_name hu64 x 1x 0x -1 4294967296 0x100000000 1,2 "1 "
no_name h8 256 -1
no_name hs64 2147483648 -2147483649
no_name names "a b" 'a%2' 'a%zz' 12345678901234567 "é"
no_name macs aa:bb:cc:00:0e aa:bb:cc:00:0e:ff:11 0xaabb aa:bb:cc:00:0e:gg
no_name hosts 10.0.0 10.0.0.256 10.0.0.1.2
no_name flows saddr=10.0.0.1 10.0.0.1,10.0.0.2,443,55032 10.0.0.1,10.0.0.2,443,55032,6,7 \
	saddr=10.0.0.1,saddr=10.0.0.2,sport=443,dport=55032,proto=6 x=1,daddr=10.0.0.2,sport=443,dport=55032,proto=6 \
	10.0.0.1,10.0.0.2,443,65536,6
no_name colors PURPLE green

# R11: long names. 254 characters are shown, 256 are not.
map_set key126 "$(printf 'a1 %.0s' {1..126})" 01
check_eq "R11: a name of 254" "0x$(printf 'a1%.0s' {1..126})" "$(ls "$MNT/key126")"
map_set key127 "$(printf 'a1 %.0s' {1..127})" 01
check_like "R11: a name of 256" '^0x[a1]+~[0-9a-f]{32}$' "$(ls "$MNT/key127")"
check_eq "R11: a name of 256" 1 "$(cat "$MNT/key127"/*)"
long="$(printf 'ab %.0s' {1..200})"
map_set longk "$long" "05 00 00 00"
map_set longk "$(printf 'ab %.0s' {1..199})ac" "06 00 00 00"
check_eq "R11: two keys are two names" 2 "$(ls "$MNT/longk" | sort -u | wc -l)"
for n in "$MNT"/longk/*; do
	n=${n##*/}
	check_like "R11: first bytes, ~, 32 hex digits" '^0x(ab)+~?a?~[0-9a-f]{32}$' "$n"
	check_eq "R11: no longer than 255" 255 "$([ ${#n} -le 255 ] && echo 255 || echo ${#n})"
	works "R11: $n is found" cat "$MNT/longk/$n"
done
check_eq "R11: the values" "5 6" "$(cat "$MNT"/longk/* | sort | xargs)"
works "R11: a shortened name is written" put 7 "$MNT/longk/$n"
check_eq "R11: a shortened name is written" 1 "$(cat "$MNT"/longk/* | grep -c 7)"
absent "R11: a hash of no key" "$MNT/longk/${n%????}ffff"
fails_with "R11: creating by one" "Invalid argument" put 1 "$MNT/longk/${n%????????}00000000"
works "R11: rm by one" rm "$MNT/longk/$n"
check_eq "R11: rm by one" 1 "$(map_count longk)"
