/* SPDX-License-Identifier: Apache-2.0 */
/* Types that do not come from the kernel itself. */
#ifndef TETRA_LIB_BTF_SOUND_H
#define TETRA_LIB_BTF_SOUND_H

#include "lib/base/base.h"

struct btf;

/* Each type and each name that a type refers to exists. libbpf has checked the sizes. */
bool btf_is_sound(const struct btf *btf, uint32_t strings_bytes);

#endif
