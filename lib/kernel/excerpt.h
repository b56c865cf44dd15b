/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the kernel's BTF that a BPF object's relocations can ask about: the kernel's
 * structs, unions and enums that the object has a type of the same name for, with the members
 * that some type of the object names. Offsets, sizes and kinds are the kernel's; pointers
 * point to void, for a relocation stops there. libbpf searches all the BTF it is given for
 * each type; a hundred types instead of 150,000 make that cheap.
 *
 * Where the kernel has several types of one name all are kept, so that what is ambiguous stays
 * so.
 *
 * What was renamed goes by its older name, so that programs need not ask which of two is there:
 * a field that a kernel lacks would be an instruction in them that must never be reached, and
 * no compiler promises to leave it where it was written.
 */
#ifndef TETRA_LIB_KERNEL_EXCERPT_H
#define TETRA_LIB_KERNEL_EXCERPT_H

struct btf;

/*
 * @full: the kernel's BTF. @wanted: the object's own. Both are borrowed for the call; @ret is
 * freed by btf__free(). Return: 0; -EINVAL for BTF that is broken; -ENOMEM.
 */
int excerpt_new(struct btf **ret, const struct btf *full, const struct btf *wanted);

/* What a member of a struct is called since it was renamed; NULL for those that were not. The
 * excerpt has it as an array of bytes, or as a pointer if it is one. */
const char *excerpt_new_name(const char *type, const char *member);

#endif
