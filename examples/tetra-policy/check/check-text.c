/* SPDX-License-Identifier: Apache-2.0 */
/* Findings for people, and as annotations of GitHub Actions. */
#include <string.h>

#include <tetra/tetra.h>

#include "check/check.h"
#include "common/findings.h"
#include "common/name.h"

static int text_file(struct json *json, struct tetra_diag *diag)
{
	return findings_print(diag, json->out);
}

const struct check_form check_text = { .file = text_file };

/* What ends a value: of a property also what separates properties. */
static void github_text(FILE *out, const char *text, const char *special)
{
	char safe[NAME_BYTES];

	for (text = name_safe(safe, text); *text; text++)
		if (*text == '%' || strchr(special, *text))
			fprintf(out, "%%%02X", (unsigned char)*text);
		else
			fputc(*text, out);
}

static void github_property(FILE *out, const char *name, const char *text)
{
	fprintf(out, "%s=", name);
	github_text(out, text, ":,");
}

static void github_places(FILE *out, const struct tetra_finding *finding)
{
	uint32_t i;

	if (!finding->n_places)
		return;
	fprintf(out, "%%0Aand %u more like this, at ", finding->n_places);
	for (i = 0; i < finding->n_places; i++)
		fprintf(out, "%s%u:%u", i ? ", " : "", finding->places[i].line,
			finding->places[i].column);
}

static void github_finding(FILE *out, const struct tetra_finding *finding)
{
	fprintf(out, "::%s ",
		finding->severity == TETRA_SEVERITY_NOTE
			? "notice"
			: check_severity(finding->severity));
	if (finding->file) {
		github_property(out, "file", finding->file);
		fputc(',', out);
	}
	if (finding->line)
		fprintf(out, "line=%u,", finding->line);
	if (finding->line && finding->column)
		fprintf(out, "col=%u,", finding->column);
	github_property(out, "title", finding->code);
	fprintf(out, "::");
	github_text(out, finding->message, "");
	github_places(out, finding);
	if (finding->hint) {
		fprintf(out, "%%0Ahint: ");
		github_text(out, finding->hint, "");
	}
	fputc('\n', out);
}

static int github_file(struct json *json, struct tetra_diag *diag)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		github_finding(json->out, &finding);
	return 0;
}

const struct check_form check_github = { .file = github_file };
