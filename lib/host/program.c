/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/host/program.h"

#include <fcntl.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_BYTES	  4096u
#define INSTRUCTION_BYTES 15u
#define COUNTER_BYTES	  2u
/* Functions of one name that are distinguished; there may be more. */
#define MAX_NAMESAKES 64u

struct program {
	int fd;
	struct program_identity identity;
	uint64_t bytes;
	Elf *elf;
	GElf_Ehdr header;
};

struct program *program_free(struct program *program)
{
	if (!program)
		return NULL;
	if (program->elf)
		elf_end(program->elf);
	closep(&program->fd);
	free(program);
	return NULL;
}

static bool is_of_this_machine(const GElf_Ehdr *header)
{
	if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
		return false;
	return header->e_machine == EM_X86_64 || header->e_machine == EM_386;
}

static int program_read(struct program *program)
{
	struct stat st;

	if (fstat(program->fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -ENOEXEC;
	program->identity =
		(struct program_identity){ st.st_dev, st.st_ino,
					   (uint64_t)st.st_ctim.tv_sec * 1000000000u +
						   (uint64_t)st.st_ctim.tv_nsec };
	program->bytes = (uint64_t)st.st_size;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOEXEC;
	program->elf = elf_begin(program->fd, ELF_C_READ, NULL);
	if (!program->elf || elf_kind(program->elf) != ELF_K_ELF ||
	    !gelf_getehdr(program->elf, &program->header) ||
	    !is_of_this_machine(&program->header))
		return -ENOEXEC;
	return 0;
}

int program_open(struct program **ret, const char *path)
{
	_cleanup_(program_freep) struct program *program = calloc(1, sizeof(*program));
	int r;

	if (!program)
		return -ENOMEM;
	/* A pipe must not hold the caller up. */
	program->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (program->fd < 0)
		return -errno;
	r = program_read(program);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(program);
	return 0;
}

struct program_identity program_identify(const struct program *program)
{
	return program->identity;
}

bool program_is_32bit(const struct program *program)
{
	return program->header.e_machine == EM_386;
}

bool program_moves(const struct program *program)
{
	return program->header.e_type == ET_DYN;
}

struct Elf *program_get_elf(const struct program *program)
{
	return program->elf;
}

/* The list of its sections is at the end of most files. */
bool program_is_cut(const struct program *program)
{
	return program->header.e_shoff >= program->bytes;
}

bool program_is_stripped(const struct program *program)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(program->elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			return false;
	return true;
}

/* The symbols of one table. */
struct table {
	Elf *elf;
	Elf_Data *data;
	size_t names; /* the section with their names */
	size_t n;
};

static bool table_open(const struct program *program, Elf_Scn *section, GElf_Word type,
		       struct table *ret)
{
	GElf_Shdr header;

	if (!gelf_getshdr(section, &header) || header.sh_type != type ||
	    !header.sh_entsize)
		return false;
	ret->elf = program->elf;
	ret->data = elf_getdata(section, NULL);
	ret->names = header.sh_link;
	ret->n = ret->data ? ret->data->d_size / header.sh_entsize : 0;
	return ret->n > 0;
}

/* A function's stand-in, which runs once, to choose the function. */
static bool is_chosen_late(const GElf_Sym *symbol)
{
	return GELF_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC;
}

/* A function that the file itself contains; NULL if symbol @i is none. */
static const char *table_function(const struct table *table, size_t i, GElf_Sym *ret)
{
	if (!gelf_getsym(table->data, (int)i, ret) || ret->st_shndx == SHN_UNDEF ||
	    !ret->st_value)
		return NULL;
	if (GELF_ST_TYPE(ret->st_info) != STT_FUNC && !is_chosen_late(ret))
		return NULL;
	return elf_strptr(table->elf, table->names, ret->st_name);
}

struct search {
	const char *symbol;
	uint32_t len;
	uint64_t addresses[MAX_NAMESAKES];
	uint32_t count;
	bool is_late;
};

/* One that a second table or name repeats is the same. */
static void search_take(struct search *search, const char *name, const GElf_Sym *symbol)
{
	if (strncmp(name, search->symbol, search->len) != 0 || name[search->len])
		return;
	for (uint32_t i = 0; i < search->count; i++)
		if (search->addresses[i] == symbol->st_value)
			return;
	search->is_late |= is_chosen_late(symbol);
	if (search->count < MAX_NAMESAKES)
		search->addresses[search->count++] = symbol->st_value;
}

static void table_search(const struct table *table, struct search *search)
{
	const char *name;
	GElf_Sym symbol;

	for (size_t i = 0; i < table->n; i++) {
		name = table_function(table, i, &symbol);
		if (name)
			search_take(search, name, &symbol);
	}
}

int program_find_symbol(const struct program *program, const char *symbol,
			uint32_t symbol_len, uint64_t *ret_address, uint32_t *ret_count)
{
	static const GElf_Word types[] = { SHT_SYMTAB, SHT_DYNSYM };
	struct search search = { .symbol = symbol, .len = symbol_len };
	struct table table;
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(types) && !search.count; i++) {
		Elf_Scn *section = NULL;

		while ((section = elf_nextscn(program->elf, section))) {
			if (!table_open(program, section, types[i], &table))
				continue;
			any = true;
			table_search(&table, &search);
		}
	}
	if (!search.count && !any)
		return program_is_cut(program) ? -EBADMSG : -ENODATA;
	if (!search.count)
		return -ENOENT;
	if (search.is_late)
		return -ENOTSUP;
	*ret_address = search.addresses[0];
	*ret_count = search.count;
	return 0;
}

/* Calls @fn with each function of both tables; one may come twice. */
typedef void (*function_fn)(void *user, const char *name, const GElf_Sym *symbol);

static void program_each_function(const struct program *program, function_fn fn,
				  void *user)
{
	static const GElf_Word types[] = { SHT_SYMTAB, SHT_DYNSYM };
	Elf_Scn *section = NULL;
	struct table table;
	const char *name;
	GElf_Sym symbol;

	while ((section = elf_nextscn(program->elf, section)))
		for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
			if (!table_open(program, section, types[i], &table))
				continue;
			for (size_t k = 0; k < table.n; k++) {
				name = table_function(&table, k, &symbol);
				if (name)
					fn(user, name, &symbol);
			}
		}
}

static void offer(void *user, const char *name, const GElf_Sym *symbol)
{
	(void)symbol;
	nearest_offer(user, name);
}

void program_offer_symbols(const struct program *program, struct nearest *nearest)
{
	program_each_function(program, offer, nearest);
}

static void table_search_object(const struct table *table, struct search *search)
{
	const char *name;
	GElf_Sym symbol;

	for (size_t i = 0; i < table->n; i++) {
		if (!gelf_getsym(table->data, (int)i, &symbol) ||
		    symbol.st_shndx == SHN_UNDEF || is_chosen_late(&symbol) ||
		    GELF_ST_TYPE(symbol.st_info) > STT_FUNC)
			continue;
		name = elf_strptr(table->elf, table->names, symbol.st_name);
		if (name)
			search_take(search, name, &symbol);
	}
}

int program_find_object(const struct program *program, const char *symbol,
			uint32_t symbol_len, uint64_t *ret_address)
{
	static const GElf_Word types[] = { SHT_SYMTAB, SHT_DYNSYM };
	struct search search = { .symbol = symbol, .len = symbol_len };
	struct table table;

	for (size_t i = 0; i < ARRAY_SIZE(types) && !search.count; i++) {
		Elf_Scn *section = NULL;

		while ((section = elf_nextscn(program->elf, section)))
			if (table_open(program, section, types[i], &table))
				table_search_object(&table, &search);
	}
	*ret_address = search.addresses[0];
	return !search.count ? -ENOENT : search.count > 1 ? -ENOTUNIQ : 0;
}

/* A part of @type with all of @flags; false at the end. */
static bool program_next_part(const struct program *program, GElf_Word type,
			      GElf_Word flags, size_t *i, GElf_Phdr *ret)
{
	size_t n;

	if (elf_getphdrnum(program->elf, &n) < 0)
		return false;
	while (*i < n) {
		if (!gelf_getphdr(program->elf, (int)(*i)++, ret))
			return false;
		if (ret->p_type == type && (ret->p_flags & flags) == flags)
			return true;
	}
	return false;
}

/* A part of the file that is mapped as code; false at the end. */
static bool program_next_code(const struct program *program, size_t *i, GElf_Phdr *ret)
{
	return program_next_part(program, PT_LOAD, PF_X, i, ret);
}

/* The place in the file of @bytes bytes at @address, in a part with the permission @flag. */
static int program_find_in(const struct program *program, GElf_Word flag,
			   uint64_t address, uint64_t bytes, uint64_t *ret)
{
	GElf_Phdr part;
	size_t i = 0;

	while (program_next_part(program, PT_LOAD, flag, &i, &part)) {
		if (address < part.p_vaddr || part.p_filesz < bytes ||
		    address - part.p_vaddr > part.p_filesz - bytes)
			continue;
		*ret = address - part.p_vaddr + part.p_offset;
		return 0;
	}
	return -ENOENT;
}

int program_find_data(const struct program *program, uint64_t address, uint64_t *ret)
{
	return program_find_in(program, PF_W, address, sizeof(uint16_t), ret);
}

int program_find_offset(const struct program *program, uint64_t address, uint64_t *ret)
{
	return program_find_in(program, PF_X, address, 1, ret);
}

bool program_has_code(const struct program *program, uint64_t offset)
{
	GElf_Phdr part;
	size_t i = 0;

	while (program_next_code(program, &i, &part))
		if (offset >= part.p_offset && offset - part.p_offset < part.p_filesz)
			return true;
	return false;
}

/* What the file has of a part, plus the rest of its last page, where other variables begin. */
static uint64_t part_mapped_bytes(const GElf_Phdr *part)
{
	uint64_t in_page = part->p_offset % PAGE_BYTES;
	uint64_t rest = (in_page + part->p_filesz) % PAGE_BYTES;

	if (!part->p_filesz || part->p_memsz <= part->p_filesz || !rest)
		return part->p_filesz;
	return part->p_filesz + MIN(part->p_memsz - part->p_filesz, PAGE_BYTES - rest);
}

static bool part_has_counter(const GElf_Phdr *part, uint64_t bytes, uint64_t offset)
{
	return offset >= part->p_offset && bytes >= COUNTER_BYTES &&
	       offset - part->p_offset <= bytes - COUNTER_BYTES;
}

bool program_has_counter(const struct program *program, uint64_t offset)
{
	GElf_Phdr part;
	size_t i = 0, k = 0;

	/* What the loader makes read-only before the program runs. */
	while (program_next_part(program, PT_GNU_RELRO, 0, &k, &part))
		if (part_has_counter(&part, part.p_filesz, offset))
			return false;
	while (program_next_part(program, PT_LOAD, PF_W, &i, &part))
		if (part_has_counter(&part, part_mapped_bytes(&part), offset))
			return offset - offset % PAGE_BYTES < program->bytes;
	return false;
}

static bool is_prefix(uint8_t byte)
{
	static const uint8_t prefixes[] = { 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3 };

	return memchr(prefixes, byte, sizeof(prefixes)) || (byte & 0xf0) == 0x40;
}

bool program_is_unprobeable(const struct program *program, uint64_t offset)
{
	static const uint8_t never[] = {
		0x6c, 0x6d, 0x6e, 0x6f, 0xe4, 0xe5, 0xe6, 0xe7, 0xec, 0xed, /* in, out */
		0xee, 0xef, 0xcc, 0xcd, 0xce, 0xcf, /* int3, int, into, iret */
		0xf0, 0xf1, 0xf4, 0xfa, 0xfb,	    /* lock, int1, hlt, cli, sti */
	};
	uint8_t bytes[INSTRUCTION_BYTES];
	ssize_t n = pread(program->fd, bytes, sizeof(bytes), (off_t)offset);
	ssize_t i = 0;

	while (i < n && is_prefix(bytes[i]))
		i++;
	return i < n && memchr(never, bytes[i], sizeof(never));
}

struct inside {
	const struct program *program;
	uint64_t offset;
	bool starts, is_inside;
};

static void inside_look(void *user, const char *name, const GElf_Sym *symbol)
{
	struct inside *inside = user;
	uint64_t offset;

	(void)name;
	if (program_find_offset(inside->program, symbol->st_value, &offset) < 0)
		return;
	inside->starts |= inside->offset == offset;
	inside->is_inside |=
		inside->offset > offset && inside->offset - offset < symbol->st_size;
}

bool program_is_inside(const struct program *program, uint64_t offset)
{
	struct inside inside = { .program = program, .offset = offset };

	program_each_function(program, inside_look, &inside);
	return inside.is_inside && !inside.starts;
}
