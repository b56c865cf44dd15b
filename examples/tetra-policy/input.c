/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"

#include <errno.h>
#include <unistd.h>

#include "common/guard.h"

/* One byte over the limit is read: the library then says that it is too long. */
static int input_read(char **text, size_t *ret_len)
{
	size_t size = 0, len = 0;
	ssize_t n;
	char *more;

	do {
		if (len == size) {
			size = size ? size * 2 : 16384;
			more = realloc(*text, size);
			if (!more)
				return -ENOMEM;
			*text = more;
		}
		n = read(STDIN_FILENO, *text + len, size - len);
		if (n < 0 && errno != EINTR)
			return -errno;
		len += n > 0 ? (size_t)n : 0;
	} while (n && len <= TETRA_POLICY_MAX_BYTES);
	*ret_len = len;
	return 0;
}

int input_parse(struct tetra_policy **ret, const struct tetra_parse_opts *opts,
		struct tetra_diag *diag)
{
	_cleanup_(freep) char *text = NULL;
	size_t len = 0;
	int r = input_read(&text, &len);

	if (r == -ENOMEM)
		return r;
	/* The library words what cannot be read. */
	if (r < 0)
		return tetra_policy_parse_file(ret, "/dev/stdin", opts, diag);
	return tetra_policy_parse(ret, text, len, opts, diag);
}
