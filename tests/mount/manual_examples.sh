#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples of bpfmapfs(5): each command of the page, run where the page says that it is, prints
# what the page says. They are the blocks between .EX and .EE that begin with "$ ".
. "$(dirname "$0")/lib.sh"
page=$ROOT/fs/bpfmapfs.5

# The lines of the examples as man(1) shows them, each block followed by an empty line.
examples() {
	awk '/^\.EX$/ { in_block = 1; first = 1; wanted = 0; next }
	     /^\.EE$/ { if (wanted) print ""; in_block = 0 }
	     in_block { if (first) wanted = /^\$ /; first = 0; if (wanted) print }' "$page" |
		sed 's/\\(aq/'\''/g; s/\\-/-/g; s/\\&//g; s/\\e/\\/g'
}

# expect COMMAND TEXT: the command of this session prints the text, in which "..." stands for anything.
expect() {
	local got pattern
	eval "$1" > "$TMP/out" 2>&1
	got=$(sed 's/^.*: line [0-9]*: /bash: /' "$TMP/out") # the number of a line is that of no page
	pattern=$(sed 's/[][*?\\()|@!+]/\\&/g; s/\.\.\./*/g' <<< "$2")
	# shellcheck disable=SC2053
	if [[ $got == $pattern ]]; then pass "$1"; else fail "$1" "$2" "$got"; fi
}

start || exit 1
cd "$MNT" || exit 1
mapfile -t lines < <(examples)
check_like "examples were found" '^[1-9][0-9]+$' "${#lines[@]}"
command='' output='' commands=0
done_with() {
	[ -n "$command" ] || return
	expect "$command" "${output%$'\n'}"
	command='' output=''
	commands=$((commands + 1))
}
for line in "${lines[@]}" ''; do
	case $line in
	'$ '*) done_with; command=${line#'$ '} ;;
	'> '*) command+=$'\n'${line#'> '} ;;
	'') done_with ;;
	*) output+=$line$'\n' ;;
	esac
done
check_like "commands were run" '^[1-9][0-9]+$' "$commands"
