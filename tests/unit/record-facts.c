/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the facts file of the kernel it runs on, to standard output: asks everything
 * that a list names, then writes the answers. Needs root, and tracefs and debugfs
 * mounted.
 *
 *	record-facts tests/data/kernel/names.txt | gzip -9n >6.1.facts.gz
 *
 * The list has one question a line: "family PREFIX" (all functions with BTF of that
 * prefix), "function NAME", "syscall sys_NAME", "event SUBSYSTEM/NAME", "raw EVENT",
 * "member STRUCT.MEMBER", "walk FUNCTION#INDEX PATH", "walk trace EVENT#INDEX PATH", "walk struct NAME
 * PATH".
 */
#include <stdio.h>

#include "lib/base/strbuf.h"
#include "lib/kernel/kernel.h"
#include "lib/recording/recording.h"

static void ask_function(struct tetra_kernel *kernel, const char *name)
{
	struct kernel_function function;

	(void)kernel_find_function(kernel, name, &function);
	(void)kernel_has_symbol(kernel, name);
	(void)kernel_function_traceable(kernel, name);
	(void)kernel_function_injectable(kernel, name);
	(void)kernel_function_modifiable(kernel, name);
}

static void ask_syscall(struct tetra_kernel *kernel, const char *name)
{
	struct kernel_function function;

	if (kernel_find_syscall(kernel, name, &function) == 0)
		ask_function(kernel, function.target);
}

static void ask_event(struct tetra_kernel *kernel, char *name)
{
	char *subsystem = strsep(&name, "/");
	struct kernel_event event;

	if (name)
		(void)kernel_find_tracepoint_fields(kernel, subsystem, name, &event);
}

static void ask_raw(struct tetra_kernel *kernel, const char *name)
{
	struct kernel_function function;

	(void)kernel_find_raw_tracepoint(kernel, name, &function);
}

static void ask_member(struct tetra_kernel *kernel, const char *path)
{
	struct kernel_member member;

	(void)kernel_find_member(kernel, path, &member);
}

/* "security_file_open#0 f_path.dentry", "trace sched_process_exec#0 comm", "struct sock sk_mark" */
static void ask_walk(struct tetra_kernel *kernel, char *line)
{
	char *path = strrchr(line, ' '), *number = strchr(line, '#');
	struct kernel_pointer from = { .is_trace = str_has_prefix(line, "trace ") };
	struct kernel_walk walk;

	if (!path)
		return;
	*path++ = '\0';
	if (number) {
		*number = '\0';
		from.index = (uint32_t)atoi(number + 1);
		from.function = from.is_trace ? line + strlen("trace ") : line;
	} else {
		from.type = line + strlen("struct ");
	}
	(void)kernel_find_walk(kernel, &from, path, &walk);
}

static int collect(const char *name, void *user)
{
	strbuf_puts(user, name);
	strbuf_putc(user, '\n');
	return 0;
}

static void ask_family(struct tetra_kernel *kernel, const char *prefix)
{
	_cleanup_(strbuf_done) struct strbuf names = {};
	bool syscalls = strstr(prefix, "sys_") != NULL;
	char *text, *name;

	if (kernel_each_function(kernel, prefix, collect, &names) < 0 || names.failed)
		return;
	for (text = names.text; (name = strsep(&text, "\n"));) {
		if (!*name)
			continue;
		if (syscalls)
			ask_syscall(kernel, name);
		else
			ask_function(kernel, name);
	}
}

static void ask(struct tetra_kernel *kernel, char *line)
{
	char *word = strsep(&line, " ");

	if (!line)
		return;
	if (str_equal(word, "family"))
		ask_family(kernel, line);
	else if (str_equal(word, "function"))
		ask_function(kernel, line);
	else if (str_equal(word, "syscall"))
		ask_syscall(kernel, line);
	else if (str_equal(word, "event"))
		ask_event(kernel, line);
	else if (str_equal(word, "raw"))
		ask_raw(kernel, line);
	else if (str_equal(word, "member"))
		ask_member(kernel, line);
	else if (str_equal(word, "walk"))
		ask_walk(kernel, line);
	else
		fprintf(stderr, "record-facts: what is '%s'?\n", word);
}

int main(int argc, char **argv)
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = NULL;
	char line[256];
	FILE *list;

	if (argc != 2) {
		fprintf(stderr, "usage: record-facts LIST\n");
		return 2;
	}
	list = fopen(argv[1], "re");
	if (!list || kernel_probe(&kernel, NULL, NULL) < 0) {
		fprintf(stderr, "record-facts: cannot read '%s' or the kernel\n",
			argv[1]);
		return 1;
	}
	while (fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line && *line != '#')
			ask(kernel, line);
	}
	fclose(list);
	return kernel_write_facts(kernel, stdout) < 0;
}
