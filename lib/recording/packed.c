/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/recording/packed.h"

#include <stdio.h>
#include <sys/stat.h>
#include <zlib.h>

#include "lib/host/pseudo.h"

/* Bytes, uncompressed: types have 6 MB, the rest 3 MB. */
#define PACKED_MAX_BYTES (64u << 20)
/* Bytes of the last line: "end", a tab, eight digits, a newline. */
#define SEAL_BYTES 13u

int packed_read(struct strbuf *ret, const char *path)
{
	gzFile file = gzopen(path, "re");
	char chunk[1 << 14];
	int n, r = 0;

	if (!file)
		return pseudo_error(errno);
	while ((n = gzread(file, chunk, sizeof(chunk))) > 0) {
		strbuf_add(ret, chunk, (size_t)n);
		if (ret->len > PACKED_MAX_BYTES || ret->failed) {
			r = ret->failed ? -ENOMEM : -E2BIG;
			break;
		}
	}
	if (n < 0)
		r = -EINVAL;
	/* A truncated compressed file is detected only when it is closed. */
	if (gzclose(file) != Z_OK && r == 0)
		r = -EINVAL;
	return r;
}

/* Level 6: beyond it, files get smaller by a hundredth. */
static int write_all(const char *text, size_t len, const char *path)
{
	gzFile file = gzopen(path, "wbe6");
	int r = 0;

	if (!file)
		return errno ? -errno : -ENOMEM;
	if (gzwrite(file, text, (unsigned int)len) != (int)len)
		r = errno ? -errno : -EINVAL;
	if (gzclose(file) != Z_OK && r == 0)
		r = errno ? -errno : -EINVAL;
	return r;
}

/* A pipe or a device is written to: in its place, a file would be something else. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

int packed_write(const char *text, size_t len, const char *path)
{
	_cleanup_(strbuf_done) struct strbuf draft = {};
	int r;

	errno = 0;
	if (is_special(path))
		return write_all(text, len, path);
	strbuf_format(&draft, "%s.new", path);
	if (draft.failed)
		return -ENOMEM;
	errno = 0;
	r = write_all(text, len, draft.text);
	if (r == 0 && rename(draft.text, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(draft.text); /* the first error is the one to tell */
	return r;
}

static uint32_t checksum(const char *text, size_t len)
{
	return (uint32_t)crc32_z(crc32_z(0, NULL, 0), (const Bytef *)text, len);
}

void packed_seal(struct strbuf *text)
{
	strbuf_format(text, "end\t%08x\n", checksum(strbuf_get(text), text->len));
}

bool packed_unseal(struct strbuf *text)
{
	char seal[SEAL_BYTES + 1];
	size_t len;

	if (text->len < SEAL_BYTES)
		return false;
	len = text->len - SEAL_BYTES;
	snprintf(seal, sizeof(seal), "end\t%08x\n", checksum(text->text, len));
	if (memcmp(text->text + len, seal, SEAL_BYTES) != 0)
		return false;
	text->len = len;
	text->text[len] = '\0';
	return true;
}
