// SPDX-License-Identifier: MIT

// The loops of engine.c in Go, written as cilium/ebpf's own documentation writes them.
//
//	loops lookup|update|iterate PIN SECONDS    how many a second
//
// Counts CPU time of the thread that loops, as engine.c does; what Go's collector takes on
// other threads is not held against it.
package main

import (
	"fmt"
	"log"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"github.com/cilium/ebpf"
)

const entries, slice = 100000, 1000

func lookup(m *ebpf.Map, from uint32) int {
	var value uint64
	for k := from; k < from+slice; k++ {
		if err := m.Lookup(k, &value); err != nil {
			log.Fatal(err)
		}
	}
	return slice
}

func update(m *ebpf.Map, from uint32) int {
	for k := from; k < from+slice; k++ {
		if err := m.Put(k, uint64(k)); err != nil {
			log.Fatal(err)
		}
	}
	return slice
}

func iterate(m *ebpf.Map, _ uint32) int {
	var key uint32
	var value uint64
	seen := 0
	entry := m.Iterate()
	for entry.Next(&key, &value) {
		seen++
	}
	if err := entry.Err(); err != nil || seen != entries {
		log.Fatal(seen, err)
	}
	return seen
}

func seconds() float64 {
	const rusageThread = 1
	var used syscall.Rusage
	if err := syscall.Getrusage(rusageThread, &used); err != nil {
		log.Fatal(err)
	}
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}

func main() {
	runtime.LockOSThread()
	loops := map[string]func(*ebpf.Map, uint32) int{"lookup": lookup, "update": update, "iterate": iterate}
	m, err := ebpf.LoadPinnedMap(os.Args[2], nil)
	if err != nil {
		log.Fatal(err)
	}
	length, err := strconv.ParseFloat(os.Args[3], 64)
	if err != nil {
		log.Fatal(err)
	}
	done, start, now := 0, seconds(), 0.0
	for now < length {
		done += loops[os.Args[1]](m, uint32(done%entries))
		now = seconds() - start
	}
	fmt.Printf("%.0f\n", float64(done)/now)
}
