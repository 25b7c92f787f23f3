#!/bin/bash
# SPDX-License-Identifier: MIT
# What walks a tree walks one with a map of every type: it ends, reads all that is listed, takes nothing;
# rm -r takes what can be taken, and nothing stays in the kernel after that.
# timeout 240
# tsan
. "$(dirname "$0")/lib_every.sh"

export MNT TMP

# ends MESSAGE COMMAND...: in time, with status 0 and no message.
ends() { works "$1" timeout -k 5 60 "${@:2}"; }
# ends_sh MESSAGE SCRIPT
ends_sh() { ends "$1" bash -o pipefail -c "$2"; }

walked() { # VARIANT
	local v=$1
	cd "$MNT/$v" || exit 1
	ends "$v: ls -lR" ls -lR .
	ends "$v: find -ls" find . -ls
	ends "$v: du" du -a .
	ends "$v: grep -r finds a value" grep -rq 101 .
	ends_sh "$v: grep -r finds nothing" '! grep -r "no such text" .'
	ends_sh "$v: tar" 'tar c . > "$TMP/tree.tar"'
	ends "$v: cp -r" cp -r . "$TMP/copy-$v"
	ends_sh "$v: wc" 'find . -type f -print0 | xargs -0r wc'
	ends_sh "$v: md5sum" 'find . -type f -print0 | sort -z | xargs -0r md5sum > "$TMP/sums"'
	ends_sh "$v: rsync's walk: stat of all" 'find . -print0 | xargs -0 stat'
	check_eq "$v: a copy has what was read" "" "$(cd "$TMP/copy-$v" && md5sum --quiet -c "$TMP/sums" 2>&1)"
	check_eq "$v: tar has as many names as find" "$(find . | wc -l)" "$(tar tf "$TMP/tree.tar" | wc -l)"
	check_eq "$v: a directory for each map" "$(every_types "$v" | sort)" "$(ls)"
	cd /
}

# Types that rm -r empties and unpins; of the others the pin stays.
removable=" hash prog_array percpu_hash stack_trace lru_hash lru_percpu_hash lpm_trie array_of_maps hash_of_maps
	devmap sockmap cpumap sockhash reuseport_sockarray devmap_hash task_storage cgrp_storage "

removed() { # VARIANT
	local v=$1 type out status
	out=$(timeout -k 5 100 rm -r "$MNT/$v" 2>&1 < /dev/null)
	status=$?
	check_eq "$v: rm -r ends, and says that not all could be removed" 1 "$status"
	for type in $(every_types "$v"); do
		case $removable in
		*[[:space:]]$type[[:space:]]*)
			absent "$v $type: R15: rm -r unpins it" "$B/$v/$type"
			check_eq "$v $type: rm -r says nothing of it" "" "$(grep "/$type[/']" <<< "$out")"
			;;
		*)
			works "$v $type: R15: rm -r leaves the pin" test -e "$B/$v/$type"
			check_like "$v $type: rm -r says so" "/$type[/']" "$out"
			;;
		esac
	done
	check_eq "$v: rm -r meets no other errors than these" "" \
		"$(grep -vE ': (Operation not (permitted|supported)|Directory not empty|No such file or directory)$' <<< "$out")"
	for type in array percpu_array; do
		check_like "$v $type: its entries cannot be deleted" "/$type/0': Operation not permitted" "$out"
	done
	for type in queue stack ringbuf user_ringbuf arena bloom_filter sk_storage inode_storage perf_event_array xskmap; do
		[ ! -e "$B/$v/$type" ] || check_like "$v $type: R15: no keys, not empty" "/$type': Directory not empty" "$out"
	done
}

# The witness of the maps that rm -r left.
left_alone() { grep -vE "^($(echo $removable | tr ' ' '|')):" "$1"; } # FILE

# Nothing keeps what the test made once its pins and its process are gone; the driver lets go, too.
nothing_left() { # VARIANT
	local v=$1 type
	for type in "$B/$v"/*; do
		ends "$v ${type##*/}: rm M.pin" rm "$MNT/$v/${type##*/}.pin"
	done
	ends "$v: rmdir of the directory" rmdir "$MNT/$v"
	rm "$B/programs-$v"/*
	every_ask "$v" release
	until_true 60 eval '[ -z "$(every_ask '"$v"' alive)" ]'
	check_eq "$v: no map and no program stays in the kernel" "" "$(every_ask "$v" alive)"
}

# Maps without entries: rmdir unpins those that can be listed (R15), .pin the others.
emptied() { # VARIANT
	local v=$1 type n
	for type in $(every_types "$v"); do
		case $type in array | percpu_array) n=4 ;; struct_ops) n=1 ;; *) n=0 ;; esac
		check_eq "$v $type: lists nothing" "$n" "$(timeout 60 ls -A "$MNT/$v/$type" | wc -l)"
		[ "$n" = 0 ] || continue
		case $removable" cgroup_storage percpu_cgroup_storage " in
		*[[:space:]]$type[[:space:]]*)
			check_eq "$v $type: .count" 0 "$(cat "$MNT/$v/$type.count")"
			works "$v $type: R15: rmdir unpins it" rmdir "$MNT/$v/$type"
			absent "$v $type: R15: rmdir unpins it" "$B/$v/$type"
			;;
		*) fails_with "$v $type: R15: rmdir of a map without keys" "not empty" rmdir "$MNT/$v/$type" ;;
		esac
	done
}

for v in plain typed; do every "$v" "$([ $v = plain ] || echo btf)"; done
every hollow empty
start || exit 1
emptied hollow
nothing_left hollow
for v in plain typed; do
	every_ask "$v" witness > "$TMP/before"
	walked "$v"
	every_ask "$v" witness > "$TMP/after"
	check_eq "$v: nothing was taken or changed" "" "$(diff "$TMP/before" "$TMP/after")"
	removed "$v"
	every_ask "$v" witness > "$TMP/after"
	check_eq "$v: rm -r took nothing from what it left" "$(left_alone "$TMP/before")" "$(left_alone "$TMP/after")"
	check_eq "$v: the queue and the stack are whole" "queue: 11 22 33 stack: 33 22 11" "$(every_ask "$v" pop | xargs)"
	nothing_left "$v"
done
stop

# -o views= lists of a map only the forms that it has.
every again btf
start views=json+csv+tsv+prom+info+spec+count+h || exit 1
every_ask again witness > "$TMP/before"
ends_sh "views: all that is listed can be read" 'find "$MNT/again" -type f -print0 | xargs -0 cat'
ends_sh "views: every .prom" 'cat "$MNT"/again/*.prom'
every_ask again witness > "$TMP/after"
check_eq "views: nothing was taken or changed" "" "$(diff "$TMP/before" "$TMP/after")"
