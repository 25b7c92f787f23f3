// SPDX-License-Identifier: MIT
/*
 * olddef: map definitions from before BTF: a section "maps" of structures that
 * begin with type, key_size, value_size, max_entries, map_flags (five u32), one
 * symbol each. Loaders have put fields of their own behind: zeros mean nothing.
 */
#include "cleanup.h"
#include "err.h"
#include "object.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 5
#define DEF_SIZE (FIELDS * sizeof(uint32_t))

/* The parts of the ELF file that definitions are made of. */
struct elf_maps {
	Elf *elf;
	const char *path;
	size_t section; /* index of "maps", 0: none */
	Elf_Data *maps, *symbols;
	size_t strings;  /* section of the symbols' names */
	size_t n_symbols;
};

static int find_sections(struct elf_maps *in)
{
	size_t names;
	Elf_Scn *scn = NULL;

	if (elf_getshdrstrndx(in->elf, &names))
		return bm_err(-EINVAL, "object %s: %s", in->path, elf_errmsg(-1));
	while ((scn = elf_nextscn(in->elf, scn))) {
		GElf_Shdr shdr;

		if (!gelf_getshdr(scn, &shdr))
			return bm_err(-EINVAL, "object %s: %s", in->path, elf_errmsg(-1));
		const char *name = elf_strptr(in->elf, names, shdr.sh_name);
		if (shdr.sh_type == SHT_SYMTAB && shdr.sh_entsize) {
			in->symbols = elf_getdata(scn, NULL);
			in->strings = shdr.sh_link;
			in->n_symbols = shdr.sh_size / shdr.sh_entsize;
		} else if (name && !strcmp(name, "maps")) {
			in->section = elf_ndxscn(scn);
			in->maps = elf_getdata(scn, NULL);
		}
	}
	return 0;
}

/* Where the definition at offset ends: where the next symbol of the section begins. */
static size_t end_of(const struct elf_maps *in, size_t offset)
{
	size_t end = in->maps->d_size;
	GElf_Sym sym;

	for (size_t i = 0; i < in->n_symbols; i++)
		if (gelf_getsym(in->symbols, (int)i, &sym) && sym.st_shndx == in->section &&
		    sym.st_value > offset && sym.st_value < end)
			end = sym.st_value;
	return end;
}

static bool all_zero(const char *from, const char *to)
{
	while (from < to)
		if (*from++)
			return false;
	return true;
}

static int read_def(const struct elf_maps *in, const GElf_Sym *sym, struct bpfmap_spec *ret)
{
	const char *name = elf_strptr(in->elf, in->strings, sym->st_name);
	size_t at = sym->st_value, end = end_of(in, at);
	uint32_t f[FIELDS];

	if (!name || at > in->maps->d_size || end - at < DEF_SIZE)
		return bm_err(-EINVAL, "object %s: the definition of map %s is too short",
		    in->path, name ?: "?");
	const char *def = (const char *)in->maps->d_buf + at;
	if (!all_zero(def + DEF_SIZE, def + end - at))
		return bm_err(-EINVAL,
		    "object %s: map %s has fields that are not known, and not zero", in->path,
		    name);
	memcpy(f, def, sizeof(f));
	*ret = (struct bpfmap_spec)BPFMAP_SPEC(.name = strdup(name), .type = f[0],
	    .key_size = f[1], .value_size = f[2], .max_entries = f[3], .flags = f[4]);
	return ret->name ? 0 : bm_err(-ENOMEM, "no memory for a name");
}

/* A definition is a symbol of the section that is an object or, from old compilers, untyped. */
static bool is_def(const struct elf_maps *in, const GElf_Sym *sym)
{
	unsigned char type = GELF_ST_TYPE(sym->st_info);

	return sym->st_shndx == in->section && (type == STT_OBJECT || type == STT_NOTYPE);
}

static int read_defs(const struct elf_maps *in, struct bm_olddefs *defs)
{
	GElf_Sym sym;
	int err = 0;

	defs->specs = calloc(in->n_symbols + 1, sizeof(*defs->specs));
	if (!defs->specs)
		return bm_err(-ENOMEM, "no memory for specifications");
	for (size_t i = 0; !err && i < in->n_symbols; i++) {
		if (!gelf_getsym(in->symbols, (int)i, &sym) || !is_def(in, &sym))
			continue;
		err = read_def(in, &sym, &defs->specs[defs->count]);
		if (!err)
			defs->count++;
	}
	return err;
}

int bm_olddefs_read(const char *path, struct bm_olddefs *ret_defs)
{
	struct elf_maps in = { .path = path };
	struct bm_olddefs defs = { 0 };
	bm_close_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return bm_err(-errno, "object %s: %s", path, bm_err_words(-errno));
	elf_version(EV_CURRENT);
	in.elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!in.elf || elf_kind(in.elf) != ELF_K_ELF) {
		elf_end(in.elf);
		return bm_err(-EINVAL, "%s is no ELF object", path);
	}
	int err = find_sections(&in);
	defs.found = !err && in.section && in.maps && in.symbols;
	if (defs.found)
		err = read_defs(&in, &defs);
	elf_end(in.elf);
	if (err)
		bm_olddefs_clear(&defs);
	else
		*ret_defs = defs;
	return err;
}

void bm_olddefs_clear(struct bm_olddefs *defs)
{
	for (size_t i = 0; i < defs->count; i++)
		free((void *)defs->specs[i].name);
	free(defs->specs);
	*defs = (struct bm_olddefs){ 0 };
}
