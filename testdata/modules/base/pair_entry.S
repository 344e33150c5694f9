/* SPDX-License-Identifier: MIT */
#include <linux/linkage.h>

	.text
	.balign ENTRY_ALIGN
SYM_FUNC_START(base_entry)
	mov $ENTRY_VALUE, %eax
	RET
SYM_FUNC_END(base_entry)
