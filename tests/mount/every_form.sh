#!/bin/bash
# SPDX-License-Identifier: MIT
# Every form of every type: the right answer, or EOPNOTSUPP with a reason (R24, R29). A table says which.
# timeout 300
. "$(dirname "$0")/lib_every.sh"

# ---- contents, of what was read into $TMP/VARIANT.first ----

lines() { wc -l < "$1"; }
answered() { grep -q "^$2	$3	$4	ok	" "$TMP/$1.answers"; } # VARIANT TYPE FORM STEP
said_of() { awk -F'\t' -v t="$2" -v n="$3" '$1 == "map" && $2 == t { print $n }' "$TMP/$1.maps"; } # VARIANT TYPE FIELD

# The forms whose open succeeded are those that M.forms/ lists; and those that this map has, but not now: an
# arena's memory before somebody has mapped it, and the records of perf events without -o takeover.
same_forms() { # VARIANT TYPE READ
	check_eq "$1 $2: .forms lists what can be opened" \
		"$(awk -F'\t' -v t="$2" '$1 == t && $3 ~ /^open/ && ($4 ~ /^(ok|ENXIO)$/ || ($2 == ".events" && $4 == "EPERM")) &&
			$2 ~ /^\.[a-z]+$/ &&
			$2 != ".forms" { print substr($2, 2) }' "$TMP/$1.answers" | sort -u | xargs)" "$(sort "$3.forms" | xargs)"
}

# Not of .users, who come and go.
exact_sizes() { # VARIANT TYPE READ
	local form size
	while IFS=$'\t' read -r _ form _ _ size; do
		case $form in .spec | .pin | .info | .count | .frozen | .h | .mem) ;; *) continue ;; esac
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
		check_eq "$1 $type: .info tells the id" "id=$(said_of "$1" "$type" 3)" "$(grep ^id= "$read.info")"
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
		! { answered "$1" "$type" .tsv read && answered "$1" "$type" .tsv write; } ||
			check_eq "$1 $type: what .tsv prints can be written back" "$(sort "$TMP/$1.first/$type.tsv")" \
				"$(sort "$TMP/out-$1/$type.tsv")"
	done
}

# R28: a map made of what .spec prints prints the same; what maps inside it are like is to be seen by one alone.
copied() { # VARIANT
	local type old new
	mkdir "$MNT/copy-$1"
	for type in $(every_types "$1"); do
		old=$MNT/$1/$type new=$MNT/copy-$1/$type
		works "$1 $type: .spec makes another" cp "$old.spec" "$new.spec"
		check_eq "$1 $type: with the same .spec" "$(sed 's/ inner={.*}//' "$old.spec")" "$(sed 's/ inner={.*}//' "$new.spec")"
		check_eq "$1 $type: of the same sizes" "$(grep -E '^(type|.*_size|max_entries|flags)=' "$old.info")" \
			"$(grep -E '^(type|.*_size|max_entries|flags)=' "$new.info")"
		rm "$new.pin"
	done
}

# By id a map has the same forms, but no pin.
by_id() { # VARIANT
	local answers=$TMP/$1.id-answers
	awk -F'\t' -v OFS='\t' '$1 == "map" { $2 = $3; print }' "$TMP/$1.maps" > "$TMP/.id.maps"
	every_try .id .id "$TMP/ids" stat open read
	awk -F'\t' -v OFS='\t' 'NR == FNR { type[$3] = $2; next } { $1 = type[$1]; print }' \
		"$TMP/$1.maps" "$TMP/ids" > "$answers"
	every_compare "$1 .id" <(every_expects "$1" | awk '$2 == ".pin" { $4 = "ENOENT" } { print }') "$answers"
	rm "$TMP/ids"
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
	check_eq "$1 ringbuf: .events read each record" "0x656e6f0000000000 0x656e6f0000000000" \
		"$(xargs < "$TMP/out-$1/ringbuf.events")"
	every_ask "$1" record
	check_eq "$1 ringbuf: .events@TYPE reads it as that" "[number=7302757\n]" \
		"$(timeout 60 mt_io "$MNT/$1/ringbuf.events@record" o:r r:100 | sed 1d)"
}

# ---- the run ----

for v in plain typed; do every "$v" "$([ $v = plain ] || echo btf)"; done
start || exit 1
for v in plain typed; do
	every_ask "$v" witness > "$TMP/$v.w0"
	every_try "$v" "$v" "$TMP/$v.answers" stat open read
	by_id "$v"
	every_ask "$v" witness > "$TMP/now"
	check_eq "$v: looking and reading changes nothing" "" "$(diff "$TMP/$v.w0" "$TMP/now")"
	cp -r "$TMP/out-$v" "$TMP/$v.first"
	contents "$v"
	copied "$v"

	every_try "$v" "$v" "$TMP/$v.answers" write
	every_try "$v" "$v" /dev/null read
	written "$v"
	every_ask "$v" witness > "$TMP/now"
	check_eq "$v: only the stack and the user ring buffer hold more than before" "stack: head 44 0" \
		"$(diff "$TMP/$v.w0" "$TMP/now" | sed -n 's/^> //p' | grep -v user_ringbuf)"

	every_try "$v" "$v" "$TMP/$v.answers" remove
	every_ask "$v" witness > "$TMP/$v.w1"
	every_try "$v" "$v" "$TMP/$v.answers" take clear
	every_ask "$v" witness > "$TMP/$v.w2"
	emptied "$v"
	every_try "$v" "$v" "$TMP/$v.answers" freeze

	every_compare "$v" <(every_expects "$v") "$TMP/$v.answers"
done
check_eq "R17: no map stays open" 1 "$(until_true 20 fewer_fds_than 30 && echo 1)"
