// SPDX-License-Identifier: MIT
#include <linux/module.h>

int syntax_error(void)
{
	return this is no C;
}

MODULE_LICENSE("Dual MIT/GPL");
