# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the scripts on maps of maps share; sourced after lib.sh.

# maps_map PIN TYPE KEYSIZE ENTRIES: its inner maps are like those of inner_map.
maps_map() {
	bpftool map create "$B/$1" type "$2" key "$3" value 4 entries "$4" name "${1##*/}" inner_map pinned "$B/${5:-in1}"
}
# inner_map PIN: and an entry, 1 → 11.
inner_map() {
	new_map "$1" hash 4 8 16
	map_put "$1" 1 11
}
# link_put PIN KEY INNERPIN: past the driver.
link_put() {
	# shellcheck disable=SC2046
	bpftool map update pinned "$B/$1" key hex $(le 4 "$2") value pinned "$B/$3" > /dev/null
}
# links PIN: "KEY ID" of all entries, as the kernel has them, in order.
links() {
	bpftool map dump pinned "$B/$1" | sed -n 's/^key: \(..\) 00 00 00  value: \(..\) \(..\) \(..\) \(..\)$/\1 0x\5\4\3\2/p' |
		while read -r k v; do echo "$((16#$k)) $((v))"; done | sort -n | xargs
}
# trying COMMAND...: what it says on stderr, "ok" if it works.
trying() { if out_=$("$@" 2>&1 > /dev/null); then echo ok; else echo "${out_##*: }"; fi; }
