/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of symbols that the kernel keeps as text: what ftrace can reach, what error injection
 * may change, all symbols. They are long and expensive for the kernel to print: each is read
 * at the first query that needs it and kept until symbols_done().
 */
#ifndef TETRA_LIB_HOST_SYMBOLS_H
#define TETRA_LIB_HOST_SYMBOLS_H

#include "lib/base/base.h"
#include "lib/base/strbuf.h"

/* A list of lines that begin with a name. */
struct symbol_list {
	struct strbuf text; /* after a newline: a name is found as "\nNAME" */
	bool asked;
	int error; /* of reading it */
};

struct symbols {
	struct symbol_list traceable;  /* available_filter_functions */
	struct symbol_list injectable; /* error_injection/list */
};

/* Read once. 0 or why it cannot be read. */
int symbol_list_load(struct symbol_list *list, const char *path);
bool symbol_list_has(const struct symbol_list *list, const char *name);
void symbols_done(struct symbols *symbols);

/*
 * Is there a line "ADDRESS TYPE NAME" of a function in kallsyms at @path? Reads all of
 * it.
 */
int symbols_in_kallsyms(const char *path, const char *name);

#endif
