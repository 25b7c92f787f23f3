# bpfmapfs: eBPF maps as files.
#
#   make            build everything into build/
#   make check      every test, plain and under the sanitizers (root)
#   make demo       a live look at the thing (root)
#   make bench      speed and memory, as ratios against peers (root)
#   make fuzz       the fuzz targets, FUZZ_SECONDS each
#   make install    DESTDIR= PREFIX=
#
# V=1 shows the commands; SAN=address,undefined or SAN=thread builds into
# build/$(SAN)/ with that sanitizer.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
DESTDIR  ?=
SAN      ?=
FUZZ_SECONDS ?= 60

CC       ?= gcc
CLANG    ?= clang
BPFTOOL  ?= $(or $(shell PATH=$$PATH:/usr/sbin:/sbin command -v bpftool),bpftool)
PKGS     := libbpf libelf
FSPKGS   := fuse3

O        := build$(if $(SAN),/$(SAN))
Q        := $(if $(V),,@)
say       = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)')

have     := $(shell pkg-config --exists $(PKGS) $(FSPKGS) cmocka 2>/dev/null && echo yes)
WARN     := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wvla -Wno-sign-conversion -Werror
CPPFLAGS += -D_GNU_SOURCE -DFUSE_USE_VERSION=314 -DBPFMAPFS_VERSION='"$(VERSION)"' -I. -Icore -Icore/text
CFLAGS   ?= -O2 -g
ALLCFLAGS = -std=gnu11 $(WARN) $(CFLAGS) -fPIC -fvisibility=hidden -pthread \
            $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=undefined) \
            $(shell pkg-config --cflags $(PKGS) $(FSPKGS))
ALLLDFLAGS = $(LDFLAGS) -pthread $(if $(SAN),-fsanitize=$(SAN)) $(if $(findstring undefined,$(SAN)),-static-libubsan)
ENGINELIBS = $(shell pkg-config --libs $(PKGS))
FSLIBS     = $(shell pkg-config --libs $(FSPKGS)) $(ENGINELIBS)

engine   := $(wildcard core/*.c)
text     := $(wildcard core/text/*.c)
fs       := $(wildcard fs/*.c fs/family/*.c fs/form/*.c)
helper   := $(wildcard mount-helper/*.c)
unit     := $(wildcard tests/unit/*.c)
kernel   := $(wildcard tests/kernel/*.c)
fuzz     := $(wildcard tests/fuzz/*.c)
bench    := $(wildcard tests/bench/*.c)
tools    := $(wildcard tests/tools/*.c)
bpf      := $(wildcard tests/bpf/*.bpf.c)

obj       = $(patsubst %.c,$(O)/%.o,$(1))
ar_libs   = $(O)/libfs.a $(O)/libhelper.a $(O)/libtext.a $(O)/libbpfmap.a

.PHONY: all tests check check-one-pass demo bench fuzz fuzzers install clean deps
.DELETE_ON_ERROR:

all: $(O)/bpfmapfs $(O)/mount.bpfmapfs $(O)/libbpfmap.a $(O)/libbpfmap.so.0

$(O)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALLCFLAGS) -MMD -MP -c -o $@ $<

$(O)/libbpfmap.a: $(call obj,$(engine))
$(O)/libtext.a:   $(call obj,$(text))
$(O)/libfs.a:     $(call obj,$(filter-out fs/main.c,$(fs)))
$(O)/libhelper.a: $(call obj,$(filter-out mount-helper/main.c,$(helper)))
$(O)/lib%.a:
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(O)/libbpfmap.so.0: $(call obj,$(engine)) core/bpfmap.map
	$(call say,LD,$@)
	$(Q)$(CC) $(ALLLDFLAGS) -shared -Wl,-soname,libbpfmap.so.0 -Wl,--version-script=core/bpfmap.map \
		$(if $(SAN),,-Wl,-z$(,)defs) -o $@ $(call obj,$(engine)) $(ENGINELIBS)
, := ,

$(O)/bpfmapfs: $(O)/fs/main.o $(O)/libfs.a $(O)/libtext.a $(O)/libbpfmap.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALLLDFLAGS) -o $@ $^ $(FSLIBS)

$(O)/mount.bpfmapfs: $(O)/mount-helper/main.o $(O)/libhelper.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALLLDFLAGS) -o $@ $^

# Tests. A file in tests/unit or tests/kernel is a program, in tests/mount a
# script, in tests/bpf a BPF object that they load: adding a file adds a test.
test_srcs  := $(unit) $(kernel)
ifeq ($(SAN),thread) # as tests/run: the rest has nothing for ThreadSanitizer
test_srcs  := $(shell grep -l '<pthread\.h>' $(test_srcs))
endif
test_bins  := $(patsubst %.c,$(O)/%,$(test_srcs))
bench_bins := $(patsubst %.c,$(O)/%,$(bench))
tool_bins  := $(patsubst %.c,$(O)/%,$(tools))
bpf_objs   := $(patsubst %.bpf.c,build/%.bpf.o,$(bpf) tests/demo/demo.bpf.c)

$(test_bins) $(bench_bins) $(tool_bins): $(O)/%: $(O)/%.o $(ar_libs)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALLLDFLAGS) -o $@ $^ -lcmocka $(FSLIBS) -lz

build/%.bpf.o: %.bpf.c
	$(call say,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -target bpf -g -O2 -Wall -Werror -I/usr/include/$(shell $(CC) -print-multiarch) -MMD -MP -c -o $@ $<

tests: $(test_bins) $(tool_bins) $(bpf_objs)

build/fuzz/%: tests/fuzz/%.c $(text) $(engine) $(wildcard core/*.h core/text/*.h)
	$(call say,FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		-o $@ $< $(text) $(engine) $(ENGINELIBS)
fuzzers: $(patsubst tests/fuzz/%.c,build/fuzz/%,$(fuzz))

# The README's two commands. deps installs what a fresh machine lacks.
deps:
	$(Q)tests/deps

ifeq ($(have),yes)
check: deps all tests fuzzers
	$(Q)tests/peers
	$(Q)$(MAKE) --no-print-directory SAN=address,undefined all tests
	$(Q)$(MAKE) --no-print-directory SAN=thread all tests
	$(Q)tests/run
demo: deps all $(bpf_objs) $(tool_bins)
	$(Q)tests/demo/demo
bench: deps all $(bench_bins) $(bpf_objs)
	$(Q)tests/bench/run
fuzz: fuzzers
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run
else
# Read this file again once the packages are there: their flags are known then.
check demo bench fuzz: deps
	$(Q)$(MAKE) --no-print-directory $@
endif

install: all
	$(Q)PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' VERSION='$(VERSION)' ./tests/install-files

clean:
	rm -rf build

-include $(sort $(shell find build $(O) -name '*.d' -type f 2>/dev/null))
