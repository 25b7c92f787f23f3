#!/bin/bash
# SPDX-License-Identifier: MIT
# R21 and R11 at the edges: lines, numbers and names of any length, bytes of
# any kind; precise errors or right answers, in bounded time and memory.
. "$(dirname "$0")/lib.sh"
mt_load "$OBJ/wt_forms.bpf.o" "$B" || exit 1
start || exit 1
cd "$MNT" || exit 1
pid=$(driver_pid)
anon() { sed -n 's/^RssAnon:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status"; }
high() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status"; }
put 5 nums/1
cat nums.tsv nums.json > /dev/null
echo 5 > "/proc/$pid/clear_refs"
idle=$(high)

# refused MESSAGE ERRNO: stdin, written as cat does, is refused with ERRNO, and nothing changes.
refused() {
	local was out
	was=$(map_value nums "$(le 4 1)")
	out=$(timeout 60 dd bs=128k iflag=fullblock of=nums.tsv conv=notrunc 2>&1 | grep -o "nums.tsv.*")
	check_like "$1" "$2" "$out"
	check_eq "$1: nothing changes" "$was" "$(map_value nums "$(le 4 1)")"
}
digits() { head -c "$1" /dev/zero | tr '\0' "${2:-1}"; }

refused "a line without an end" "Invalid argument" < <(digits 50000000)
check_like "a line without an end: .errors names it" 'nums.tsv.*line 1' "$(tail -n1 nums.errors)"
refused "a name without an end" "Invalid argument" < <(digits 50000000; printf '\t1\n')
refused "a value of a million digits" "(out of range|Invalid argument)" < <(printf '1\t'; digits 1000000 9; echo)
refused "NULs" "Invalid argument" < <(head -c 10000000 /dev/zero)
refused "a million empty lines" "Invalid argument" < <(head -c 1000000 /dev/zero | tr '\0' '\n')
refused "a million tabs" "Invalid argument" < <(head -c 1000000 /dev/zero | tr '\0' '\t')
refused "noise" "Invalid argument" < <(head -c 1000000 /dev/urandom | tr '\n' '\t')
case $BPFMAPFS in
*/thread/* | */address,*) ;; # a sanitizer keeps memory of its own
*) [ $(($(high) - idle)) -le 8192 ] && pass "bounded memory" || fail "bounded memory" "8 MiB more at most" "$(($(high) - idle)) KiB more" ;;
esac
works "the map still works" eval 'printf "1\t7\n" > nums.tsv'
check_eq "the map still works" 7 "$(map_u nums 1)"

# A line as long as its map allows: 400 bytes of text, each as %XX in the name.
name=$(printf '%%01%.0s' {1..400})
works "a name of 1200 bytes" eval 'printf "%s\t7\n" "$name" > longs.tsv'
check_eq "a name of 1200 bytes" 07000000 "$(map_value longs "$(printf '01 %.0s' {1..400})")"
check_eq "R11: it is printed so" "$name" "$(cut -f1 longs.tsv)"
works "R11: its short name finds it" eval 'cat longs/*'
put 1 longs.clear
for n in 1 254 255 256 257 399 400; do
	k=$(digits $n k)
	works "a name of $n bytes in .tsv" eval 'printf "%s\t%s\n" "$k" "$n" > longs.tsv'
	check_eq "a name of $n bytes in .tsv" "$(le 4 $n | tr -d ' ')" "$(map_value longs "$(hex_of "$k" 400)")"
	check_eq "a name of $n bytes in .tsv, read" "$n" "$(awk -F'\t' -v k="$k" '$1 == k { print $2 }' longs.tsv)"
done
check_eq "R11: a name of 255 bytes is itself" 1 "$(ls longs | grep -cx "$(digits 255 k)")"
check_eq "R11: longer ones are 255 bytes with a ~" 4 "$(ls longs | grep -c '^k\{222\}~[0-9a-f]\{32\}$')"
fails_with "R11: a short name creates nothing" "Invalid argument" eval 'echo 1 > "longs/$(digits 222 z)~0123456789abcdef0123456789abcdef"'
check_eq "R11: .tsv takes no short name" "0 EINVAL" "$(io longs.tsv o:w "w:$(digits 222 k)~0123456789abcdef0123456789abcdef\\t1\\n")"
check_eq "a name of 401 bytes" "0 EINVAL" "$(io longs.tsv o:w "w:$(digits 401 k)\\t1\\n")"
check_eq "a path component of 256 bytes means what it says" 256 "$(cat "longs/$(digits 256 k)")"
fails_with "a map's name and form of 256 bytes" "" cat "$(digits 252 m).tsv"

# Bytes that are no text.
works "a name of invalid UTF-8 as %XX" eval 'printf "%%FF%%C3%%28\t1\n" > longs.tsv'
check_eq "a name of invalid UTF-8" 01000000 "$(map_value longs "$(hex_of $'\xff\xc3(' 400)")"
check_eq "R9: raw bytes that should be %XX are no name" "0 EINVAL" "$(io longs.tsv o:w 'w:\xff\xc3(\t1\n')"
check_eq "R9: a NUL is none either" "0 EINVAL" "$(io longs.tsv o:w 'w:a\x00b\t1\n')"
works "a text with a NUL inside, as an escape" eval 'printf "a\t\"x\\\\x00y\"\n" > texts.tsv'
check_eq "a text with a NUL inside" 7800790000000000 "$(map_value texts "$(hex_of a 16)")"
check_eq "a raw NUL in a value" "0 EINVAL" "$(io texts.tsv o:w 'w:a\tx\x00y\n')"
cat texts.tsv > "$TMP/t"
works "it is printed so that it can be read" eval 'cat "$TMP/t" > texts.tsv'
check_eq "it is printed so that it can be read" 7800790000000000 "$(map_value texts "$(hex_of a 16)")"
check_eq "a CR is no newline" "0 EINVAL" "$(io nums.tsv o:w 'w:1\t1\x0d\n')"
fails_with "a spec without an end" "" eval 'head -c 20000000 /dev/zero | tr "\0" a > long.spec'
absent "a spec without an end" "$B/long"
works "the driver is there" cat nums.tsv
cd /
