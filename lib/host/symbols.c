/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/host/symbols.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>

#include "lib/host/pseudo.h"

/* Bytes. available_filter_functions has 2 MB on a kernel with many modules. */
#define SYMBOLS_MAX_BYTES (16u << 20)
/* Bytes of a line of kallsyms: a symbol has 511 at most, a module's name 55. */
#define SYMBOLS_LINE_BYTES 1024u

int symbol_list_load(struct symbol_list *list, const char *path)
{
	if (list->asked)
		return list->error;
	list->asked = true;
	strbuf_putc(&list->text, '\n');
	list->error = pseudo_read(&list->text, AT_FDCWD, path, SYMBOLS_MAX_BYTES);
	if (list->error < 0)
		strbuf_done(&list->text);
	return list->error;
}

bool symbol_list_has(const struct symbol_list *list, const char *name)
{
	const char *text = list->text.text;
	size_t len = strlen(name);

	if (!text || !len)
		return false;
	for (text++; (text = strstr(text, name)); text += len) {
		if (text[-1] == '\n' && (!text[len] || isspace((unsigned char)text[len])))
			return true;
	}
	return false;
}

void symbols_done(struct symbols *symbols)
{
	strbuf_done(&symbols->traceable.text);
	strbuf_done(&symbols->injectable.text);
	memset(symbols, 0, sizeof(*symbols));
}

static void filep(FILE **file)
{
	if (*file)
		fclose(*file);
}

int symbols_in_kallsyms(const char *path, const char *name)
{
	_cleanup_(filep) FILE *file = fopen(path, "re");
	char line[SYMBOLS_LINE_BYTES];
	size_t len = strlen(name);

	if (!file)
		return pseudo_error(errno);
	while (fgets(line, sizeof(line), file)) {
		char *type = strchr(line, ' ');

		if (!type || !strchr("tTwW", type[1]) || !type[2])
			continue;
		if (strncmp(type + 3, name, len) == 0 &&
		    isspace((unsigned char)type[3 + len]))
			return 0;
	}
	return -ENOENT;
}
