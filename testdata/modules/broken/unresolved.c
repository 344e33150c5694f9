// SPDX-License-Identifier: MIT
#include <linux/module.h>

int nobody_has_this(void);
int unresolved(void);

int unresolved(void)
{
	return nobody_has_this();
}

MODULE_DESCRIPTION("A module that needs a symbol nobody exports");
MODULE_LICENSE("Dual MIT/GPL");
