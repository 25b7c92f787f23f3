/* SPDX-License-Identifier: MIT */
/* README.txt at the top of the mount: for someone who has only ls and cat. */
#include "fs/forms.h"
#include "fs/mount.h"

static const char text[] =
	"This tree shows eBPF maps as files. It mirrors the bpffs at %s:\n"
	"every map that is pinned there is a directory here, and its keys are the\n"
	"entries of that directory.\n"
	"\n"
	"  ls MAP                 list the keys\n"
	"  cat MAP/KEY            look a key up\n"
	"  echo VALUE > MAP/KEY   add or update an entry\n"
	"  rm MAP/KEY             delete it\n"
	"\n"
	"A name with a dot is another form of the map. Forms are not listed, but\n"
	"they are there; ls -l MAP.forms/ names those that a map has:\n"
	"\n"
	"  MAP.info               type, sizes, flags, id, memory\n"
	"  MAP.count              number of entries\n"
	"  MAP.raw/KEY            the value as bytes\n"
	"  MAP.tsv                all entries, NAME tab VALUE; writing it updates them\n"
	"  MAP.json MAP.csv       all entries for programs\n"
	"  MAP.prom               all entries as Prometheus metrics\n"
	"  MAP.replace            as .tsv for writing; other entries are deleted\n"
	"  MAP.drain              as .tsv for reading; each entry is deleted\n"
	"  MAP.spec               how the map was made: cat A.spec > B.spec makes another\n"
	"  MAP.h                  C declarations of key and value\n"
	"  MAP.events             records of a ring buffer, a line each as they come\n"
	"  MAP.push               a line is added (queue, stack, user ring buffer)\n"
	"  MAP.peek MAP.pop       look at the head of a queue or stack; take it\n"
	"  MAP.mem                the memory of a mappable array or an arena\n"
	"  MAP.users              programs and processes that use the map\n"
	"  MAP.errors             why the last writes to this map were refused\n"
	"  echo 1 > MAP.clear     delete every entry (arrays: zero them)\n"
	"  echo 1 > MAP.frozen    no more writing from user space, for good\n"
	"  cat MAP.pin            the pin's path in the bpffs\n"
	"  rm MAP.pin             unpin the map, whatever it holds\n"
	"  echo id:17 > NEW.pin   pin the map with id 17 here as NEW\n"
	"\n"
	".tsv lists the maps below a directory, .prom is all of them for Prometheus.\n"
	"\n"
	"For root, .id/ holds every map of the kernel by id, pinned or not, and\n"
	".errors the last operations that were refused, with the reason.\n"
	"\n"
	"What is printed can be written back. When a write fails, read MAP.errors.\n"
	"Manual pages: bpfmapfs(5), bpfmapfs(8).\n";

static int render(struct file *file, struct text_buf *out)
{
	(void)file;
	return text_printf(out, text, the_mount.opt.source);
}

const struct file_ops readme_ops = {.render = render};
