// SPDX-License-Identifier: MIT
#include <linux/module.h>

int deep_parent = FROM_PARENT;

MODULE_INFO(deep, DEEP);
MODULE_DESCRIPTION("A module two directories down");
MODULE_LICENSE("Dual MIT/GPL");
