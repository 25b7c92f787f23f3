#!/bin/bash
# SPDX-License-Identifier: MIT
# Every form of every type: the right answer, or EOPNOTSUPP with a reason (R24, R29). A table says which.
# tsan
. "$(dirname "$0")/lib_every.sh"

# entry: l is listed, r w d read, written and deleted, s a symlink, b asked for; - there is none.
# Others: what can be done; - is EOPNOTSUPP, ! has a rule of its own. With a ? behind it the rest may be
# possible or not. dump is .csv .json .prom; take is .drain; q is .peek .pop. A type that differs with BTF
# has a row "TYPE+" for that.
table='
type                  entry raw tsv dump count take clear replace mem q push events lpm
hash                  lrwd  rw  rw  r    r     r    w     w       -   - -    -      -
array                 lrw   rw  rw  r    r     -    w     w       -   - -    -      -
array+                lrw   rw  rw  r    r     -    w     w       rw  - -    -      -
prog_array            lrwd  r?  rw  r    r     -    w     w       -   - -    -      -
perf_event_array      d?    -?  -   -    -     -    -     -       -   - -    !      -
percpu_hash           lrwd  rw  rw  r    r     r    w     w       -   - -    -      -
percpu_array          lrw   rw  rw  r    r     -    w     w       -   - -    -      -
stack_trace           lrd   r   r   r    r     r    w     -       -   - -    -      -
cgroup_array          wd?   -?  -?  -?   -?    -    -?    -?      -   - -    -      -
lru_hash              lrwd  rw  rw  r    r     r    w     w       -   - -    -      -
lru_percpu_hash       lrwd  rw  rw  r    r     r    w     w       -   - -    -      -
lpm_trie              lrwd  rw  rw  r    r     -    w     w       -   - -    -      r
array_of_maps         lsd   -?  r?  r    r     -    w     -?      -   - -    -      -
hash_of_maps          lsd   -?  r?  r    r     -?   w     -?      -   - -    -      -
devmap                lrwd  rw? rw  r    r     -    w     w       -   - -    -      -
sockmap               lrd   r   r   r    r     -    w     -       -   - -    -      -
cpumap                lrwd  rw? rw  r    r     -    w     w       -   - -    -      -
xskmap                d?    -?  -   -    -?    -    -?    -       -   - -    -      -
sockhash              lrd   r   r   r    r     -    w     -       -   - -    -      -
cgroup_storage        lrw   rw  rw  r    r     -    -     -       -   - -    -      -
reuseport_sockarray   lrd   r   r   r    r     -    w     -       -   - -    -      -
percpu_cgroup_storage lrw   rw  rw  r    r     -    -     -       -   - -    -      -
queue                 -     -   -   -    -     -    -     -       -   r w    -      -
stack                 -     -   -   -    -     -    -     -       -   r w    -      -
sk_storage            -     -   -   -    -     -    -     -       -   - -    -      -
devmap_hash           lrwd  rw? rw  r    r     -    w     w       -   - -    -      -
struct_ops            lr?   r?  r?  r    r     -    w?    -?      -   - -    -      -
ringbuf               -     -   -   -    -     -    -     -       -   - -    r      -
inode_storage         -     -   -   -    -     -    -     -       -   - -    -      -
task_storage          rwd?  rw? -?  -?   -?    -    -?    -?      -   - -    -      -
bloom_filter          b     -?  -?  -    -     -    -     -       -   - -    -      -
user_ringbuf          -     -   -   -    -     -    -     -       -   - w    -      -
cgrp_storage          rwd?  rw? -?  -?   -?    -    -?    -?      -   - -    -      -
arena                 -     -   -   -    -     -    -     -       !   - -    -      -
arena+                -     -   -   -    -     -    -     -       rw  - -    -      -
'

# expected VARIANT: the table as lines TYPE FORM STEP ANSWER|ANSWER…
expected() {
	awk -v variant="$1" '
	function say(form, step, answers) { print type, form, step, answers }
	# What a step answers for which a cell must have the letter x.
	function cell(c, x, otherwise) { return index(c, x) ? "ok" : c ~ /\?/ ? "ok|" otherwise : otherwise }

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
		say(form, step, cell(c, x, "EOPNOTSUPP"))
	}
	function takes(form, c) {
		say(form, "stat", "ok")
		say(form, "open-r", cell(c, "r", "EOPNOTSUPP"))
		say(form, "take", cell(c, "r", "EOPNOTSUPP"))
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
	function entry(form, c,   gone) {
		if (c == "-") { no_entry(form); return }
		gone = c ~ /[lrb]/ ? "" : "|ENOENT" # what cannot be looked up
		say(form, "stat", "ok" gone)
		say(form, "open-r", (index(c, "r") ? "ok" : "ok|EOPNOTSUPP") gone)
		say(form, "open-w", (index(c, "w") ? "ok" : "ok|EOPNOTSUPP") gone)
		say(form, "read", cell(c, "r", "EOPNOTSUPP") gone)
		say(form, "write", cell(c, "w", "EOPNOTSUPP"))
	}
	function remove(c) {
		if (c == "-") return "ENOENT|EOPNOTSUPP"
		if (index(c, "d")) return "ok" (c ~ /[lr]/ ? "" : "|ENOENT")
		if (type ~ /^(percpu_)?array$/) return "EPERM"
		if (type == "struct_ops") return "ENOENT" # what is not registered is not there to delete
		return cell(c, "d", "EOPNOTSUPP|EPERM") (c ~ /[lr]/ ? "" : "|ENOENT")
	}
	function row(line) {
		$0 = line
		type = $1
		directory("/", "ok"); directory(".forms", "ok")
		directory(".lpm", $14 == "r" ? "ok" : "EOPNOTSUPP")
		directory(".raw", $3 == "-" ? "EOPNOTSUPP" : $3 ~ /\?/ ? "ok|EOPNOTSUPP" : "ok")
		if ($2 ~ /s/) { say("/KEY", "stat", "ok"); say("/KEY", "read", "ok") }
		else { entry("/KEY", $2); entry(".raw/KEY", $3) }
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
		say("/KEY", "read", "ok|EOPNOTSUPP"); say("/KEY", "write", "ok|EOPNOTSUPP|EINVAL")
		say(".tsv", "write", "ok|EOPNOTSUPP|EINVAL")
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
	END { for (k = 1; k <= n; k++) row(line[order[k]]) }' <<< "$table"
}

# compare VARIANT < ANSWERS: a line for each step: "pass" or "fail", and what to say.
compare() {
	awk -F'\t' -v variant="$1" '
	function verdict(row, answer, why,   i, n, wanted) {
		n = split(want[row], wanted, "|")
		for (i = 1; i <= n; i++) if (answer == wanted[i]) break
		if (i > n) return "fail\t" variant " " row "\t" want[row] "\t" answer " " why
		if (answer != "ok" && answer != "ENOENT" && (why == "" || why ~ /^\(/))
			return "fail\t" variant " " row "\t" answer " with a reason in .errors\t" why
		return "pass\t" variant " " row ": " answer
	}
	NR == FNR { split($0, f, " "); want[f[1] " " f[2] " " f[3]] = f[4]; next }
	$4 == "hangs" { print "fail\t" variant " " $1 "\tno step hangs\t" $5; hung[$1] = 1; next }
	{ row = $1 " " $2 " " $3; seen[row] = 1; type[$1] = 1 }
	row in want { print verdict(row, $4, $5) }
	$4 ~ /^(EIO|ENOSYS|[0-9]+)$/ { print "fail\t" variant " " row "\ta documented errno\t" $4 " " $5 }
	END { for (row in want) { split(row, f, " ")
		if (!(row in seen) && f[1] in type && !(f[1] in hung) && !(f[3] ~ /open|write/ && want[row] ~ /ENOENT/))
			print "fail\t" variant " " row "\tis tried\tnot tried" } }' <(expected "$1") "$2"
}

# tried VARIANT STEP...: the steps' answers in $TMP/VARIANT.answers, compared.
tried() {
	timeout -k 5 100 mt_forms "$MNT/$1" "$TMP/out-$1" "${@:2}" < "$TMP/$1.maps" > "$TMP/now" ||
		fail "$1: $* end" "status 0" "status $?"
	cat "$TMP/now" >> "$TMP/$1.answers"
}

# ---- contents, of what was read into $TMP/VARIANT.first ----

lines() { wc -l < "$1"; }
answered() { grep -q "^$2	$3	$4	ok	" "$TMP/$1.answers"; } # VARIANT TYPE FORM STEP
said_of() { awk -F'\t' -v t="$2" -v n="$3" '$1 == "map" && $2 == t { print $n }' "$TMP/$1.maps"; } # VARIANT TYPE FIELD

# The forms whose open succeeded are those that M.forms/ lists.
same_forms() { # VARIANT TYPE READ
	check_eq "$1 $2: .forms lists what can be opened" \
		"$(awk -F'\t' -v t="$2" '$1 == t && $3 ~ /^open/ && $4 ~ /^(ok|ENXIO)$/ && $2 ~ /^\.[a-z]+$/ &&
			$2 != ".forms" { print substr($2, 2) }' "$TMP/$1.answers" | sort -u | xargs)" "$(sort "$3.forms" | xargs)"
}

exact_sizes() { # VARIANT TYPE READ
	local form size
	while IFS=$'\t' read -r _ form _ _ size; do
		case $form in .spec | .pin | .info | .users | .count | .frozen | .h | .mem) ;; *) continue ;; esac
		[ ! -e "$3$form" ] || ! answered "$1" "$2" "$form" read ||
			check_eq "$1 $2: R24: $form has its exact size" "$(size "$3$form")" "$size"
	done < <(grep "^$2	[^	]*	stat	ok" "$TMP/$1.answers")
}

whole_map() { # VARIANT TYPE READ
	local n rows
	n=$(lines "$3_")
	case $2 in *percpu*) rows=$((n * CPUS)) ;; *) rows=$n ;; esac
	answered "$1" "$2" .count read && check_eq "$1 $2: .count counts what ls lists" "$n" "$(cat "$3.count")"
	answered "$1" "$2" .tsv read && check_eq "$1 $2: .tsv has a line for each" "$n" "$(lines "$3.tsv")"
	answered "$1" "$2" .csv read && check_eq "$1 $2: .csv has a row for each" "$((rows + 1))" "$(lines "$3.csv")"
	answered "$1" "$2" .json read && check_eq "$1 $2: .json is an array of them" "$n" "$(jq length "$3.json")"
	answered "$1" "$2" .prom read && check_eq "$1 $2: .prom is samples" "" "$(grep -vE \
		'^(# (HELP|TYPE) .*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-z_]+="([^"\\]|\\.)*",?)+\})? [-+0-9.eINna]+)$' "$3.prom")"
	answered "$1" "$2" .raw read && check_eq "$1 $2: M.raw/ has the same names" "$(sort "$3_")" "$(sort "$3.raw")"
}

entry_text() { # VARIANT TYPE READ
	local key value
	key=$(said_of "$1" "$2" 4) value=$(said_of "$1" "$2" 5)
	[ "$key" != - ] && [ "$value" != '?' ] || return
	case $2 in
	*_of_maps) check_like "$1 $2: R29: an entry is a link to" "(^|/)$value\$" "$(cat "$3_KEY")" ;;
	*) check_eq "$1 $2: an entry's text" "$value" "$(cat "$3_KEY")" ;;
	esac
	! answered "$1" "$2" .tsv read || [ ! -s "$3_" ] ||
		check_eq "$1 $2: .tsv has it" "$key	${value#.id/}" "$(grep "^$key	" "$3.tsv")"
}

contents() { # VARIANT
	local type read
	for type in $(every_types "$1"); do
		read=$TMP/$1.first/$type
		check_eq "$1 $type: .info tells the type" "type=$type" "$(grep ^type= "$read.info")"
		check_like "$1 $type: .spec tells the type" "(^| )type=$type( |\$)" "$(cat "$read.spec")"
		check_eq "$1 $type: .pin tells the path" "$B/$1/$type" "$(cat "$read.pin")"
		check_eq "$1 $type: .frozen" 0 "$(cat "$read.frozen")"
		same_forms "$1" "$type" "$read"
		exact_sizes "$1" "$type" "$read"
		whole_map "$1" "$type" "$read"
		entry_text "$1" "$type" "$read"
	done
}

# What was written is there, and what .tsv printed could be written back (R12).
written() { # VARIANT
	local type text
	for type in $(every_types "$1"); do
		text=$(said_of "$1" "$type" 6)
		case $type in
		prog_array | cgroup_array) ;;
		*) [ ! -e "$TMP/$1.first/${type}_KEY.written" ] || [ "$text" = - ] ||
			check_like "$1 $type: an entry was written" "(^| )$text( |\$)" "$(cat "$TMP/out-$1/${type}_KEY.written")" ;;
		esac
		! answered "$1" "$type" .tsv write ||
			check_eq "$1 $type: what .tsv prints can be written back" "$(sort "$TMP/$1.first/$type.tsv")" \
				"$(sort "$TMP/out-$1/$type.tsv")"
	done
}

# entries FILE TYPE: of a witness's lines.
entries() { sed -n "s/^$2: \([0-9]*\) entries.*/\1/p" "$1"; }

# What remove, take and clear did, as the kernel has it: $TMP/VARIANT.w0 before, .w1 after remove, .w2 at last.
emptied() { # VARIANT
	local type n
	for type in $(every_types "$1"); do
		n=$(entries "$TMP/$1.w0" "$type")
		[ -n "$n" ] || continue
		! answered "$1" "$type" /KEY remove ||
			check_eq "$1 $type: rm took one" "$((n - 1))" "$(entries "$TMP/$1.w1" "$type")"
		! answered "$1" "$type" .drain take ||
			check_eq "$1 $type: .drain gave the others" "$((n - 1))" "$(lines "$TMP/out-$1/$type.drain")"
		case $type in array | percpu_array | struct_ops) continue ;; esac
		! answered "$1" "$type" .clear clear || check_eq "$1 $type: nothing is left" 0 "$(entries "$TMP/$1.w2" "$type")"
	done
	check_eq "$1 queue: .pop took the head" 11 "$(cat "$TMP/out-$1/queue.pop")"
	check_eq "$1 stack: .push and .pop are at the head" 44 "$(cat "$TMP/out-$1/stack.pop")"
	check_eq "$1 queue, stack: what is left" "queue: 22 33 44 stack: 33 22 11" "$(every_ask "$1" pop | xargs)"
	check_eq "$1 ringbuf: .events read each record" 2 "$(lines "$TMP/out-$1/ringbuf.events")"
}

# ---- the run ----

for v in plain typed; do
	mkdir "$TMP/out-$v"
	every "$v" "$([ $v = plain ] || echo btf)"
done
start || exit 1
for v in plain typed; do
	every_ask "$v" witness > "$TMP/$v.w0"
	tried "$v" stat open read
	every_ask "$v" witness > "$TMP/now"
	check_eq "$v: looking and reading changes nothing" "" "$(diff "$TMP/$v.w0" "$TMP/now")"
	cp -r "$TMP/out-$v" "$TMP/$v.first"
	contents "$v"

	tried "$v" write
	timeout -k 5 100 mt_forms "$MNT/$v" "$TMP/out-$v" read < "$TMP/$v.maps" > /dev/null
	written "$v"
	every_ask "$v" witness > "$TMP/now"
	check_eq "$v: only the stack and the user ring buffer hold more than before" "stack: head 44 0" \
		"$(diff "$TMP/$v.w0" "$TMP/now" | sed -n 's/^> //p' | grep -v user_ringbuf)"

	tried "$v" remove
	every_ask "$v" witness > "$TMP/$v.w1"
	tried "$v" take clear
	every_ask "$v" witness > "$TMP/$v.w2"
	emptied "$v"
	tried "$v" freeze

	compare "$v" "$TMP/$v.answers" > "$TMP/verdicts"
	while IFS=$'\t' read -r how what want got; do
		if [ "$how" = pass ]; then pass "$what"; else fail "$what" "$want" "$got"; fi
	done < "$TMP/verdicts"
done
