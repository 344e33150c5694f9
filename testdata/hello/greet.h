/* SPDX-License-Identifier: MIT */
#ifndef HELLO_GREET_H
#define HELLO_GREET_H

void hello_greet(const char *whom);

#endif
