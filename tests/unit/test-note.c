/* SPDX-License-Identifier: Apache-2.0 */
/* Operands of probes; and notes of probes, in programs that are made here byte by byte. */
#include "lib/host/note.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/suite.h"

TIMEOUT(60)

/* Operands */

static int find_symbol(void *user, const char *name, size_t len, uint64_t *ret)
{
	(void)user;
	if (len == 5 && !memcmp(name, "twice", 5))
		return -ENOTUNIQ;
	if (len != 6 || memcmp(name, "number", 6) != 0)
		return -ENOENT;
	*ret = 0x5000;
	return 0;
}

static struct operand operands[OPERAND_MAX];

static int parse(const char *text, bool moves)
{
	const struct operand_file file = { .find = find_symbol,
					   .address = 0x1100,
					   .moves = moves };

	return operands_parse(&operands, text, &file);
}

/* Registers by their words in struct pt_regs, plus 1. */
enum {
	R15 = 1,
	RBP = 5,
	RBX = 6,
	R9 = 9,
	R8 = 10,
	RAX = 11,
	RCX = 12,
	RDX = 13,
	RSI = 14,
	RDI = 15,
	RIP = 17,
	RSP = 20
};

static const struct {
	const char *text;
	struct operand is;
} forms[] = {
	{ "-4@$-5", { .bytes = 4, .is_signed = 1, .number = -5ull } },
	{ "8@$0xfedcba9876543210", { .bytes = 8, .number = 0xfedcba9876543210 } },
	{ "8@$18446744073709551615", { .bytes = 8, .number = UINT64_MAX } },
	{ "-8@$-9223372036854775808",
	  { .bytes = 8, .is_signed = 1, .number = 1ull << 63 } },
	{ "1@$200", { .bytes = 1, .number = 200 } },
	{ "4@$number", { .bytes = 4, .number = 0x5000 } },
	{ "4@$number+8", { .bytes = 4, .number = 0x5008 } },
	{ "-8@%rax", { .bytes = 8, .is_signed = 1, .base = RAX } },
	{ "-4@%ebx", { .bytes = 4, .is_signed = 1, .base = RBX } },
	{ "2@%cx", { .bytes = 2, .base = RCX } },
	{ "1@%dl", { .bytes = 1, .base = RDX } },
	{ "1@%ah", { .bytes = 1, .base = RAX, .skip = 8 } },
	{ "1@%sil", { .bytes = 1, .base = RSI } },
	{ "8@%r15", { .bytes = 8, .base = R15 } },
	{ "4@%r9d", { .bytes = 4, .base = R9 } },
	{ "2@%r8w", { .bytes = 2, .base = R8 } },
	{ "1@%r9b", { .bytes = 1, .base = R9 } },
	{ "8@%rsp", { .bytes = 8, .base = RSP } },
	{ "8@(%rdi)", { .bytes = 8, .loads = 1, .base = RDI } },
	{ "-4@-20(%rbp)",
	  { .bytes = 4, .is_signed = 1, .loads = 1, .base = RBP, .number = -20ull } },
	{ "4@0x14(%rbp)", { .bytes = 4, .loads = 1, .base = RBP, .number = 20 } },
	{ "4@8+4(%rbp)", { .bytes = 4, .loads = 1, .base = RBP, .number = 12 } },
	{ "1@(%rbx,%rcx)", { .bytes = 1, .loads = 1, .base = RBX, .index = RCX } },
	{ "2@-6(%rbx,%rcx,2)",
	  { .bytes = 2,
	    .loads = 1,
	    .base = RBX,
	    .index = RCX,
	    .index_shift = 1,
	    .number = -6ull } },
	{ "8@(,%rcx,8)", { .bytes = 8, .loads = 1, .index = RCX, .index_shift = 3 } },
	{ "4@number(%rip)",
	  { .bytes = 4, .loads = 1, .base = RIP, .number = 0x5000 - 0x1100 } },
	{ "4@number+4(%rip)",
	  { .bytes = 4, .loads = 1, .base = RIP, .number = 0x5004 - 0x1100 } },
	{ "4@-4+number(%rip)",
	  { .bytes = 4, .loads = 1, .base = RIP, .number = 0x4ffc - 0x1100 } },
	{ "4@number", { .bytes = 4, .loads = 1, .number = 0x5000 } },
	{ "4@number(,%rcx,4)",
	  { .bytes = 4, .loads = 1, .index = RCX, .index_shift = 2, .number = 0x5000 } },
};

TEST(operands_have_forms)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct operand is = forms[i].is;

		strcpy(is.text, forms[i].text);
		ck_assert_int_eq(parse(forms[i].text, false), 1);
		ck_assert_msg(!memcmp(&operands[0], &is, sizeof(is)), "%s",
			      forms[i].text);
	}
}

static const struct {
	const char *text;
	uint32_t error;
	bool moves;
} wrongs[] = {
	{ "%rax", OPERAND_NO_SIZE },
	{ "@%rax", OPERAND_NO_SIZE },
	{ "3@%rax", OPERAND_NO_SIZE },
	{ "0@%rax", OPERAND_NO_SIZE },
	{ "16@%rax", OPERAND_NO_SIZE },
	{ "-@%rax", OPERAND_NO_SIZE },
	{ "8", OPERAND_NO_SIZE },
	{ "8%rax", OPERAND_NO_SIZE },
	{ "18446744073709551616@%rax", OPERAND_NO_SIZE },
	{ "8f@%xmm0", OPERAND_FLOATING },
	{ "-8f@(%rax)", OPERAND_FLOATING },
	{ "8@%xmm0", OPERAND_VECTOR },
	{ "8@%st(0)", OPERAND_VECTOR },
	{ "4@%fs:0x28", OPERAND_SEGMENT },
	{ "4@%gs", OPERAND_SEGMENT },
	{ "4@other(%rip)", OPERAND_NO_SYMBOL },
	{ "4@$other", OPERAND_NO_SYMBOL },
	{ "4@number@GOTPCREL(%rip)", OPERAND_NO_SYMBOL },
	{ "4@twice(%rip)", OPERAND_SYMBOLS },
	{ "4@number", OPERAND_MOVES, true },
	{ "4@number(,%rcx,4)", OPERAND_MOVES, true },
	{ "8@$number", OPERAND_MOVES, true },
	{ "8@", OPERAND_UNKNOWN },
	{ "8@$", OPERAND_UNKNOWN },
	{ "8@$1 2", 0 },
	{ "8@$1x", OPERAND_UNKNOWN },
	{ "8@$--1", OPERAND_UNKNOWN },
	{ "8@$18446744073709551616", OPERAND_UNKNOWN },
	{ "8@$(%rax)", OPERAND_UNKNOWN },
	{ "8@%", OPERAND_UNKNOWN },
	{ "8@%nope", OPERAND_UNKNOWN },
	{ "8@%rip", OPERAND_UNKNOWN },
	{ "8@%rax+1", OPERAND_UNKNOWN },
	{ "8@%rax:8", OPERAND_UNKNOWN },
	{ "8@8", OPERAND_UNKNOWN },
	{ "8@()", OPERAND_UNKNOWN },
	{ "8@(%rax", OPERAND_UNKNOWN },
	{ "8@(%rax)8", OPERAND_UNKNOWN },
	{ "8@(%eax)", OPERAND_UNKNOWN },
	{ "8@(%rax,%rcx,3)", OPERAND_UNKNOWN },
	{ "8@(%rax,%rcx,16)", OPERAND_UNKNOWN },
	{ "8@(%rax,%rcx,)", OPERAND_UNKNOWN },
	{ "8@(%rax,)", OPERAND_UNKNOWN },
	{ "8@(,)", OPERAND_UNKNOWN },
	{ "8@8(%rip)", OPERAND_UNKNOWN },
	{ "8@number(%rip,%rax)", OPERAND_UNKNOWN },
	{ "8@(%rax,%rip)", OPERAND_UNKNOWN },
	{ "8@number+number(%rip)", OPERAND_UNKNOWN },
	{ "8@-number(%rip)", OPERAND_UNKNOWN },
	{ "8@*(%rax)", OPERAND_UNKNOWN },
};

TEST(operands_of_other_forms_have_reasons)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++) {
		ck_assert_int_ge(parse(wrongs[i].text, wrongs[i].moves), 1);
		ck_assert_msg(operands[0].error == wrongs[i].error, "%s: %u",
			      wrongs[i].text, operands[0].error);
	}
	for (uint32_t i = 0; i < OPERAND_ERROR_END; i++)
		ck_assert_ptr_nonnull(operand_error_text(i));
	ck_assert_str_eq(operand_error_text(OPERAND_ERROR_END),
			 operand_error_text(OPERAND_UNKNOWN));
}

TEST(operands_are_so_many_and_no_more)
{
	char text[512] = "", longest[512] = "8@$";

	ck_assert_int_eq(parse("", false), 0);
	ck_assert_int_eq(parse("  \t", false), 0);
	for (uint32_t i = 0; i < OPERAND_MAX; i++)
		strcat(text, " 8@%rax");
	ck_assert_int_eq(parse(text, false), (int)OPERAND_MAX);
	strcat(text, " 8@%rax");
	ck_assert_int_eq(parse(text, false), -E2BIG);
	memset(longest + 3, '0', 300);
	strcpy(longest + 303, "7");
	ck_assert_int_eq(parse(longest, false), 1);
	ck_assert_uint_eq(operands[0].error, 0);
	ck_assert_uint_eq(operands[0].number, 7);
	ck_assert_uint_eq(strlen(operands[0].text), OPERAND_TEXT_BYTES - 1);
}

/* Programs with notes */

#define CODE_AT	   0x401000ull /* and 0x1000 in the file */
#define DATA_AT	   0x402000ull /* and 0x2000 in the file */
#define PART_BYTES 0x100u
#define NOTES_AT   0x3000u
#define BASE	   0x400800ull
#define FILE_BYTES 0x8000u

static char path[32];
static struct program *program;
static struct notes notes;
static unsigned char bytes[FILE_BYTES];
static size_t n_notes; /* bytes */

static void setup(void)
{
	int fd;

	strcpy(path, "/tmp/test-note.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	program = NULL;
	notes = (struct notes){};
	memset(bytes, 0, sizeof(bytes));
	n_notes = 0;
}

static void teardown(void)
{
	notes_done(&notes);
	program = program_free(program);
	unlink(path);
}

static void put(const void *from, size_t n)
{
	ck_assert_uint_le(NOTES_AT + n_notes + n, FILE_BYTES - 0x1000);
	memcpy(bytes + NOTES_AT + n_notes, from, n);
	n_notes += n;
}

static void put_padding(void)
{
	while (n_notes % 4)
		put("", 1);
}

/* @n: bytes of the description, if not all of it. */
static void note_put(uint64_t at, uint64_t base, uint64_t counter, const char *name,
		     const char *args, size_t n)
{
	char text[600];
	uint64_t numbers[3] = { at, base, counter };
	size_t len = sizeof(numbers);
	Elf64_Nhdr header = { .n_namesz = 8, .n_type = 3 };

	memcpy(text, numbers, sizeof(numbers));
	len += (size_t)sprintf(text + len, "lab") + 1;
	len += (size_t)sprintf(text + len, "%s", name) + 1;
	len += (size_t)sprintf(text + len, "%s", args) + 1;
	header.n_descsz = (Elf64_Word)(n ? n : len);
	put(&header, sizeof(header));
	put("stapsdt", 8);
	put(text, header.n_descsz);
	put_padding();
}

static void place(uint64_t at)
{
	note_put(at, BASE, 0, "probe", "-4@%eax", 0);
}

#define NAMES "\0.shstrtab\0.note.stapsdt\0.stapsdt.base"

/* @base: where the section is whose address the notes have. @bytes_left: of the file; 0: all. */
static void program_write(uint64_t base, size_t bytes_left)
{
	Elf64_Ehdr head = { .e_type = ET_EXEC,
			    .e_machine = EM_X86_64,
			    .e_version = EV_CURRENT,
			    .e_phoff = sizeof(head),
			    .e_shoff = 0x7000,
			    .e_ehsize = sizeof(head),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = 2,
			    .e_shentsize = sizeof(Elf64_Shdr),
			    .e_shnum = 4,
			    .e_shstrndx = 1 };
	Elf64_Phdr parts[] = { { .p_type = PT_LOAD,
				 .p_flags = PF_R | PF_X,
				 .p_offset = 0x1000,
				 .p_vaddr = CODE_AT,
				 .p_filesz = PART_BYTES,
				 .p_memsz = PART_BYTES },
			       { .p_type = PT_LOAD,
				 .p_flags = PF_R | PF_W,
				 .p_offset = 0x2000,
				 .p_vaddr = DATA_AT,
				 .p_filesz = PART_BYTES,
				 .p_memsz = 0x200 } };
	Elf64_Shdr sections[] = { {},
				  { .sh_name = 1,
				    .sh_type = SHT_STRTAB,
				    .sh_offset = 0x7800,
				    .sh_size = sizeof(NAMES) },
				  { .sh_name = 11,
				    .sh_type = SHT_NOTE,
				    .sh_offset = NOTES_AT,
				    .sh_size = n_notes,
				    .sh_addralign = 4 },
				  { .sh_name = 25,
				    .sh_type = SHT_PROGBITS,
				    .sh_addr = base,
				    .sh_offset = 0x1000,
				    .sh_size = 1 } };
	int fd = open(path, O_WRONLY | O_TRUNC);
	size_t n = bytes_left ? bytes_left : sizeof(bytes);

	memcpy(head.e_ident, ELFMAG "\2\1\1", 7);
	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), parts, sizeof(parts));
	memcpy(bytes + 0x7000, sections, sizeof(sections));
	memcpy(bytes + 0x7800, NAMES, sizeof(NAMES));
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
	close(fd);
	ck_assert_int_eq(program_open(&program, path), 0);
}

static int find(const char *name)
{
	return notes_find(&notes, program, "lab", name);
}

TEST(notes_have_places)
{
	place(CODE_AT);
	note_put(CODE_AT + 4, BASE, DATA_AT + 8, "other", "", 0);
	note_put(CODE_AT + PART_BYTES - 1, BASE, DATA_AT, "probe", "8@%rdi 2@$7", 0);
	/* The same once more. */
	place(CODE_AT);
	program_write(BASE, 0);
	ck_assert_int_eq(find("probe"), 0);
	ck_assert_uint_eq(notes.n, 2);
	ck_assert_uint_eq(notes.items[0].offset, 0x1000);
	ck_assert_uint_eq(notes.items[0].counter, 0);
	ck_assert_uint_eq(notes.items[0].n_operands, 1);
	ck_assert_uint_eq(notes.items[1].offset, 0x1000 + PART_BYTES - 1);
	ck_assert_uint_eq(notes.items[1].counter, 0x2000);
	ck_assert_uint_eq(notes.items[1].n_operands, 2);
	ck_assert_str_eq(notes.items[1].operands[1].text, "2@$7");
	notes_done(&notes);
	ck_assert_int_eq(find("other"), 0);
	ck_assert_uint_eq(notes.n, 1);
	ck_assert_uint_eq(notes.items[0].counter, 0x2008);
	ck_assert_uint_eq(notes.items[0].n_operands, 0);
}

/* A prelinked program has moved, by 0x1000 here. */
TEST(notes_move_with_their_program)
{
	note_put(CODE_AT - 0x1000, BASE - 0x1000, DATA_AT - 0x1000, "probe", "", 0);
	program_write(BASE, 0);
	ck_assert_int_eq(find("probe"), 0);
	ck_assert_uint_eq(notes.items[0].offset, 0x1000);
	ck_assert_uint_eq(notes.items[0].counter, 0x2000);
}

TEST(notes_are_found_by_both_names)
{
	struct nearest nearest;

	place(CODE_AT);
	program_write(BASE, 0);
	ck_assert_int_eq(find("prob"), -ENOENT);
	ck_assert_int_eq(find("probes"), -ENOENT);
	ck_assert_int_eq(notes_find(&notes, program, "labs", "probe"), -ENOENT);
	ck_assert(notes_have_provider(program, "lab"));
	ck_assert(!notes_have_provider(program, "la"));
	nearest_init(&nearest, "porbe");
	notes_offer(program, "lab", &nearest);
	ck_assert_str_eq(nearest.best, "probe");
	nearest_init(&nearest, "lsb");
	notes_offer(program, NULL, &nearest);
	ck_assert_str_eq(nearest.best, "lab");
}

/* Each with a reason of its own. */
TEST(notes_may_be_broken)
{
	static const struct {
		uint64_t at, counter;
		size_t n;
		int error;
	} rows[] = {
		{ CODE_AT - 1, 0, 0, -EFAULT },
		{ CODE_AT + PART_BYTES, 0, 0, -EFAULT },
		{ DATA_AT, 0, 0, -EFAULT },
		{ CODE_AT, DATA_AT - 1, 0, -ENXIO },
		{ CODE_AT, DATA_AT + PART_BYTES - 2, 0, 0 },
		{ CODE_AT, DATA_AT + PART_BYTES - 1, 0, -ENXIO },
		{ CODE_AT, DATA_AT + PART_BYTES, 0, -ENXIO },
		{ CODE_AT, CODE_AT, 0, -ENXIO },
		/* The description ends too early: in a number, the provider, the name, operands. */
		{ CODE_AT, 0, 23, -EBADF },
		{ CODE_AT, 0, 24, -EBADF },
		{ CODE_AT, 0, 27, -EBADF },
		{ CODE_AT, 0, 28, -EBADF },
		{ CODE_AT, 0, 33, -EBADF },
		{ CODE_AT, 0, 34, -EBADF },
		{ CODE_AT, 0, 41, -EBADF },
		{ CODE_AT, 0, 42, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		n_notes = 0;
		note_put(rows[i].at, BASE, rows[i].counter, "probe", "-4@%eax",
			 rows[i].n);
		program_write(BASE, 0);
		ck_assert_msg(find("probe") == rows[i].error, "row %zu", i);
		notes_done(&notes);
		program = program_free(program);
	}
}

/* Notes of others are passed over, also those of a kind that is not known. */
TEST(notes_of_others_are_none)
{
	Elf64_Nhdr header = { .n_namesz = 4, .n_descsz = 4, .n_type = 3 };

	put(&header, sizeof(header));
	put("GNU", 4);
	put("abcd", 4);
	header = (Elf64_Nhdr){ .n_namesz = 8, .n_descsz = 4, .n_type = 4 };
	put(&header, sizeof(header));
	put("stapsdt", 8);
	put("abcd", 4);
	program_write(BASE, 0);
	ck_assert_int_eq(find("probe"), -ENODATA);
	program = program_free(program);
	place(CODE_AT);
	program_write(BASE, 0);
	ck_assert_int_eq(find("probe"), 0);
}

TEST(notes_end_where_the_file_is_cut)
{
	place(CODE_AT);
	program_write(BASE, 0x6000);
	ck_assert_int_eq(find("probe"), -EBADMSG);
	program = program_free(program);
	n_notes = 0;
	place(CODE_AT);
	/* The section says that it is longer than the file is. */
	n_notes = FILE_BYTES;
	program_write(BASE, 0);
	ck_assert_int_eq(find("probe"), -EBADMSG);
	program = program_free(program);
	/* The last note says that it is longer than the section is. */
	n_notes = 0;
	place(CODE_AT);
	n_notes -= 4;
	program_write(BASE, 0);
	ck_assert_int_eq(find("probe"), -EBADF);
}

TEST(notes_have_so_many_places_and_no_more)
{
	for (uint32_t i = 0; i < NOTE_MAX_PLACES; i++)
		place(CODE_AT + i);
	program_write(BASE, 0);
	ck_assert_int_eq(find("probe"), 0);
	ck_assert_uint_eq(notes.n, NOTE_MAX_PLACES);
	notes_done(&notes);
	program = program_free(program);
	place(CODE_AT + NOTE_MAX_PLACES);
	program_write(BASE, 0);
	ck_assert_int_eq(find("probe"), -EMLINK);
}

TEST(notes_have_so_many_operands_and_no_more)
{
	char text[200] = "";

	for (uint32_t i = 0; i < OPERAND_MAX; i++)
		strcat(text, " 8@%rax");
	note_put(CODE_AT, BASE, 0, "most", text, 0);
	strcat(text, " 8@%rax");
	note_put(CODE_AT, BASE, 0, "many", text, 0);
	program_write(BASE, 0);
	ck_assert_int_eq(find("most"), 0);
	ck_assert_uint_eq(notes.items[0].n_operands, OPERAND_MAX);
	notes_done(&notes);
	ck_assert_int_eq(find("many"), -E2BIG);
}

/* A program without the list of its sections has no notes; one without notes likewise. */
TEST(notes_may_be_missing)
{
	ck_assert_int_eq(program_open(&program, "/bin/sh"), 0);
	ck_assert_int_eq(notes_find(&notes, program, "lab", "probe"), -ENODATA);
}

/* Anything may be in a file; what is found lies inside of it. */
TEST(notes_may_be_anything)
{
	uint32_t seed = 1, at;

	place(CODE_AT);
	note_put(CODE_AT + 4, BASE, DATA_AT + 8, "probe", "-8@-4(%rbp,%rcx,8) 4@$7", 0);
	for (uint32_t i = 0; i < 2000; i++) {
		unsigned char before;

		seed = seed * 1103515245 + 12345;
		at = (seed >> 8) % (uint32_t)n_notes;
		before = bytes[NOTES_AT + at];
		bytes[NOTES_AT + at] ^= (unsigned char)(1u << (seed >> 28) % 8);
		program_write(BASE, 0);
		if (find("probe") == 0)
			for (uint32_t k = 0; k < notes.n; k++)
				ck_assert_uint_lt(notes.items[k].offset, FILE_BYTES);
		notes_done(&notes);
		program = program_free(program);
		if (i % 4)
			bytes[NOTES_AT + at] = before;
	}
}

FIXTURE(setup, teardown)
