# The same loops in Go, with the cilium/ebpf that Debian has.
row='engine and Go'
needs "$row" "$bench/engine" "$bench/barebpf" go
export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$scratch/go-cache
if ! go build -o "$scratch/loops" "$here/go/loops.go" 2>/dev/null; then
	note "$row" 'golang-github-cilium-ebpf-dev: not installed'
	exit
fi
"$bench/barebpf" make "$bpf/m" 100000

compare() { # OPERATION BOUND
	local a=() b=()

	for ((i = 0; i < rounds; i++)); do
		a+=("$("$bench/engine" loop "$1" "$bpf/m" 1)") b+=("$("$scratch/loops" "$1" "$bpf/m" 1)")
	done
	a=$(median "${a[@]}") b=$(median "${b[@]}")
	verdict "$1, and in Go" 'cilium/ebpf of Debian' "$a/s" "$b/s" "$(calc "$a / $b")" "$2"
}
compare lookup '>=1.4'
compare update -
compare iterate '>=5'
