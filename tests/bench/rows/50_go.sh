# SPDX-License-Identifier: MIT
# The same loops in Go, with the cilium/ebpf that Debian has.
row='engine and Go'
needs "$row" "$bench/engine" "$bench/barebpf" go
export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$scratch/go-cache
if ! go build -o "$scratch/loops" "$here/go/loops.go" 2>/dev/null; then
	note "$row" 'golang-github-cilium-ebpf-dev: not installed'
	exit
fi
"$bench/barebpf" make "$bpf/m" 100000
rounds=15 # shorter ones: the two sides are processes of their own and cannot take turns within one

compare() { # OPERATION BOUND
	loop() {
		if [ "$2" = ours ]; then
			"$bench/engine" loop "$1" "$bpf/m" 0.3
		else
			"$scratch/loops" "$1" "$bpf/m" 0.3
		fi
	}
	alternate loop "$1"
	verdict "$1, and in Go" 'cilium/ebpf of Debian' "$a/s" "$b/s" "$ratio" "$2"
}
compare lookup '>=1.4'
compare update -
compare iterate '>=5'
