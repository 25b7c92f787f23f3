# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For the tests of all types at once: maps of every type with entries in two directories of the private
# bpffs (plain, without BTF, and typed, with BTF where a type takes it), made by a process that holds what
# the entries live by and tells what is in them.
. "$(dirname "$0")/lib.sh"

declare -A EVERY EVERY_in EVERY_out # directory -> its process, and the pipes to it
CGROUPS=$TMP/cgroups CGROUP=

# The tests' own cgroup, in a mount that only they see.
every_cgroup() {
	mkdir "$CGROUPS"
	mount -t cgroup2 none "$CGROUPS" 2>/dev/null || skip "no cgroup2 here"
	trap every_cleanup EXIT
	CGROUP=$CGROUPS/bpfmapfs-test-$$
	mkdir "$CGROUP" || skip "no cgroup can be made here"
}

every_cleanup() {
	local status=$?
	every_end
	# a cgroup is busy for a moment after its last user has gone
	[ ! -d "$CGROUP" ] || until_true 20 rmdir "$CGROUP" 2>/dev/null
	umount -l "$CGROUPS"
	( exit $status )
	cleanup
}

# every NAME [btf|empty]: maps of every type in $B/NAME; $TMP/NAME.maps says which.
every() {
	[ -d "$CGROUPS" ] || every_cgroup
	mkdir -p "$B/$1" "$B/programs-$1"
	mkfifo "$TMP/$1.in" "$TMP/$1.out"
	mt_every "$B/$1" "$B/programs-$1" "$CGROUP" "$OBJ/every.bpf.o" "${@:2}" \
		< "$TMP/$1.in" > "$TMP/$1.out" 2> "$TMP/$1.err" &
	EVERY[$1]=$!
	exec {EVERY_in[$1]}> "$TMP/$1.in" {EVERY_out[$1]}< "$TMP/$1.out"
	every_answer "$1" ready > "$TMP/$1.maps" || { fail "maps of every type are made" ready "$(cat "$TMP/$1.err")"; exit 1; }
	check_eq "maps of every type are made" "" "$(cat "$TMP/$1.err")"
}

# The lines up to the one that ends an answer.
every_answer() { # NAME END
	local line
	while IFS= read -r -t 60 -u "${EVERY_out[$1]}" line; do
		[ "$line" != "$2" ] || return 0
		echo "$line"
	done
	return 1
}

every_ask() { # NAME WORD
	echo "$2" >&"${EVERY_in[$1]}"
	every_answer "$1" .
}

every_types() { sed -n 's/^map\t\([^\t]*\).*/\1/p' "$TMP/$1.maps"; } # NAME

# every_end: the processes end, with all that they hold.
every_end() {
	local name
	trap '' PIPE # where one has ended already
	for name in "${!EVERY[@]}"; do
		echo quit >&"${EVERY_in[$name]}" 2>/dev/null
		exec {EVERY_in[$name]}>&- {EVERY_out[$name]}<&-
		wait "${EVERY[$name]}" 2>/dev/null
		unset "EVERY[$name]"
	done
}

# ---- what each type can do ----

# entry: l is listed, r w d read, written and deleted, s a symlink, x cannot be seen, b is asked for; - there is
# none. Others: what can be done; - is EOPNOTSUPP, ! has a rule of its own. dump is .csv .json .prom; take is
# .drain; q is .peek .pop; under is a directory. A type that differs with BTF has a row "TYPE+" for that.
every_table='
type                  entry raw tsv dump count take clear replace mem q push events under
hash                  lrwd  rw  rw  r    r     r    w     w       -   - -    -      -
array                 lrw   rw  rw  r    r     -    w     w       -   - -    -      -
array+                lrw   rw  rw  r    r     -    w     w       rw  - -    -      -
prog_array            lrwd  rw  rw  r    r     -    w     w       -   - -    -      -
perf_event_array      xd    -   -   -    -     -    -     -       -   - -    !      -
percpu_hash           lrwd  rw  rw  r    r     r    w     w       -   - -    -      -
percpu_array          lrw   rw  rw  r    r     -    w     w       -   - -    -      -
stack_trace           lrd   r   r   r    r     r    w     -       -   - -    -      -
cgroup_array          xwd   -   w   -    -     -    -     -       -   - -    -      -
lru_hash              lrwd  rw  rw  r    r     r    w     w       -   - -    -      -
lru_percpu_hash       lrwd  rw  rw  r    r     r    w     w       -   - -    -      -
lpm_trie              lrwd  rw  rw  r    r     -    w     w       -   - -    -      lpm
array_of_maps         lsd   rw  rw  r    r     -    w     w       -   - -    -      -
hash_of_maps          lsd   rw  rw  r    r     r    w     w       -   - -    -      -
devmap                lrwd  rw  rw  r    r     -    w     w       -   - -    -      -
sockmap               lrd   r   r   r    r     -    w     -       -   - -    -      -
cpumap                lrwd  rw  rw  r    r     -    w     w       -   - -    -      -
xskmap                xd    -   -   -    -     -    -     -       -   - -    -      -
sockhash              lrd   r   r   r    r     -    w     -       -   - -    -      -
cgroup_storage        lrw   rw  rw  r    r     -    -     -       -   - -    -      -
reuseport_sockarray   lrd   r   r   r    r     -    w     -       -   - -    -      -
percpu_cgroup_storage lrw   rw  rw  r    r     -    -     -       -   - -    -      -
queue                 -     -   -   -    -     -    -     -       -   r w    -      -
stack                 -     -   -   -    -     -    -     -       -   r w    -      -
sk_storage            -     -   -   -    -     -    -     -       -   - -    -      -
devmap_hash           lrwd  rw  rw  r    r     -    w     w       -   - -    -      -
struct_ops            lr    r   r   r    r     -    w     -       -   - -    -      -
ringbuf               -     -   -   -    -     -    -     -       -   - -    r      -
inode_storage         -     -   -   -    -     -    -     -       -   - -    -      at
task_storage          lrwd  rw  rw  r    r     -    w     w       -   - -    -      -
bloom_filter          b     -   w   -    -     -    -     -       -   - -    -      -
user_ringbuf          -     -   -   -    -     -    -     -       -   - w    -      -
cgrp_storage          lrwd  rw  rw  r    r     -    w     w       -   - -    -      -
arena                 -     -   -   -    -     -    -     -       !   - -    -      -
arena+                -     -   -   -    -     -    -     -       rw  - -    -      -
'

# every_expects VARIANT: the table as lines TYPE FORM STEP ANSWER|ANSWER…, for mt_forms in this order:
# stat open read write remove take clear freeze.
every_expects() {
	awk -v variant="$1" '
	function say(form, step, answers) { print type, form, step, answers }
	# What a step answers for which a cell must have the letter x.
	function cell(c, x) { return index(c, x) ? "ok" : "EOPNOTSUPP" }

	# A form that is read (step r) and written (step w; "" never).
	function file(form, c, r, w) {
		say(form, "stat", "ok")
		one_way(form, c, "r", r)
		one_way(form, c, "w", w)
	}
	function one_way(form, c, x, step) {
		if (!step) {
			say(form, "open-" x, "EACCES|EOPNOTSUPP")
			say(form, x == "r" ? "read" : "write", "EACCES|EOPNOTSUPP")
			return
		}
		say(form, "open-" x, index(c, x) ? "ok" : c == "-" ? "EOPNOTSUPP" : "ok|EOPNOTSUPP")
		say(form, step, cell(c, x))
	}
	function takes(form, c) {
		say(form, "stat", "ok")
		say(form, "open-r", cell(c, "r"))
		say(form, "take", cell(c, "r"))
		say(form, "open-w", "EACCES|EOPNOTSUPP")
		say(form, "write", "EACCES|EOPNOTSUPP")
	}
	function creates(form) { # and M is there
		say(form, "stat", "ok"); say(form, "open-r", "ok"); say(form, "read", "ok")
		say(form, "open-w", "EEXIST"); say(form, "write", "EEXIST")
	}
	function directory(form, there) { say(form, "stat", "ok"); say(form, "open-r", there); say(form, "read", there) }

	function no_entry(form) { # nor can there be
		say(form, "stat", "ENOENT"); say(form, "open-r", "ENOENT"); say(form, "open-w", "ENOENT")
		say(form, "read", "ENOENT"); say(form, "write", "EOPNOTSUPP")
	}
	function entry(form, c) {
		if (c == "-") { no_entry(form); return }
		say(form, "stat", "ok")
		say(form, "open-r", index(c, "r") ? "ok" : "ok|EOPNOTSUPP")
		say(form, "open-w", index(c, "w") ? "ok" : "ok|EOPNOTSUPP")
		say(form, "read", cell(c, "r"))
		say(form, "write", cell(c, "w"))
	}
	function remove(c) {
		if (c == "-") return "ENOENT"
		if (index(c, "d")) return "ok"
		if (type ~ /^(percpu_)?array$/) return "EPERM"
		if (type == "struct_ops") return "ENOENT" # what is not registered is not there to delete
		return "EOPNOTSUPP"
	}
	function row(line) {
		$0 = line
		type = $1
		directory("/", "ok"); directory(".forms", "ok")
		directory(".lpm", $14 == "lpm" ? "ok" : "EOPNOTSUPP"); directory(".at", $14 == "at" ? "ok" : "EOPNOTSUPP")
		directory(".raw", $3 == "-" ? "EOPNOTSUPP" : "ok")
		if ($2 ~ /s/) { say("/KEY", "stat", "ok"); say("/KEY", "read", "ok") }
		else entry("/KEY", $2)
		entry(".raw/KEY", $3)
		say("/KEY", "remove", remove($2))
		file(".tsv", $4, "read", "write"); file(".replace", $9, "", "write")
		file(".csv", $5, "read"); file(".json", $5, "read"); file(".prom", $5, "read"); file(".count", $6, "read")
		if ($10 == "!") unmapped(); else file(".mem", $10, "read", "write")
		file(".clear", $8, "", "clear")
		file(".peek", $11, "read"); takes(".pop", $11); file(".push", $12, "", "write"); takes(".drain", $7)
		if ($13 == "!") takeover(); else { takes(".events", $13); takes(".events@record", $13) }
		creates(".pin"); creates(".spec")
		file(".errors", "r", "read"); file(".h", "r", "read"); file(".info", "r", "read")
		file(".users", "r", "read"); file(".frozen", "rw", "read", "freeze")
		say(".frozen", "freeze", type == "struct_ops" ? "EOPNOTSUPP" : type == "arena" && variant != "plain" ? "EBUSY" : "ok")
		if ($2 ~ /b/) blooms()
		no_form(".none"); no_form("."); no_form(".TSV")
	}
	function blooms() { # touch adds: there is nothing to write (R30)
		say("/KEY", "read", "ok|EOPNOTSUPP"); say("/KEY", "write", "EOPNOTSUPP|EINVAL")
		say(".tsv", "write", "EOPNOTSUPP|EINVAL")
	}
	function takeover() { # only with -o takeover (R31)
		say(".events", "stat", "ok")
		say(".events", "open-r", "EOPNOTSUPP|EPERM|EACCES|EBUSY"); say(".events", "take", "EOPNOTSUPP|EPERM|EACCES|EBUSY")
		say(".events", "open-w", "EACCES|EOPNOTSUPP"); say(".events", "write", "EACCES|EOPNOTSUPP")
	}
	function unmapped() { # who maps an arena first chooses its address: not the driver
		say(".mem", "stat", "ok"); say(".mem", "open-r", "ENXIO|EOPNOTSUPP"); say(".mem", "open-w", "ENXIO|EOPNOTSUPP")
		say(".mem", "read", "ENXIO|EOPNOTSUPP"); say(".mem", "write", "ENXIO|EOPNOTSUPP")
	}
	function no_form(name) {
		say(name, "stat", "ENOENT"); say(name, "open-r", "ENOENT"); say(name, "read", "ENOENT"); say(name, "write", "ENOENT")
	}
	NF < 14 || $1 == "type" { next }
	{ plus = sub(/\+$/, "", $1) }
	plus && variant == "plain" { next }
	{ if (!($1 in line)) order[++n] = $1; line[$1] = $0 }
	END { for (k = 1; k <= n; k++) row(line[order[k]]) }' <<< "$every_table"
}

# every_compare NAME EXPECTS ANSWERS: a check for each line of mt_forms' answers. An errno must have a
# reason in .errors, if EVERY_REASONS is not empty.
EVERY_REASONS=yes
every_compare() {
	local how what want got
	while IFS=$'\t' read -r how what want got; do
		if [ "$how" = pass ]; then pass "$what"; else fail "$what" "$want" "$got"; fi
	done < <(every_verdicts "$@")
}

every_verdicts() {
	awk -F'\t' -v variant="$1" -v reasons="$EVERY_REASONS" '
	function verdict(row, answer, why,   i, n, wanted) {
		n = split(want[row], wanted, "|")
		for (i = 1; i <= n; i++) if (answer == wanted[i]) break
		if (i > n) return "fail\t" variant " " row "\t" want[row] "\t" answer " " why
		if (reasons && answer != "ok" && answer != "ENOENT" && (why == "" || why ~ /^\(/))
			return "fail\t" variant " " row "\t" answer " with a reason in .errors\t" why
		return "pass\t" variant " " row ": " answer
	}
	NR == FNR { split($0, f, " "); want[f[1] " " f[2] " " f[3]] = f[4]; next }
	$4 == "hangs" { print "fail\t" variant " " $1 "\tno step hangs\t" $5; hung[$1] = 1; next }
	{ row = $1 " " $2 " " $3; seen[row] = 1; type[$1] = 1; step[$3] = 1 }
	row in want { print verdict(row, $4, $5); next }
	$4 ~ /^(EIO|ENOSYS|[0-9]+)$/ { print "fail\t" variant " " row "\ta documented errno\t" $4 " " $5 }
	END { for (row in want) { split(row, f, " ")
		if (!(row in seen) && f[1] in type && f[3] in step && !(f[1] in hung) && !(f[3] ~ /open|write/ && want[row] ~ /ENOENT/))
			print "fail\t" variant " " row "\tis tried\tnot tried" } }' "$2" "$3"
}

# every_try NAME VARIANT ANSWERS STEP...: as $AS, a command's words before its own (setpriv …; empty: root).
AS=()
every_try() {
	mkdir -p -m 777 "$TMP/out-$1"
	timeout -k 5 100 "${AS[@]}" mt_forms "$MNT/$2" "$TMP/out-$1" "${@:4}" < "$TMP/$2.maps" > "$TMP/now" ||
		fail "$1: ${*:4}: ends" "status 0" "status $?"
	cat "$TMP/now" >> "$3"
}
