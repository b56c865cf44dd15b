/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collector that tetra/diag.h shows. A finding copies its texts; the source text of a file
 * may be attached so that rendering can show the line. Takes NULL collectors everywhere.
 */
#ifndef TETRA_LIB_DIAG_H
#define TETRA_LIB_DIAG_H

#include <stdarg.h>

#include "lib/base/base.h"
#include "tetra/diag.h"

struct diag_place {
	const char *file;      /* or NULL */
	uint32_t line, column; /* 0: unknown */
	const char *path;      /* "spec.kprobes[0]", or NULL */
	/* Static: findings of the same kind can be folded; NULL: this one cannot. */
	const char *kind;
};

/* Memory ran out for a finding, or for a part of it: the reporting call fails. */
void diag_lose(struct tetra_diag *diag);
bool diag_has_lost(const struct tetra_diag *diag);

/* The texts of @file, kept by the collector (copied) for carets. */
int diag_set_source(struct tetra_diag *diag, const char *file, const char *text,
		    size_t len);

/*
 * Add a finding. @code is a static string; @hint is copied and may be NULL.
 * diag_error() returns @error, so that callers can return it at once.
 */
int diag_error(struct tetra_diag *diag, const struct diag_place *place, int error,
	       const char *code, const char *hint, const char *format, ...)
	_printf_(6, 7);
void diag_warning(struct tetra_diag *diag, const struct diag_place *place,
		  const char *code, const char *hint, const char *format, ...)
	_printf_(5, 6);
void diag_note(struct tetra_diag *diag, const struct diag_place *place, const char *code,
	       const char *hint, const char *format, ...) _printf_(5, 6);

/* Adds what @from has collected, except sources. */
void diag_append(struct tetra_diag *diag, const struct tetra_diag *from);

static inline void tetra_diag_freep(struct tetra_diag **diag)
{
	tetra_diag_free(*diag);
}

#endif
