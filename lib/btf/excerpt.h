/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the kernel's BTF that a BPF object's relocations can refer to: the kernel's
 * structs, unions and enums for which the object has a type of the same name, with the members
 * that any type of the object names. Offsets, sizes and kinds are the kernel's; pointers point
 * to void, because a relocation stops there. libbpf searches all of its BTF for each type; a
 * hundred types instead of 150,000 make that cheap.
 *
 * If the kernel has several types of one name, all are kept, so that ambiguous names stay
 * ambiguous.
 *
 * Renamed fields have their older name, so that programs need not test which name exists: a
 * field that a kernel lacks would become an instruction that must never be reached, and no
 * compiler promises to leave it where it was written.
 */
#ifndef TETRA_LIB_BTF_EXCERPT_H
#define TETRA_LIB_BTF_EXCERPT_H

struct btf;

/*
 * @full: the kernel's BTF. @wanted: the object's own. Both are borrowed for the call; @ret is
 * freed by btf__free(). Return: 0; -EINVAL for BTF that is broken; -ENOMEM.
 */
int excerpt_new(struct btf **ret, const struct btf *full, const struct btf *wanted);

/* The new name of a renamed struct member; NULL if it was not renamed. The excerpt has it as
 * an array of bytes, or as a pointer if it is one. */
const char *excerpt_new_name(const char *type, const char *member);

#endif
