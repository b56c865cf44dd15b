/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/image/image.h"

void image_hash_path(const struct tetra_seed *seed, const char *path, size_t len,
		     struct tetra_hash *ret)
{
	size_t bytes = MIN(len, (size_t)TETRA_HASH_BYTES);

	hash_begin(seed, ret);
	for (size_t at = 0; at < bytes; at += sizeof(__u64)) {
		__u64 word = 0;

		memcpy(&word, path + at, MIN(bytes - at, sizeof(word)));
		hash_word(seed, ret, word);
	}
	hash_end(seed, ret, bytes);
}
