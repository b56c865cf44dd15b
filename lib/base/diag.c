/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collector of findings. Texts are copied and made safe for a terminal when a finding is
 * added: they quote untrusted input. Findings are ordered by place; sorting is deferred until
 * they are read.
 *
 * A finding that cannot be stored because memory ran out is dropped, and the collector
 * remembers that: the call that reads user input then fails, regardless of what it found.
 */
#include "lib/base/diag.h"

#include <stdio.h>

#include "lib/base/dict.h"
#include "lib/base/opts.h"
#include "lib/base/strbuf.h"
#include "lib/base/utf8.h"

/* Characters of a source line shown left and right of the column. */
#define RENDER_LEFT  60u
#define RENDER_RIGHT 60u
/* Bytes of a message or hint that are kept. */
#define TEXT_MAX_BYTES 1000u

struct finding {
	uint32_t severity, line, column;
	unsigned int serial;		    /* order of arrival, for a stable sort */
	const char *code, *kind;	    /* static */
	char *file, *path, *message, *hint; /* owned, or NULL */
	struct tetra_place *places;	    /* owned, or NULL */
	uint32_t n_places;
};

struct source {
	char *file, *text; /* owned */
	size_t len;
	/* Where a known line starts: findings are rendered in order. */
	uint32_t known_line;
	size_t known_offset;
};

struct tetra_diag {
	struct finding *findings;
	size_t n_findings, n_allocated;
	bool sorted, has_lost;
	struct source *sources;
	size_t n_sources;
	struct dict by_file; /* its place among them */
};

int tetra_diag_new(struct tetra_diag **ret)
{
	struct tetra_diag *diag;

	if (!ret)
		return -EINVAL;
	diag = calloc(1, sizeof(*diag));
	if (!diag)
		return -ENOMEM;
	*ret = diag;
	return 0;
}

static void finding_done(struct finding *finding)
{
	free(finding->file);
	free(finding->path);
	free(finding->message);
	free(finding->hint);
	free(finding->places);
}

void diag_lose(struct tetra_diag *diag)
{
	if (diag)
		diag->has_lost = true;
}

bool diag_has_lost(const struct tetra_diag *diag)
{
	return diag && diag->has_lost;
}

void tetra_diag_clear(struct tetra_diag *diag)
{
	size_t i;

	if (!diag)
		return;
	for (i = 0; i < diag->n_findings; i++)
		finding_done(&diag->findings[i]);
	for (i = 0; i < diag->n_sources; i++) {
		free(diag->sources[i].file);
		free(diag->sources[i].text);
	}
	free(diag->findings);
	free(diag->sources);
	dict_done(&diag->by_file);
	memset(diag, 0, sizeof(*diag));
}

struct tetra_diag *tetra_diag_free(struct tetra_diag *diag)
{
	tetra_diag_clear(diag);
	free(diag);
	return NULL;
}

unsigned int tetra_diag_count(const struct tetra_diag *diag, uint32_t severity)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; diag && i < diag->n_findings; i++)
		count += !severity || diag->findings[i].severity == severity;
	return count;
}

static struct source *source_find(struct tetra_diag *diag, const char *file)
{
	uint32_t i;

	return file && dict_get(&diag->by_file, file, &i) ? &diag->sources[i] : NULL;
}

static struct source *source_add(struct tetra_diag *diag, const char *file)
{
	struct source *sources;

	sources = reallocarray(diag->sources, diag->n_sources + 1, sizeof(*sources));
	if (!sources)
		return NULL;
	diag->sources = sources;
	sources += diag->n_sources;
	memset(sources, 0, sizeof(*sources));
	sources->file = strdup(file);
	if (!sources->file || dict_put(&diag->by_file, file, diag->n_sources) < 0) {
		free(sources->file);
		return NULL;
	}
	diag->n_sources++;
	return sources;
}

int diag_set_source(struct tetra_diag *diag, const char *file, const char *text,
		    size_t len)
{
	struct source *source;
	char *copy;

	if (!diag || !file)
		return 0;
	copy = malloc(len + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, len);
	copy[len] = '\0';
	source = source_find(diag, file);
	if (!source)
		source = source_add(diag, file);
	if (!source) {
		free(copy);
		return -ENOMEM;
	}
	free(source->text);
	source->text = copy;
	source->len = len;
	source->known_line = 1;
	source->known_offset = 0;
	return 0;
}

/* A copy that is valid UTF-8, on one line, without anything a terminal interprets. */
static char *text_copy(const char *text)
{
	static const char blanks[] = "\n\r\t", escapes[] = "nrt";
	_cleanup_(strbuf_done) struct strbuf buf = {};
	size_t len = strnlen(text, TEXT_MAX_BYTES), i, n;
	const char *blank;
	uint32_t c;

	for (i = 0; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &c);
		blank = text[i] ? strchr(blanks, text[i]) : NULL;
		if (n && utf8_is_printable(c))
			strbuf_add(&buf, text + i, n);
		else if (blank)
			strbuf_format(&buf, "\\%c", escapes[blank - blanks]);
		else if (n)
			strbuf_format(&buf, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
		else if (len < TEXT_MAX_BYTES)
			strbuf_format(&buf, "\\x%02x", (unsigned char)text[i]);
		n = MAX(n, (size_t)1);
	}
	strbuf_add(&buf, "", 0);
	return buf.failed ? NULL : TAKE_PTR(buf.text);
}

static int finding_fill(struct finding *finding, const struct diag_place *place,
			const char *message, const char *hint)
{
	finding->message = text_copy(message);
	if (!finding->message)
		return -ENOMEM;
	if (hint && !(finding->hint = text_copy(hint)))
		return -ENOMEM;
	if (place && place->file && !(finding->file = strdup(place->file)))
		return -ENOMEM;
	if (place && place->path && !(finding->path = text_copy(place->path)))
		return -ENOMEM;
	return 0;
}

static struct finding *finding_reserve(struct tetra_diag *diag)
{
	size_t more = MAX(diag->n_allocated * 2, (size_t)8);
	struct finding *findings;

	if (diag->n_findings < diag->n_allocated)
		return &diag->findings[diag->n_findings];
	findings = reallocarray(diag->findings, more, sizeof(*findings));
	if (!findings)
		return NULL;
	diag->findings = findings;
	diag->n_allocated = more;
	return &findings[diag->n_findings];
}

static void diag_add(struct tetra_diag *diag, uint32_t severity,
		     const struct diag_place *place, const char *code, const char *hint,
		     const char *format, va_list args)
{
	char message[TEXT_MAX_BYTES + 1];
	struct finding *finding;

	if (!diag)
		return;
	finding = finding_reserve(diag);
	if (!finding) {
		diag_lose(diag);
		return;
	}
	memset(finding, 0, sizeof(*finding));
	vsnprintf(message, sizeof(message), format, args);
	finding->severity = severity;
	finding->code = code;
	finding->kind = place ? place->kind : NULL;
	finding->serial = (unsigned int)diag->n_findings;
	finding->line = place ? place->line : 0;
	finding->column = place ? place->column : 0;
	if (finding_fill(finding, place, message, hint) < 0) {
		finding_done(finding);
		diag_lose(diag);
		return;
	}
	diag->n_findings++;
	diag->sorted = false;
}

int diag_error(struct tetra_diag *diag, const struct diag_place *place, int error,
	       const char *code, const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag_add(diag, TETRA_SEVERITY_ERROR, place, code, hint, format, args);
	va_end(args);
	return error;
}

void diag_warning(struct tetra_diag *diag, const struct diag_place *place,
		  const char *code, const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag_add(diag, TETRA_SEVERITY_WARNING, place, code, hint, format, args);
	va_end(args);
}

void diag_note(struct tetra_diag *diag, const struct diag_place *place, const char *code,
	       const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag_add(diag, TETRA_SEVERITY_NOTE, place, code, hint, format, args);
	va_end(args);
}

/* As diag_add(), of a text that is finished. */
static void diag_add_text(struct tetra_diag *diag, uint32_t severity,
			  const struct diag_place *place, const char *code,
			  const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag_add(diag, severity, place, code, hint, format, args);
	va_end(args);
}

void diag_append(struct tetra_diag *diag, const struct tetra_diag *from)
{
	size_t i;

	for (i = 0; diag && i < from->n_findings; i++) {
		const struct finding *finding = &from->findings[i];
		const struct diag_place place = { finding->file, finding->line,
						  finding->column, finding->path,
						  finding->kind };

		diag_add_text(diag, finding->severity, &place, finding->code,
			      finding->hint, "%s", finding->message);
	}
	if (diag && from->has_lost)
		diag_lose(diag);
}

static int finding_compare(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;
	int order = strcmp(a->file ? a->file : "", b->file ? b->file : "");

	if (order)
		return order;
	/* Line 0, no place, becomes the last one. */
	if (a->line != b->line)
		return a->line - 1 < b->line - 1 ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

static void diag_sort(struct tetra_diag *diag)
{
	if (!diag->sorted && diag->n_findings)
		qsort(diag->findings, diag->n_findings, sizeof(*diag->findings),
		      finding_compare);
	diag->sorted = true;
}

static const struct finding *diag_at(struct tetra_diag *diag, unsigned int index)
{
	if (!diag || index >= diag->n_findings)
		return NULL;
	diag_sort(diag);
	return &diag->findings[index];
}

static bool is_like(const struct finding *a, const struct finding *b)
{
	return a->kind && a->kind == b->kind && a->severity == b->severity &&
	       a->severity != TETRA_SEVERITY_ERROR && str_equal(a->code, b->code) &&
	       str_equal(a->file ? a->file : "", b->file ? b->file : "");
}

/* The first of each kind takes over the places of the others; on -ENOMEM it gets none. */
static int places_take(struct finding *first, struct finding *end, uint32_t n)
{
	struct finding *other;

	first->places = calloc(n, sizeof(*first->places));
	if (!first->places)
		return -ENOMEM;
	for (other = first + 1; other < end; other++)
		if (is_like(first, other))
			first->places[first->n_places++] =
				(struct tetra_place){ other->line, other->column };
	return 0;
}

static uint32_t count_like(const struct finding *first, const struct finding *end)
{
	uint32_t n = 0;

	for (const struct finding *other = first + 1; other < end; other++)
		n += is_like(first, other);
	return n;
}

/* A kind that was already folded keeps its places. */
static bool is_foldable(const struct finding *finding)
{
	return finding->kind && !finding->n_places;
}

static void places_drop(struct finding *findings, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(findings[i].places);
		findings[i].places = NULL;
		findings[i].n_places = 0;
	}
}

/* Removes findings that the first of their kind now represents. */
static int findings_merge(struct tetra_diag *diag)
{
	struct finding *findings = diag->findings;
	size_t i, k, n = 0;
	int folded = 0;

	for (i = 0; i < diag->n_findings; i++) {
		for (k = 0; k < n; k++)
			if (findings[k].n_places && !findings[i].n_places &&
			    is_like(&findings[k], &findings[i]))
				break;
		if (k < n) {
			finding_done(&findings[i]);
			folded++;
		} else {
			findings[n++] = findings[i];
		}
	}
	diag->n_findings = n;
	return folded;
}

int tetra_diag_fold(struct tetra_diag *diag, unsigned int more_than)
{
	struct finding *end;
	size_t i, k;
	uint32_t n;

	if (!diag)
		return 0;
	diag_sort(diag);
	end = diag->findings + diag->n_findings;
	for (i = 0; i < diag->n_findings; i++) {
		for (k = 0; k < i; k++)
			if (is_like(&diag->findings[k], &diag->findings[i]))
				break;
		n = k == i && is_foldable(&diag->findings[i])
			    ? count_like(&diag->findings[i], end)
			    : 0;
		if (!n || n < more_than)
			continue;
		if (places_take(&diag->findings[i], end, n) < 0) {
			places_drop(diag->findings, i);
			return -ENOMEM;
		}
	}
	return findings_merge(diag);
}

int tetra_diag_get(struct tetra_diag *diag, unsigned int index, struct tetra_finding *ret)
{
	const struct finding *finding = diag_at(diag, index);
	struct tetra_finding full;

	if (!opts_can_fill(ret))
		return -EINVAL;
	if (!finding)
		return -ENOENT;
	full = (struct tetra_finding){
		.severity = finding->severity,
		.line = finding->line,
		.column = finding->column,
		.code = finding->code,
		.file = finding->file,
		.path = finding->path,
		.message = finding->message,
		.hint = finding->hint,
		.places = finding->places,
		.n_places = finding->n_places,
		.count = finding->n_places + 1,
	};
	return opts_fill(ret, &full, sizeof(full));
}

/* The start of @line, or NULL past the end. Lines end as libyaml counts them. */
static const char *source_line(struct source *source, uint32_t line)
{
	size_t at = source->known_offset;
	uint32_t now = source->known_line;

	if (line < now) {
		at = 0;
		now = 1;
	}
	while (now < line && at < source->len) {
		size_t n = utf8_break(source->text + at, source->len - at);

		now += n > 0;
		at += MAX(n, (size_t)1);
	}
	if (now != line)
		return NULL;
	source->known_line = line;
	source->known_offset = at;
	return source->text + at;
}

/* The characters from @first to before @end of the line, and a caret below @column. */
static void render_excerpt(struct strbuf *buf, const char *line, const char *end,
			   uint32_t first, uint32_t column)
{
	_cleanup_(strbuf_done) struct strbuf pad = {};
	uint32_t now = 1, c;
	size_t n, k;

	for (; line < end && now <= column + RENDER_RIGHT; line += n, now++) {
		n = utf8_decode(line, (size_t)(end - line), &c);
		if (utf8_break(line, (size_t)(end - line)))
			break;
		if (now >= first) {
			bool plain = n && (c == '\t' || utf8_is_printable(c));

			strbuf_add(buf, plain ? line : "?", plain ? n : 1);
			for (k = 0; now < column && k < (plain ? utf8_width(c) : 1u); k++)
				strbuf_putc(&pad, plain && c == '\t' ? '\t' : ' ');
		}
		n = MAX(n, (size_t)1);
	}
	strbuf_putc(buf, '\n');
	/* A finding about the end of a line points past its last character. */
	strbuf_format(buf, "      | %s^\n", strbuf_get(&pad));
	buf->failed |= pad.failed;
}

static void render_source(struct tetra_diag *diag, const struct finding *finding,
			  struct strbuf *buf)
{
	struct source *source = source_find(diag, finding->file);
	uint32_t column = finding->column, first;
	const char *line;

	if (!source || !finding->line)
		return;
	line = source_line(source, finding->line);
	if (!line)
		return;
	if (finding->line == 1)
		line += utf8_bom(line, source->len);
	first = column > RENDER_LEFT ? column - RENDER_LEFT : 1;
	strbuf_format(buf, "%5u | ", finding->line);
	render_excerpt(buf, line, source->text + source->len, first, MAX(column, 1u));
}

static const char *severity_name(uint32_t severity)
{
	switch (severity) {
	case TETRA_SEVERITY_ERROR:
		return "error";
	case TETRA_SEVERITY_WARNING:
		return "warning";
	default:
		return "note";
	}
}

/* All of them: fixing the policy needs each one. */
static void render_places(const struct finding *finding, struct strbuf *buf)
{
	uint32_t i;

	if (!finding->n_places)
		return;
	strbuf_format(buf, "  and %u more like this, at ", finding->n_places);
	for (i = 0; i < finding->n_places; i++)
		strbuf_format(buf, "%s%u:%u", i ? ", " : "", finding->places[i].line,
			      finding->places[i].column);
	strbuf_putc(buf, '\n');
}

static void render_head(const struct finding *finding, struct strbuf *buf)
{
	_cleanup_(freep) char *file = finding->file ? text_copy(finding->file) : NULL;

	buf->failed |= finding->file && !file;
	if (file)
		strbuf_puts(buf, file);
	if (finding->file && finding->line)
		strbuf_format(buf, ":%u", finding->line);
	if (finding->file && finding->line && finding->column)
		strbuf_format(buf, ":%u", finding->column);
	if (finding->file)
		strbuf_puts(buf, ": ");
	strbuf_format(buf, "%s: %s [%s]\n", severity_name(finding->severity),
		      finding->message, finding->code);
}

int tetra_diag_render(struct tetra_diag *diag, unsigned int index, char *buf, size_t size)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	const struct finding *finding = diag_at(diag, index);
	size_t n;

	if (!finding)
		return -ENOENT;
	render_head(finding, &text);
	render_source(diag, finding, &text);
	render_places(finding, &text);
	if (finding->hint)
		strbuf_format(&text, "  hint: %s\n", finding->hint);
	if (text.failed)
		return -ENOMEM;
	if (size && buf) {
		n = MIN(text.len, size - 1);
		memcpy(buf, text.text, n);
		buf[n] = '\0';
	}
	return (int)text.len;
}
