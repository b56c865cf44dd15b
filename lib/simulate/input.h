/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event as it was given: texts are offsets into one buffer, which keeps its size, so that
 * the next event needs no memory. Nothing has been compared with a policy.
 */
#ifndef TETRA_LIB_INPUT_H
#define TETRA_LIB_INPUT_H

#include "lib/judge/eval.h"
#include "tetra/simulate.h"

struct input_text {
	uint32_t at, len;
	bool is_set;
};

enum input_value { INPUT_NOTHING, INPUT_NUMBER, INPUT_TEXT, INPUT_SOCK };

struct input_arg {
	uint8_t value; /* enum input_value */
	uint8_t state; /* enum tetra_input_state; UNKNOWN: the value is whole, if any */
	uint8_t file_type; /* if .has_file_type */
	uint8_t has_file_type;
	uint8_t type_state; /* likewise: enum tetra_value_state */
	uint8_t foreign;    /* if .has_foreign: it was said of this value alone */
	uint8_t has_foreign;
	uint8_t fault; /* if .has_fault: unreadable as its process passed it */
	uint8_t has_fault;
	uint16_t known; /* of .sock: TETRA_INPUT_SADDR ... */
	uint16_t absent,
		unread; /* likewise: what a packet lacks, and what could not be read */
	uint64_t number;
	struct input_text text, label, type;
	struct tetra_record_sock sock;
};

/* What an event's hook is: the first letter of its name. */
enum input_hook {
	INPUT_FUNCTION = 'f',
	INPUT_TRACEPOINT = 't',
	INPUT_LSM = 'l',
	INPUT_UPROBE = 'u',
	INPUT_USDT = 'd'
};

#define INPUT_MAX_ANCESTORS 16u

struct tetra_input {
	char *texts;
	size_t n_bytes, size;
	/* NUL-terminated: enum input_hook, then "sys_write", "subsystem/event", "file_open",
	 * "/bin/bash:readline", "/bin/python3:python/function__entry" */
	struct input_text name;
	struct input_text policy;
	struct input_arg args[TETRA_INPUT_MAX_ARGS], data[TETRA_INPUT_MAX_ARGS];
	struct input_arg return_value;
	uint32_t n_args, n_data; /* one more than the last position that was set */
	struct input_text binary;
	struct input_ancestor {
		struct input_text binary;   /* if .exe_state is READ */
		uint8_t has_exe, exe_state; /* as those of the process */
		uint8_t foreign, has_foreign;
		uint8_t has_pid, has_ns_pid;
		uint32_t pid, ns_pid;
	} ancestors[INPUT_MAX_ANCESTORS];
	uint32_t n_ancestors;
	bool ancestors_end; /* all of them were given */
	/* As those of an argument, of the binary. */
	uint8_t exe_foreign, has_exe_foreign;
	uint32_t names; /* enum tetra_input_names */
	/* The process, without texts, arguments and marks; .unknown says what was not set. */
	struct eval_event process;
};

static inline const char *input_chars(const struct tetra_input *input,
				      const struct input_text *text)
{
	return input->texts + text->at;
}

/* A system call by the name that its entries have in common: "sys_write". */
const char *input_plain_name(const char *name);

/* As tetra_input_set_uprobe(): "/bin/bash:readline". */
int input_set_uprobe_name(struct tetra_input *input, const char *name);
/* As tetra_input_set_usdt(): "/bin/python3:python/function__entry". */
int input_set_usdt_name(struct tetra_input *input, const char *name);

/* The program of an ancestor that is there. As setters of texts. */
int input_set_ancestor(struct tetra_input *input, uint32_t i, const char *path,
		       size_t len);

/* 0 and the argument at @position, which is there from now on; -EINVAL; -E2BIG. */
int input_arg(struct tetra_input *input, uint32_t position, struct input_arg **ret);

static inline void tetra_input_freep(struct tetra_input **input)
{
	tetra_input_free(*input);
}

#endif
