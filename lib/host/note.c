/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/host/note.h"

#include <gelf.h>

#define NOTE_SECTION ".note.stapsdt"
#define BASE_SECTION ".stapsdt.base"
#define NOTE_OWNER   "stapsdt"
#define NOTE_TYPE    3
/* The place, the base, the counter. */
#define NOTE_ADDRESSES 3

/* A note of a probe, as it is in the file. */
struct raw {
	uint64_t addresses[NOTE_ADDRESSES];
	const char *provider, *name, *args;
};

/* Reads notes, one after the other. */
struct reader {
	const struct program *program;
	Elf *elf;
	uint64_t base; /* the address of the section BASE_SECTION, or 0 */
	Elf_Scn *section;
	Elf_Data *data;
	size_t at;
	bool any; /* there was a note */
};

static const char *section_name(const struct reader *reader, Elf_Scn *section,
				GElf_Shdr *ret)
{
	const char *name;
	size_t names;

	if (!gelf_getshdr(section, ret) || elf_getshdrstrndx(reader->elf, &names) < 0)
		return "";
	name = elf_strptr(reader->elf, names, ret->sh_name);
	return name ? name : "";
}

static void reader_begin(struct reader *reader, const struct program *program)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	*reader = (struct reader){ .program = program, .elf = program_get_elf(program) };
	while ((section = elf_nextscn(reader->elf, section)))
		if (str_equal(section_name(reader, section, &header), BASE_SECTION))
			reader->base = header.sh_addr;
}

/* The next section with notes. 0: there is none; -EBADMSG: it is not in the file. */
static int reader_next_section(struct reader *reader)
{
	GElf_Shdr header;

	while ((reader->section = elf_nextscn(reader->elf, reader->section))) {
		if (!str_equal(section_name(reader, reader->section, &header),
			       NOTE_SECTION) ||
		    header.sh_type != SHT_NOTE)
			continue;
		reader->data = elf_getdata(reader->section, NULL);
		reader->at = 0;
		if (!reader->data || reader->data->d_size != header.sh_size)
			return -EBADMSG;
		return 1;
	}
	return 0;
}

/* A text in @n bytes; NULL if it does not end there. */
static const char *text_take(const char **at, size_t *n)
{
	const char *text = *at;
	size_t len = strnlen(text, *n);

	if (len == *n)
		return NULL;
	*at += len + 1;
	*n -= len + 1;
	return text;
}

static int raw_parse(const struct reader *reader, const char *text, size_t n,
		     struct raw *ret)
{
	size_t bytes = program_is_32bit(reader->program) ? 4 : 8;

	if (n < NOTE_ADDRESSES * bytes)
		return -EBADF;
	for (uint32_t i = 0; i < NOTE_ADDRESSES; i++) {
		ret->addresses[i] = 0;
		memcpy(&ret->addresses[i], text + i * bytes, bytes);
	}
	text += NOTE_ADDRESSES * bytes;
	n -= NOTE_ADDRESSES * bytes;
	ret->provider = text_take(&text, &n);
	ret->name = ret->provider ? text_take(&text, &n) : NULL;
	ret->args = ret->name ? text_take(&text, &n) : NULL;
	return ret->args ? 0 : -EBADF;
}

/* 1 and the next note; 0 at the end; -EBADMSG, -EBADF. */
static int reader_next(struct reader *reader, struct raw *ret)
{
	size_t name, text, next;
	GElf_Nhdr header;
	int r;

	for (;;) {
		if (!reader->section || !reader->data ||
		    reader->at >= reader->data->d_size) {
			r = reader_next_section(reader);
			if (r <= 0)
				return r;
			continue;
		}
		next = gelf_getnote(reader->data, reader->at, &header, &name, &text);
		if (!next)
			return -EBADF;
		reader->at = next;
		if (header.n_type != NOTE_TYPE || header.n_namesz != sizeof(NOTE_OWNER) ||
		    memcmp((const char *)reader->data->d_buf + name, NOTE_OWNER,
			   sizeof(NOTE_OWNER)) != 0)
			continue;
		reader->any = true;
		r = raw_parse(reader, (const char *)reader->data->d_buf + text,
			      header.n_descsz, ret);
		return r < 0 ? r : 1;
	}
}

/* Prelinked programs have moved since the note was written, by as much as the section. */
static void raw_move(const struct reader *reader, struct raw *raw)
{
	uint64_t by = reader->base ? reader->base - raw->addresses[1] : 0;

	raw->addresses[0] += by;
	if (raw->addresses[2])
		raw->addresses[2] += by;
}

static int symbol_find(void *user, const char *name, size_t len, uint64_t *ret)
{
	return program_find_object(user, name, (uint32_t)len, ret);
}

static int note_fill(const struct reader *reader, const struct raw *raw, struct note *ret)
{
	const struct operand_file file = {
		.find = symbol_find,
		.user = (void *)reader->program,
		.address = raw->addresses[0],
		.moves = program_moves(reader->program),
	};
	int r;

	*ret = (struct note){};
	if (program_find_offset(reader->program, raw->addresses[0], &ret->offset) < 0)
		return -EFAULT;
	if (raw->addresses[2] &&
	    program_find_data(reader->program, raw->addresses[2], &ret->counter) < 0)
		return -ENXIO;
	if (ret->counter > UINT32_MAX)
		return -ERANGE;
	r = operands_parse(&ret->operands, raw->args, &file);
	if (r < 0)
		return r;
	ret->n_operands = (uint32_t)r;
	return 0;
}

/* A note may be in the file twice; a place is probed once. */
static int notes_add(struct notes *notes, const struct note *note)
{
	struct note *grown;

	for (uint32_t i = 0; i < notes->n; i++)
		if (notes->items[i].offset == note->offset)
			return 0;
	if (notes->n == NOTE_MAX_PLACES)
		return -EMLINK;
	grown = realloc(notes->items, (notes->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	notes->items = grown;
	notes->items[notes->n++] = *note;
	return 0;
}

int notes_find(struct notes *ret, const struct program *program, const char *provider,
	       const char *name)
{
	struct reader reader;
	struct note note;
	struct raw raw;
	int r;

	*ret = (struct notes){};
	reader_begin(&reader, program);
	while ((r = reader_next(&reader, &raw)) > 0) {
		if (!str_equal(raw.provider, provider) || !str_equal(raw.name, name))
			continue;
		raw_move(&reader, &raw);
		r = note_fill(&reader, &raw, &note);
		if (r >= 0)
			r = notes_add(ret, &note);
		if (r < 0)
			break;
	}
	if (r < 0 || ret->n)
		return r;
	if (program_is_cut(program))
		return -EBADMSG;
	return reader.any ? -ENOENT : -ENODATA;
}

void notes_done(struct notes *notes)
{
	free(notes->items);
	*notes = (struct notes){};
}

bool notes_have_provider(const struct program *program, const char *provider)
{
	struct reader reader;
	struct raw raw;

	reader_begin(&reader, program);
	while (reader_next(&reader, &raw) > 0)
		if (str_equal(raw.provider, provider))
			return true;
	return false;
}

void notes_offer(const struct program *program, const char *provider,
		 struct nearest *nearest)
{
	struct reader reader;
	struct raw raw;

	reader_begin(&reader, program);
	while (reader_next(&reader, &raw) > 0)
		if (!provider)
			nearest_offer(nearest, raw.provider);
		else if (str_equal(raw.provider, provider))
			nearest_offer(nearest, raw.name);
}
