// SPDX-License-Identifier: MIT
#include "evidence/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

/*
 * libelf does not leave this file.
 *
 * Where ftrace can patch a function is a table of addresses. A linked kernel
 * has it between two symbols, as final values or, where the kernel relocates
 * itself (arm64), as addends of relative relocations. An object has it as the
 * relocations of its section.
 */
#define TABLE_START "__start_mcount_loc"
#define TABLE_STOP "__stop_mcount_loc"
#define SECTION_MCOUNT "__mcount_loc"
#define SECTION_PATCHABLE "__patchable_function_entries"

/* Code that is thrown away after boot. Its locations are in the table, and forgotten by then. */
static const char *const discarded_sections[] = { ".init.text", ".exit.text" };

/* The room may begin this many bytes before the entry (-fpatchable-function-entry=N,M). */
#define ROOM_BEFORE_ENTRY 64

struct place {
	uint32_t section;
	uint64_t addr;
};

struct reader {
	Elf *elf;
	GElf_Ehdr eh;
	size_t names; /* section of the section names */
	struct arena *a;
	struct elf_image *img;
	VEC(struct place) places;
	uint64_t start, stop;
	bool has_start, has_stop;
};

static int cmp_func(const void *pa, const void *pb)
{
	const struct elf_func *a = pa, *b = pb;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	return strcmp(a->name, b->name);
}

static const char *section_name(const struct reader *r, Elf_Scn *scn)
{
	GElf_Shdr sh;
	const char *name;

	if (!gelf_getshdr(scn, &sh))
		return "";
	name = elf_strptr(r->elf, r->names, sh.sh_name);
	return name ? name : "";
}

static void read_symbols(struct reader *r, Elf_Scn *scn, const GElf_Shdr *sh)
{
	const char *file = NULL;
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t n = data && sh->sh_entsize ? sh->sh_size / sh->sh_entsize : 0;

	for (size_t i = 0; i < n; i++) {
		GElf_Sym sym;
		struct elf_func f = { 0 };
		const char *name;

		if (!gelf_getsym(data, (int)i, &sym))
			break;
		name = elf_strptr(r->elf, sh->sh_link, sym.st_name);
		if (!name || !*name)
			continue;
		if (GELF_ST_TYPE(sym.st_info) == STT_FILE) {
			file = arena_strdup(r->a, name);
			vec_push(&r->img->files, file);
			continue;
		}
		if (!strcmp(name, TABLE_START)) {
			r->start = sym.st_value;
			r->has_start = true;
		} else if (!strcmp(name, TABLE_STOP)) {
			r->stop = sym.st_value;
			r->has_stop = true;
		}
		if (GELF_ST_TYPE(sym.st_info) != STT_FUNC || sym.st_shndx == SHN_UNDEF ||
		    sym.st_shndx >= SHN_LORESERVE)
			continue;
		f.name = arena_strdup(r->a, name);
		f.file = GELF_ST_BIND(sym.st_info) == STB_LOCAL ? file : NULL;
		f.addr = sym.st_value;
		f.size = sym.st_size;
		f.section = sym.st_shndx;
		vec_push(&r->img->funcs, f);
	}
}

static uint64_t word_at(const struct reader *r, const unsigned char *p, size_t width)
{
	uint64_t v = 0;

	for (size_t i = 0; i < width; i++)
		v = v << 8 | p[r->eh.e_ident[EI_DATA] == ELFDATA2MSB ? i : width - 1 - i];
	return v;
}

/* Which function section an address of a linked kernel is in. */
static uint32_t section_of(const struct reader *r, uint64_t addr)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(r->elf, scn))) {
		GElf_Shdr sh;

		if (gelf_getshdr(scn, &sh) && (sh.sh_flags & SHF_EXECINSTR) && addr >= sh.sh_addr &&
		    addr - sh.sh_addr < sh.sh_size)
			return (uint32_t)elf_ndxscn(scn);
	}
	return 0;
}

static bool is_discarded(const struct reader *r, uint32_t section)
{
	Elf_Scn *scn = elf_getscn(r->elf, section);
	const char *name = scn ? section_name(r, scn) : "";

	for (size_t i = 0; i < ARRAY_SIZE(discarded_sections); i++) {
		if (!strcmp(name, discarded_sections[i]))
			return true;
	}
	return false;
}

static void add_linked_place(struct reader *r, uint64_t addr)
{
	static const struct place none;
	const struct place *last = r->places.n ? &r->places.v[r->places.n - 1] : &none;
	struct place p = { .addr = addr };
	Elf_Scn *scn = last->section ? elf_getscn(r->elf, last->section) : NULL;
	GElf_Shdr sh;

	/* Sorted tables stay in one section for long. */
	if (scn && gelf_getshdr(scn, &sh) && addr >= sh.sh_addr && addr - sh.sh_addr < sh.sh_size)
		p.section = last->section;
	else
		p.section = section_of(r, addr);
	if (p.section)
		vec_push(&r->places, p);
}

static void read_linked_values(struct reader *r, Elf_Scn *scn, const GElf_Shdr *sh)
{
	size_t width = r->eh.e_ident[EI_CLASS] == ELFCLASS64 ? 8 : 4;
	Elf_Data *data;

	if (sh->sh_type != SHT_PROGBITS || !(sh->sh_flags & SHF_ALLOC) || r->start < sh->sh_addr ||
	    r->stop < r->start || r->stop - sh->sh_addr > sh->sh_size)
		return;
	data = elf_rawdata(scn, NULL);
	if (!data || data->d_size < r->stop - sh->sh_addr)
		return;
	for (uint64_t at = r->start; at + width <= r->stop; at += width) {
		const unsigned char *p = (const unsigned char *)data->d_buf + (at - sh->sh_addr);

		add_linked_place(r, word_at(r, p, width));
	}
}

/* A relocation without a symbol is a relative one: the value is its addend. */
static void read_linked_relocations(struct reader *r, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *data = sh->sh_type == SHT_RELA ? elf_getdata(scn, NULL) : NULL;
	size_t n = data && sh->sh_entsize ? sh->sh_size / sh->sh_entsize : 0;

	for (size_t i = 0; i < n; i++) {
		GElf_Rela rela;

		if (gelf_getrela(data, (int)i, &rela) && rela.r_offset >= r->start &&
		    rela.r_offset < r->stop && !GELF_R_SYM(rela.r_info))
			add_linked_place(r, (uint64_t)rela.r_addend);
	}
}

/* Is the section @name of an object its table? x86 has room before the entry for other uses. */
static bool is_object_table(const struct reader *r, const char *name)
{
	if (!strcmp(name, SECTION_MCOUNT))
		return true;
	return !strcmp(name, SECTION_PATCHABLE) && r->eh.e_machine != EM_X86_64 &&
	       r->eh.e_machine != EM_386;
}

static void read_object_relocations(struct reader *r, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Scn *target = elf_getscn(r->elf, sh->sh_info), *symtab = elf_getscn(r->elf, sh->sh_link);
	Elf_Data *data = elf_getdata(scn, NULL), *syms = symtab ? elf_getdata(symtab, NULL) : NULL;
	size_t n = data && sh->sh_entsize ? sh->sh_size / sh->sh_entsize : 0;

	if (sh->sh_type != SHT_RELA || !target || !syms ||
	    !is_object_table(r, section_name(r, target)))
		return;
	r->img->has_locations = true;
	for (size_t i = 0; i < n; i++) {
		GElf_Rela rela;
		GElf_Sym sym;
		struct place p;

		if (!gelf_getrela(data, (int)i, &rela) ||
		    !gelf_getsym(syms, (int)GELF_R_SYM(rela.r_info), &sym))
			break;
		p.section = sym.st_shndx;
		p.addr = sym.st_value + (uint64_t)rela.r_addend;
		vec_push(&r->places, p);
	}
}

/* The first of the functions that begin after @p in its section. */
static size_t first_after(const struct elf_image *img, const struct place *p)
{
	size_t lo = 0, hi = img->funcs.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct elf_func *f = &img->funcs.v[mid];

		if (f->section < p->section || (f->section == p->section && f->addr <= p->addr))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Marks the function of an ftrace location, under all names that it has. */
static void mark(struct elf_image *img, const struct place *p)
{
	size_t at = first_after(img, p), end = at;
	uint64_t addr;

	/* The one that it is in; or else the one that begins right after it. */
	if (at && img->funcs.v[at - 1].section == p->section &&
	    p->addr - img->funcs.v[at - 1].addr < img->funcs.v[at - 1].size) {
		at--;
	} else if (at == img->funcs.n || img->funcs.v[at].section != p->section ||
		   img->funcs.v[at].addr - p->addr > ROOM_BEFORE_ENTRY) {
		return;
	}
	addr = img->funcs.v[at].addr;
	while (at && img->funcs.v[at - 1].section == p->section && img->funcs.v[at - 1].addr == addr)
		at--;
	for (end = at; end < img->funcs.n && img->funcs.v[end].section == p->section &&
		       img->funcs.v[end].addr == addr; end++)
		img->funcs.v[end].traced = true;
}

static void read_btf(struct reader *r, Elf_Scn *scn)
{
	Elf_Data *data = elf_rawdata(scn, NULL);

	r->img->has_btf = data && data->d_size;
	if (r->img->has_btf)
		strbuf_add(&r->img->btf, data->d_buf, data->d_size);
}

static void each_section(struct reader *r,
			 void (*do_it)(struct reader *r, Elf_Scn *scn, const GElf_Shdr *sh))
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(r->elf, scn))) {
		GElf_Shdr sh;

		if (gelf_getshdr(scn, &sh))
			do_it(r, scn, &sh);
	}
}

static void read_tables(struct reader *r, Elf_Scn *scn, const GElf_Shdr *sh)
{
	if (sh->sh_type == SHT_SYMTAB)
		read_symbols(r, scn, sh);
	else if (sh->sh_type == SHT_PROGBITS && !strcmp(section_name(r, scn), ".BTF"))
		read_btf(r, scn);
}

static const char *read_image(struct reader *r)
{
	if (elf_kind(r->elf) != ELF_K_ELF || !gelf_getehdr(r->elf, &r->eh) ||
	    elf_getshdrstrndx(r->elf, &r->names))
		return "not an ELF file";
	each_section(r, read_tables);
	if (!r->img->funcs.n)
		return "it has no symbols of functions (a stripped or compressed kernel; wanted is "
		       "vmlinux as the build leaves it)";
	qsort(r->img->funcs.v, r->img->funcs.n, sizeof(*r->img->funcs.v), cmp_func);
	if (r->eh.e_type == ET_REL) {
		each_section(r, read_object_relocations);
	} else if (r->has_start && r->has_stop && r->stop > r->start) {
		each_section(r, read_linked_values);
		if (!r->places.n)
			each_section(r, read_linked_relocations);
		r->img->has_locations = r->places.n;
	}
	for (size_t i = 0; i < r->places.n; i++) {
		if (!is_discarded(r, r->places.v[i].section))
			mark(r->img, &r->places.v[i]);
	}
	return NULL;
}

int elf_image_read(struct elf_image *ret, const char *path, struct arena *a, const char **ret_error)
{
	struct elf_image img = { .btf = STRBUF_INIT };
	struct reader r = { .a = a, .img = &img };
	const char *error;
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0) {
		err = -errno;
		*ret_error = arena_strdup(a, strerror(-err));
		return err;
	}
	elf_version(EV_CURRENT);
	r.elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	error = r.elf ? read_image(&r) : "not an ELF file";
	vec_release(&r.places);
	if (r.elf)
		elf_end(r.elf);
	close(fd);
	if (error) {
		elf_image_release(&img);
		*ret_error = error;
		return -EBADMSG;
	}
	*ret = img;
	return 0;
}

void elf_image_release(struct elf_image *img)
{
	vec_release(&img->funcs);
	vec_release(&img->files);
	strbuf_release(&img->btf);
}
