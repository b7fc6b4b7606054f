/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_EVIDENCE_ELF_H
#define RELOCK_EVIDENCE_ELF_H

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

/* A function as the symbol table of an ELF file has it. */
struct elf_func {
	const char *name;
	const char *file; /* STT_FILE that it is listed under; NULL for global symbols */
	uint64_t addr;
	uint64_t size;
	uint32_t section;
	bool traced; /* an ftrace location belongs to it */
};

struct elf_image {
	VEC(struct elf_func) funcs; /* sorted by section and address */
	VEC(const char *) files;    /* STT_FILE symbols: the units that it was linked from */
	bool has_locations;	    /* it has a table of ftrace locations */
	bool has_btf;
	struct strbuf btf; /* the section .BTF */
};

/*
 * Reads what relock wants of the ELF file @path: a linked kernel or an object
 * file. Strings are copied to @a. Returns 0, or a negative errno; then
 * @ret_error says what is wrong. Release @ret only after success.
 */
int elf_image_read(struct elf_image *ret, const char *path, struct arena *a,
		   const char **ret_error);
void elf_image_release(struct elf_image *img);

#endif
