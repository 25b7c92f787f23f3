#!/bin/bash
# SPDX-License-Identifier: MIT
# R2, R3, R4, R21: writes, lines, flags, new entries.
. "$(dirname "$0")/lib.sh"
typed_maps
start || exit 1
m=$MNT/hu64

works "R3: echo > a new key" put 1 "$m/1"
check_eq "R3: is there" 1 "$(map_u hu64 1)"
works "echo > an old key" put 2 "$m/1"
check_eq "echo > an old key" 2 "$(map_u hu64 1)"
works "R2: >> is >" add 3 "$m/1"
check_eq "R2: >> is >" 3 "$(map_u hu64 1)"
works "from dash" dput 4 "$m/1"
check_eq "from dash" 4 "$(map_u hu64 1)"
dash -c 'echo 41 >> "$0"' "$m/1"
check_eq "dash's >>" 41 "$(map_u hu64 1)"
dash -c 'cat <<-END > "$0"
	42
	END
' "$m/1"
check_eq "dash's here-document" 42 "$(map_u hu64 1)"
printf 5 > "$m/1" # no newline
check_eq "R2: a short write without a newline is whole" 5 "$(map_u hu64 1)"
printf '6\n7\n' > "$m/1"
check_eq "R2: each line is a value (bash, two writes)" 7 "$(map_u hu64 1)"
dash -c 'printf "8\n9\n" > "$0"' "$m/1"
check_eq "R2: each line is a value (dash, one write)" 9 "$(map_u hu64 1)"
cat > "$m/1" <<-END
	10
END
check_eq "a here-document" 10 "$(map_u hu64 1)"
truncate -s 0 "$m/1"
check_eq "R2: truncation changes nothing" 10 "$(map_u hu64 1)"
: > "$m/1"
check_eq "R2: opening with O_TRUNC changes nothing" 10 "$(map_u hu64 1)"
works "truncate succeeds" truncate -s 100 "$m/1"
check_eq "R1: and the size stays the text's" 3 "$(size "$m/1")"
echo 11 | tee "$m/1" > "$TMP/tee"
check_eq "tee" "11 11" "$(map_u hu64 1) $(cat "$TMP/tee")"
echo 12 | tee -a "$m/1" > /dev/null
check_eq "tee -a" 12 "$(map_u hu64 1)"
works "dd" dd status=none if=<(echo 13) of="$m/1"
check_eq "dd" 13 "$(map_u hu64 1)"
works "dd bs=1 of one digit" dd status=none bs=1 if=<(printf 7) of="$m/1"
check_eq "dd bs=1" 7 "$(map_u hu64 1)"
works "dd oflag=append conv=notrunc" dd status=none conv=notrunc oflag=append if=<(echo 14) of="$m/1"
check_eq "dd oflag=append" 14 "$(map_u hu64 1)"

check_eq "R2: an error comes from the write; the next one works" "0 EINVAL 2 0" "$(io "$m/1" o:w 'w:x\n' 'w:5\n' c)"
check_eq "R2: the offset is ignored" "0 2 2 0" "$(io "$m/1" o:w p:100:'6\n' p:7:'8\n' c)"
check_eq "R2: the offset is ignored" 8 "$(map_u hu64 1)"
check_eq "R21: all lines of a write are parsed first" "0 EINVAL 0" "$(io "$m/1" o:w 'w:77\nx\n' c)"
check_eq "R21: a rejected write changes nothing" 8 "$(map_u hu64 1)"
check_eq "R2: a FLUSH applies nothing" "0 0 0" "$(io "$m/1" o:w d c)"
check_eq "R2: a FLUSH applies nothing" 8 "$(map_u hu64 1)"
check_eq "R2: a line without newline is applied by its write" "0 3 0 0" "$(io "$m/1" o:w w:123 "!test 123 = \$(cat $m/1)" c)"
fails_with "R12: an empty line" "Invalid argument" put "" "$m/1"
fails_with "R12: two values" "Invalid argument" put "1 2" "$m/1"
fails_with "a value out of range" "Numerical result out of range" put 18446744073709551616 "$m/1"
fails_with "a negative value" "result out of range" put -1 "$m/1"
works "hexadecimal is accepted" put 0xFf "$m/1"
check_eq "hexadecimal is accepted" 255 "$(map_u hu64 1)"

# Long lines: a write of 4096 bytes and more without newline waits.
b=$MNT/bigv/1
reset_big() { map_set bigv "$(le 4 1)" "$(hex_of z 3000)"; }
old="!bpftool -j map lookup pinned $B/bigv key hex 01 00 00 00 | grep -q 0x7a"
whole=$(printf '%6000s' '' | tr ' ' a)
reset_big
check_eq "R2: a long half line waits for its rest" "0 5002 0 0 0 4100 0 0" \
	"$(io "$b" o:w W:5002:0xa "$old" d "$old" W:4100:a "$old" c)"
check_eq "R2: too long then: nothing is stored" 7a "$(cat "$b" >/dev/null; map_value bigv "$(le 4 1)" | head -c2)"
reset_big
check_eq "R2: its newline completes it" "0 5002 0 1001 256 0" "$(io "$b" o:w W:5002:0xa "$old" 'w:'"${whole:0:1000}"'\n' "$old" c)"
check_eq "R2: its newline completes it" "$whole" "$(map_value bigv "$(le 4 1)")"
reset_big
io "$b" o:w W:5002:0xa w:"${whole:0:1000}" c > /dev/null
check_eq "R2: a tail without newline counts too" "0x$whole" "$(cat "$b")"
reset_big
check_eq "R2: a long line in one write" "0 6002 0 0" "$(io "$b" o:w W:6002:0xa "$old" c)"
check_eq "R2: requests through the mount wait for the last close" "0x$whole" "$(cat "$b")"
reset_big
check_eq "R2: one that stays half stores nothing" "0 5000 0" "$(io "$b" o:w W:5000:0xa c)"
check_like "R2: and says so in .errors" "1" "$(cat "$MNT/bigv.errors")"
check_eq "R2: one that stays half stores nothing" 7a "$(map_value bigv "$(le 4 1)" | head -c2)"
yes x | head -c 200000 | tr -d '\n' > "$TMP/junk"
cp "$TMP/junk" "$b" 2>/dev/null
check_eq "R2: junk without end stores nothing" 7a "$(cat "$b" >/dev/null; map_value bigv "$(le 4 1)" | head -c2)"

# R3: the flags.
check_eq "R3: O_EXCL on an old key" EEXIST "$(io "$m/1" o:w,creat,excl | head -c6)"
check_eq "R3: O_EXCL creates" "0 2 0" "$(io "$m/20" o:w,creat,excl 'w:1\n' c)"
check_eq "R3: O_EXCL is NOEXIST: somebody was first" "0 0 EEXIST 0" \
	"$(io "$m/21" o:w,creat,excl "!bpftool map update pinned $B/hu64 key hex 15 00 00 00 value hex 09 00 00 00 00 00 00 00" 'w:1\n' c)"
check_eq "R3: and his value stays" 9 "$(map_u hu64 21)"
check_eq "R3: only the first stored line is NOEXIST" "0 2 2 0" "$(io "$m/22" o:w,creat,excl 'w:1\n' 'w:2\n' c)"
check_eq "R3: only the first stored line is NOEXIST" 2 "$(map_u hu64 22)"
check_eq "R3: a rejected first line leaves NOEXIST" "0 EINVAL 0 EEXIST 0" \
	"$(io "$m/23" o:w,creat,excl 'w:x\n' "!bpftool map update pinned $B/hu64 key hex 17 00 00 00 value hex 09 00 00 00 00 00 00 00" 'w:1\n' c)"
del20="!bpftool map delete pinned $B/hu64 key hex 14 00 00 00"
check_eq "R3: a plain open is BPF_EXIST" "0 0 ENOENT 0" "$(io "$m/20" o:w "$del20" 'w:5\n' c)"
check_eq "R3: a plain open is BPF_EXIST" none "$(map_u hu64 20)"
put 1 "$m/20"
check_eq "R3: O_TRUNC is BPF_ANY" "0 0 2 0" "$(io "$m/20" o:w,trunc "$del20" 'w:5\n' c)"
check_eq "R3: O_TRUNC is BPF_ANY" 5 "$(map_u hu64 20)"
check_eq "R3: an absent key without O_CREAT" ENOENT "$(io "$m/29" o:w | head -c6)"
fails_with "noclobber: an old key" "cannot overwrite existing file" bash -c 'set -o noclobber; echo 1 > "$0"' "$m/20"
works "noclobber: a new key" bash -c 'set -o noclobber; echo 6 > "$0"' "$m/24"
check_eq "noclobber: a new key" 6 "$(map_u hu64 24)"
fails_with "noclobber in dash" "exists" dash -c 'set -C; echo 1 > "$0"' "$m/24"
check_eq "noclobber: the old value stays" 6 "$(map_u hu64 24)"
check_eq "R7: EXIST after unlink" "0 0 ENOENT 0" "$(io "$m/24" o:w x 'w:5\n' c)"
put 6 "$m/24"
check_eq "R7: ANY after unlink" "0 0 2 0" "$(io "$m/24" o:w,trunc x 'w:5\n' c)"
check_eq "R7: ANY after unlink" 5 "$(map_u hu64 24)"

# R4: how a new entry appears.
works "R4: touch of a new key" touch "$m/30"
check_eq "R4: touch adds a zero" 0 "$(map_u hu64 30)"
works "R4: touch of an old key" touch "$m/24"
check_eq "R4: touch of an old key changes nothing" 5 "$(map_u hu64 24)"
gone31="!! bpftool map lookup pinned $B/hu64 key hex 1f 00 00 00 >/dev/null 2>&1"
check_eq "R4: created and unwritten, there is none" "0 0 0 256 0" "$(io "$m/31" o:w,creat "$gone31" t "$gone31" c)"
: > "$m/32"
check_eq "R4: the last close adds a zero" 0 "$(cat "$m/32")"
check_eq "R4: the last close adds a zero" 0 "$(map_u hu64 32)"
check_eq "R4: never with O_EXCL" "0 0" "$(io "$m/33" o:w,creat,excl c)"
absent "R4: never with O_EXCL" "$m/33"
check_eq "R4: never with O_EXCL" none "$(map_u hu64 33)"
check_eq "R4: nor by utimens with O_EXCL" "0 0" "$(io "$m/33" o:w,creat,excl t c | sed 's/ [0E][A-Z]*//')"
absent "R4: nor by utimens with O_EXCL" "$m/33"
check_eq "R4: nor after a rejected write" "0 EINVAL 0" "$(io "$m/34" o:w,creat 'w:x\n' c)"
absent "R4: nor after a rejected write" "$m/34"
io "$m/4913" o:w,creat,excl c x > /dev/null
absent "R4: vim's probe leaves nothing" "$m/4913"
check_eq "R4: vim's probe leaves nothing" none "$(map_u hu64 4913)"
bash -c 'exit 3 > "$0"' "$m/35"
check_eq "R4: touch through a shell" 0 "$(cat "$m/35")"

# Partial values.
f=$MNT/flows/saddr=10.0.0.1,daddr=10.0.0.2,sport=443,dport=55032,proto=6
works "R3: a partial value on a new key" put packets=5 "$f"
check_eq "R3: missing fields are 0" "packets=5 bytes=0 last_seen=0" "$(cat "$f")"
works "all fields" put "packets=42 bytes=6300 last_seen=81234" "$f"
works "one field" put packets=0 "$f"
check_eq "the other fields stay" "packets=0 bytes=6300 last_seen=81234" "$(cat "$f")"
works "+=" put packets+=5 "$f"
works "+= again" add "packets+=2 bytes+=10" "$f"
check_eq "+=" "packets=7 bytes=6310 last_seen=81234" "$(cat "$f")"
check_eq "the key's bytes: addresses and ports big-endian" 1 \
	"$(bpftool -j map dump pinned "$B/flows" | grep -c '"key":\["0x0a","0x00","0x00","0x01","0x0a","0x00","0x00","0x02","0x01","0xbb","0xd6","0xf8","0x06","0x00","0x00","0x00"\]')"
check_eq "R3: a partial value of what has gone" "0 0 ENOENT 0" "$(io "$f" o:w,trunc x 'w:packets=1\n' c)"
absent "R3: a partial value of what has gone" "$f"
fails_with "R12: a field given twice" "Invalid argument" put "packets=1 packets=2" "$f"
fails_with "R12: an unknown field" "Invalid argument" put "octets=1" "$f"
fails_with "R12: trailing junk" "Invalid argument" put "packets=1 x" "$f"
fails_with "out of range" "result out of range" put "packets=99999999999999999999" "$f"
absent "R4: none of those made an entry" "$f"
works "fields in another order" put "last_seen=3 bytes=2 packets=1" "$f"
check_eq "fields in another order" "packets=1 bytes=2 last_seen=3" "$(cat "$f")"
