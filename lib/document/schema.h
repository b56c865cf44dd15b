/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binding of a tree to structs, by tables: a schema is a list of fields, a field gives the
 * name of a key, the type of its value and its place in the struct. Binding reports every
 * unknown, repeated, missing, removed and unsupported key and every value of a wrong type, and
 * continues; wrong values are not stored in the struct, so its readers only see values of the
 * right type.
 *
 * A bound struct begins with its node: struct x { const struct node *node; ... }.
 */
#ifndef TETRA_LIB_SCHEMA_H
#define TETRA_LIB_SCHEMA_H

#include "lib/document/report.h"
#include "lib/document/words.h"
#include "lib/document/yaml.h"

enum field_type {
	/* member: const struct node * */
	FIELD_ANY, /* kept, not looked at */
	FIELD_TEXT,
	FIELD_WORD,    /* .words; sets node->word to the row */
	FIELD_BOOL,    /* sets node->number */
	FIELD_INTEGER, /* sets node->number; .min to .max */
	/* member: DOC_LIST of const struct node *; NULL where an item has a wrong type */
	FIELD_TEXTS,
	FIELD_INTEGERS, /* .min to .max; sets node->number */
	FIELD_NUMERALS, /* as INTEGERS, quoted or not */
	FIELD_VALUES,	/* texts, and unquoted numbers */
	FIELD_TEXT_MAP, /* the keys are in node->key */
	/* member: struct of .schema *; NULL if absent or wrong */
	FIELD_OBJECT,
	/* member: DOC_LIST of structs of .schema; .node is NULL where an item is wrong */
	FIELD_OBJECTS,
	FIELD_OBJECT_MAP, /* the keys are in node->key */
};

enum field_flags {
	FIELD_REQUIRED = 1,
	FIELD_REMOVED = 2,     /* was in the language once */
	FIELD_UNSUPPORTED = 4, /* any non-empty value is rejected as not supported */
	FIELD_NULLABLE = 8,    /* null is the same as absent */
	FIELD_ANY_TEXT = 16,   /* for people, not for us: may hold NUL characters */
};

#define DOC_LIST(type)                                                                   \
	struct {                                                                         \
		const struct node *node;                                                 \
		uint32_t n;                                                              \
		type *items;                                                             \
	}

struct schema_field {
	const char *name;
	uint8_t type;  /* enum field_type */
	uint8_t flags; /* enum field_flags */
	uint16_t offset;
	const struct schema *schema;
	const struct words *words;
	const char *hint; /* if a name was written instead of the integer */
	int64_t min, max;
	uint32_t max_items; /* 0: no limit */
};

struct schema {
	const char *name;		   /* in messages: "argument" */
	size_t size;			   /* of the struct */
	const struct schema_field *fields; /* 64 at most */
	size_t n_fields;
	/* Words of this schema's FIELD_WORD fields that were in the language once, or NULL. */
	const char *const *removed;
};

/* Fills @ret, zeroed, of schema->size bytes. Return: 0 or -ENOMEM; findings are counted. */
int schema_bind(struct report *report, struct arena *arena, const struct schema *schema,
		const struct node *node, void *ret);

#endif
