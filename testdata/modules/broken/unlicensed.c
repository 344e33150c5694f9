// SPDX-License-Identifier: MIT
#include <linux/module.h>

/* No licence: modpost refuses it. */
MODULE_DESCRIPTION("A module that does not say its licence");
