#!/bin/bash
# SPDX-License-Identifier: MIT
# What coreutils and other tools do to entries: R1 to R7, with bpftool as the
# witness, and the pin's mode and owner as they were.
. "$(dirname "$0")/lib.sh"
new_map a hash 4 8 64
new_map b hash 4 8 64
chmod 640 "$B/a"
chown 12:34 "$B/a"
start || exit 1
a=$MNT/a b=$MNT/b
mkdir "$TMP/out"
pin_unchanged() { check_eq "R7: $1 leaves the pin's mode and owner" "640 12:34" "$(stat -c '%a %u:%g' "$B/a")"; }

map_put b 1 100
works "cp M/a M/b" cp "$b/1" "$a/1"
check_eq "cp M/a M/b" 100 "$(map_u a 1)"
works "cp over an entry" cp "$b/1" "$a/1"
works "cp -p" cp -p "$b/1" "$a/2"
check_eq "cp -p" 100 "$(map_u a 2)"
works "cp -a" cp -a "$b/1" "$a/2"
pin_unchanged "cp -p"
works "cp into the directory" cp "$b/1" "$a/"
works "cp out" cp "$a/1" "$TMP/out/x"
works "cp -p out" cp -p "$a/1" "$TMP/out/y"
check_eq "cp -p out" 100 "$(cat "$TMP/out/y")"
works "cp in" cp "$TMP/out/x" "$a/3"
check_eq "cp in" 100 "$(map_u a 3)"
echo 101 > "$TMP/out/z"
chmod 600 "$TMP/out/z"
works "R7: mv into M" mv "$TMP/out/z" "$a/4"
check_eq "R7: mv into M" 101 "$(map_u a 4)"
absent "R7: mv into M deletes the source" "$TMP/out/z"
pin_unchanged "mv into M"
works "R7: mv out of M" mv "$a/4" "$TMP/out/w"
check_eq "R7: mv out of M copies" 101 "$(cat "$TMP/out/w")"
check_eq "R7: mv out of M deletes" none "$(map_u a 4)"
works "R7: mv M/a M/b copies and deletes" mv "$a/3" "$a/5"
check_eq "R7: mv M/a M/b" "none 100" "$(map_u a 3) $(map_u a 5)"
works "R7: mv from map to map" mv "$a/5" "$b/5"
check_eq "R7: mv from map to map" "none 100" "$(map_u a 5) $(map_u b 5)"
pin_unchanged "mv"
works "mv over an entry" mv -f "$b/5" "$a/1"
works "install" install -m 600 "$TMP/out/w" "$a/6"
check_eq "install" 101 "$(map_u a 6)"
works "install -o" install -o 7 -g 7 -m 777 "$TMP/out/w" "$a/6"
pin_unchanged "install"

fails_with "R7: ln" "Operation not permitted" ln "$a/1" "$a/9"
fails_with "R7: mkdir in M" "Operation not permitted" mkdir "$a/9"
fails_with "R7: mknod in M" "Operation not permitted" mknod "$a/9" p
absent "R7: nothing appeared" "$a/9"
check_eq "R7: fallocate" "0 EOPNOTSUPP" "$(io "$a/1" o:rw f)"
check_eq "R7: shared mmap" "0 ENODEV" "$(io "$a/1" o:r m)"
fails_with "fallocate(1)" "not supported" fallocate -l 8 "$a/1"

echo 7 > "$a/1"
echo 8 > "$a/2"
# sed -i makes a sibling named sedXXXXXX: no key, so it says so and harms nothing.
fails_with "sed -i cannot make its temporary file" "Invalid argument" sed -i 's/7/77/' "$a/1"
check_eq "sed -i harms nothing" 7 "$(map_u a 1)"
check_eq "sed -i leaves no sibling" "1 2 6" "$(ls "$a" | sort -n | xargs)"
works "find -exec" find "$a" -type f -exec sh -c 'echo 55 > "$1"' sh {} \;
check_eq "find -exec" "55 55 55" "$(map_u a 1) $(map_u a 2) $(map_u a 6)"
works "find -delete" find "$a" -type f -name 6 -delete
check_eq "find -delete" none "$(map_u a 6)"
check_eq "xargs cat" "55 55" "$(find "$a" -type f | xargs cat | xargs)"
check_eq "a glob" "$a/1 $a/2" "$(echo "$a"/*)"

works "rm" rm "$a/2"
check_eq "rm" none "$(map_u a 2)"
fails_with "rm of an absent entry" "No such file" rm "$a/2"
works "rm -f of an absent entry" rm -f "$a/2"
works "flock is local" flock "$a/1" true
works "touch with a date" touch -d 2001-01-01 "$a/1"
works "touch -c of an absent entry" touch -c "$a/40"
check_eq "touch -c adds nothing" none "$(map_u a 40)"
works "ls -la" ls -la "$a"
works "stat" stat "$a/1"
works "du" du -a "$a"
works "file size tests" test -s "$a/1"
works "a loop of reads and writes" bash -c 'for i in $(seq 50); do echo $i > "$0/1"; [ "$(< "$0/1")" = $i ] || exit 1; done' "$a"
pin_unchanged "all that"

if command -v python3 >/dev/null; then
	python3 - "$a" "$TMP/out" <<-'PY' && pass "python" || fail "python: open, os, shutil" "no exception" "one"
		import os, shutil, sys
		a, out = sys.argv[1:]
		with open(a + "/10", "w") as f: f.write("123\n")
		assert open(a + "/10").read() == "123\n"
		with open(a + "/10", "r+") as f:
		    assert f.read() == "123\n"
		    f.seek(0); f.write("124\n")
		assert int(open(a + "/10").read()) == 124
		with open(a + "/10", "a") as f: print(125, file=f)
		shutil.copy(a + "/10", out + "/p"); assert open(out + "/p").read() == "125\n"
		shutil.copy2(a + "/10", a + "/11"); shutil.copyfile(a + "/10", a + "/12")
		shutil.move(a + "/12", a + "/13"); assert not os.path.exists(a + "/12")
		try: os.rename(a + "/13", a + "/14"); assert False
		except OSError as e: assert e.errno == 18
		try: open(a + "/13", "x"); assert False
		except FileExistsError: pass
		assert sorted(map(int, os.listdir(a))) == [1, 10, 11, 13]
		assert os.stat(a + "/10").st_size == 4
		try:
		    with open(a + "/10", "w", buffering=1) as f: f.write("no\n")
		    assert False
		except OSError as e: assert e.errno == 22
		os.remove(a + "/13")
	PY
	check_eq "python's writes" "125 125 none" "$(map_u a 10) $(map_u a 11) $(map_u a 13)"
	pin_unchanged "python"
fi
