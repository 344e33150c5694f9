// SPDX-License-Identifier: MIT
#include <linux/module.h>

MODULE_DESCRIPTION("A module that builds, the last of several");
MODULE_LICENSE("Dual MIT/GPL");
