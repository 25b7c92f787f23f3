#!/bin/bash
# SPDX-License-Identifier: MIT
# R10, R12 and "Text": values of every shape, printed, and read back.
. "$(dirname "$0")/lib.sh"
typed_maps
start || exit 1
k1=$(le 4 1)

# shows PIN VALUEHEX TEXT: these bytes print so, and the text makes these bytes.
shows() {
	local e=$MNT/$1/1 zero
	map_set "$1" "$k1" "$2"
	check_eq "$1: $2 prints" "$3" "$(cat "$e")"
	# shellcheck disable=SC2001
	zero=$(sed 's/[0-9a-f][0-9a-f]/00/g' <<< "$2")
	map_set "$1" "$k1" "$zero"
	works "$1: '$3' is accepted" put "$3" "$e"
	check_eq "$1: '$3' makes the bytes" "${2// /}" "$(map_value "$1" "$k1")"
}
# takes PIN TEXT VALUEHEX: a text that is not canonical makes these bytes.
takes() {
	works "$1: '$2' is accepted" put "$2" "$MNT/$1/1"
	check_eq "$1: '$2' makes the bytes" "${3// /}" "$(map_value "$1" "$k1")"
}
# rejects PIN ERROR TEXT...: and the value stays.
rejects() {
	local pin=$1 error=$2 was t
	shift 2
	was=$(map_value "$pin" "$k1")
	for t; do
		fails_with "$pin: '$t' is refused" "$error" put "$t" "$MNT/$pin/1"
		check_eq "$pin: '$t' changes nothing" "$was" "$(map_value "$pin" "$k1")"
	done
}

shows hu64 "ff ff ff ff ff ff ff ff" 18446744073709551615
shows hu64 "01 00 00 00 00 00 00 00" 1
takes hu64 0xff "ff 00 00 00 00 00 00 00"
takes hu64 0XFF "ff 00 00 00 00 00 00 00"
rejects hu64 "Invalid argument" "" x 1x 1.5 "1 1" '"1"' =1 a=1 0x 0xg -
rejects hu64 "result out of range" 18446744073709551616 0x10000000000000000 -1

shows texts "$(hex_of eth0 8)" eth0
shows texts "$(hex_of '' 8)" '""'
shows texts "$(hex_of 'a b' 8)" '"a b"'
shows texts "$(hex_of 'a,b' 8)" '"a,b"'
shows texts "$(hex_of 'a=b' 8)" '"a=b"'
shows texts "$(hex_of 'a"b' 8)" '"a\"b"'
shows texts "$(hex_of "a'b" 8)" "\"a'b\""
shows texts "$(hex_of 'a\b' 8)" '"a\\b"'
shows texts "$(hex_of 12345678 8)" 12345678
shows texts "$(hex_of é 8)" é
shows texts "61 0a 62 00 00 00 00 00" '"a\nb"'
shows texts "61 01 62 00 00 00 00 00" '"a\x01b"'
shows texts "61 ff 62 00 00 00 00 00" '"a\xffb"'
takes texts '"a\x41\tb"' "61 41 09 62 00 00 00 00"
takes texts '"ab"' "61 62 00 00 00 00 00 00"
rejects texts "Invalid argument" 123456789 '"a' 'a"' '"\x1"' '"\q"' 'a b' '"a"b'

map_set colors "05 00 00 00" "c8 00 00 00 01 ff 50 00 65 74 68 30 00 00 00 00"
check_eq "enum, bool, signed, char[] in a struct" "color=BLUE on=true level=-1 port=80 name=eth0" "$(cat "$MNT/colors/GREEN")"
works "a number for an enumerator, 0 for false" put "color=5 on=0 level=0x7f" "$MNT/colors/GREEN"
check_eq "a number for an enumerator, 0 for false" "color=GREEN on=false level=127 port=80 name=eth0" "$(cat "$MNT/colors/GREEN")"
fails_with "an enumerator that is none" "Invalid argument" put color=PINK "$MNT/colors/GREEN"
fails_with "out of a field's range" "result out of range" put level=128 "$MNT/colors/GREEN"
fails_with "out of a field's range" "result out of range" put port=-1 "$MNT/colors/GREEN"

map_set addrs "$k1" "c0 a8 00 01 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 12 34 de ad be ef 00 01 0a 0b"
check_eq "addresses" "v4=192.168.0.1 v6=2001:db8::1 next=0.0.0.0 wide=4660 mac=de:ad:be:ef:00:01 id=0x0a0b" "$(cat "$MNT/addrs/1")"
works "addresses" put "v4=10.0.0.1 v6=::ffff next=1.2.3.4 wide=0x0102 mac=00:00:00:00:00:01 id=0x0102" "$MNT/addrs/1"
check_eq "addresses" 0a0000010000000000000000000000000000ffff0102030400000000000001020000000000010102 "$(map_value addrs "$k1")"
rejects addrs "Invalid argument" v4=1.2.3 v6=1::2::3 mac=1:2:3 id=0x01 v4=300.1.1.1 id=

# Bit-fields: 3 bits low, 5 bits mid (signed), 24 bits high.
shows bitf "fd ff ff ff" "low=5 mid=-1 high=16777215"
takes bitf "low=0 mid=-16 high=1" "80 01 00 00"
rejects bitf "result out of range" low=8 mid=16 mid=-17 high=16777216

# Anonymous members add nothing, arrays of structs are v.0.a, lists hold commas.
shows nest "01 00 02 00 03 04 05 06 07 00 00 00 08 00 00 00 09 00 00 00" \
	"x=1 y=2 v.0.a=3 v.0.b=4 v.1.a=5 v.1.b=6 slots=7,8,9"
takes nest slots.1=5 "01 00 02 00 03 04 05 06 07 00 00 00 05 00 00 00 09 00 00 00"
takes nest "v.1.b+=1" "01 00 02 00 03 04 05 07 07 00 00 00 05 00 00 00 09 00 00 00"
takes nest 0x0000000000000000000000000000000000000001 "$(printf '00 %.0s' {1..19})01"
rejects nest "Invalid argument" slots=1,2 slots=1,2,3,4 slots=, slots.3=1 v.2.a=1 v=1 0x00 "x=1 x=2" "x=1 slots=1,2,3 slots.0=1" "x =1"

# Unions: the largest member; written through any of them.
shows unions "01 02 00 00 00 00 00 00" "$(map_set unions "$k1" "01 02 00 00 00 00 00 00"; cat "$MNT/unions/1")"
check_like "a union shows its largest member, the first of those" '^wide=513$' "$(cat "$MNT/unions/1")"
takes unions half=7 "07 00 00 00 00 00 00 00"
takes unions bytes=0x0102030405060708 "01 02 03 04 05 06 07 08"
takes unions 0x0807060504030201 "08 07 06 05 04 03 02 01"

# Numbers of other kinds; a zero-length array is not shown.
map_set nums "01 00 00 00 00 00 00 00" "cd cc cc 3d 00 00 20 c0 9a 99 99 99 99 99 b9 3f $(le 8 0) 00 00 00 00 00 00 00 80 10 00 00 00 00 00 00 00 01 02 03 ff 02 61 62 63"
check_eq "floats, 128 bits, pointers, bytes, signed chars" \
	"f=0.1 g=-2.5 d=0.1 wide=-170141183460469231731687303715884105728 pointer=0x10 run=0x010203 sgn=-1,2 letters=abc" "$(cat "$MNT/nums/1")"
works "floats" put "f=inf g=nan d=-inf" "$MNT/nums/1"
check_eq "floats" "f=inf g=nan d=-inf" "$(cut -d' ' -f1-3 "$MNT/nums/1")"
check_like "floats" "^0000807f0000c07f000000000000f0ff" "$(map_value nums "01 00 00 00 00 00 00 00")"
works "a NaN of other bits" put "g=nan:0x7f800001 d=15e-1" "$MNT/nums/1"
check_eq "a NaN of other bits" "g=nan:0x7f800001 d=1.5" "$(cut -d' ' -f2-3 "$MNT/nums/1")"
works "128 bits" put "wide=170141183460469231731687303715884105727" "$MNT/nums/1"
check_eq "128 bits" "wide=170141183460469231731687303715884105727" "$(cut -d' ' -f4 "$MNT/nums/1")"
fails_with "128 bits: out of range" "result out of range" put "wide=170141183460469231731687303715884105728" "$MNT/nums/1"
fails_with "a float that is none" "Invalid argument" put "f=1.5x" "$MNT/nums/1"

# Lists of texts and of addresses.
o="$(hex_of 'a:b' 8) 01 00 02 00 03 00 00 00 $(le 8 0) $(le 7 0) 01 20 01 0d b8 $(le 8 0) 00 00 00 05 $(hex_of x:y 4) $(hex_of 'p,q' 4)"
map_set odds "$o" "$o"
check_like "lists in names: items by colons, addresses in full" \
	'^name=a:b,ports=1:2:3,zero=0,v6=0+:0+:0+:0+:0+:0+:0+:0*1:2001:0?db8:0+:0+:0+:0+:0+:0*5,tags=x%3Ay:p%2Cq$' "$(ls "$MNT/odds")"
check_eq "lists in values" 'name=a:b ports=1,2,3 zero=0 v6=::1,2001:db8::5 tags=x:y,"p,q"' "$(cat "$MNT"/odds/*)"
works "an item of a list" eval 'echo "ports.2=9 tags.0=\"\" v6.1=::2" > "$(echo "$MNT"/odds/*)"'
check_eq "an item of a list" 'name=a:b ports=1,2,9 zero=0 v6=::1,::2 tags="","p,q"' "$(cat "$MNT"/odds/*)"

# Locks are not shown and not written.
map_set locks "$k1" "00 00 00 00 05 00 00 00 06 00 00 00 00 00 00 00"
check_eq "a lock is not shown" "a=5 b=6" "$(cat "$MNT/locks/1")"
works "beside a lock" put "a=7" "$MNT/locks/1"
check_eq "beside a lock" "a=7 b=6" "$(cat "$MNT/locks/1")"
check_eq "beside a lock" 00000000070000000600000000000000 "$(map_value locks "$k1")"
works "a new value with a lock" put "a=1 b=2" "$MNT/locks/2"
check_eq "a new value with a lock" "a=1 b=2" "$(cat "$MNT/locks/2")"
fails_with "a lock is not writable" "Invalid argument" put "lock=1" "$MNT/locks/1"

# No BTF.
for s in 1 2 4 8; do
	new_map "n$s" hash 4 $s 4
	map_set "n$s" "$k1" "$(printf 'fe ff ff ff ff ff ff ff' | cut -c1-$((3 * s - 1)))"
done
check_eq "no BTF: unsigned decimal" "254 65534 4294967294 18446744073709551614" "$(cat "$MNT"/n[1248]/1 | xargs)"
new_map n3 hash 3 3 4
map_set n3 "01 02 03" "0a 0b 0c"
check_eq "no BTF: other sizes are bytes" "0x010203 0x0a0b0c" "$(ls "$MNT/n3") $(cat "$MNT/n3/0x010203")"
works "no BTF: bytes are written" put 0xFFEEdd "$MNT/n3/0x010203"
check_eq "no BTF: bytes are written" ffeedd "$(map_value n3 "01 02 03")"
fails_with "no BTF: exactly its size" "Invalid argument" put 0xffee "$MNT/n3/0x010203"
