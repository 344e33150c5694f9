/* A library to preload, in the manner of Yocto's pseudo: it stands in for functions of the C library, all under one lock, which an exec
 * that succeeds never gives back, and notes the files that are made and removed in $PRELOAD_NOTES. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static void note(const char *what, const char *path) {
	static int (*real)(const char *, int, ...);
	const char *notes = getenv("PRELOAD_NOTES");
	if (!notes) return;
	if (!real) real = dlsym(RTLD_NEXT, "open");
	int fd = real(notes, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	dprintf(fd, "%s %s\n", what, path);
	static int (*shut)(int);
	if (!shut) shut = dlsym(RTLD_NEXT, "close");
	shut(fd);
}

int execve(const char *path, char *const argv[], char *const envp[]) {
	static int (*real)(const char *, char *const[], char *const[]);
	pthread_mutex_lock(&held);
	if (!real) real = dlsym(RTLD_NEXT, "execve");
	int result = real(path, argv, envp);
	pthread_mutex_unlock(&held);
	return result;
}

int close(int fd) {
	static int (*real)(int);
	pthread_mutex_lock(&held);
	if (!real) real = dlsym(RTLD_NEXT, "close");
	int result = real(fd);
	pthread_mutex_unlock(&held);
	return result;
}

int unlink(const char *path) {
	static int (*real)(const char *);
	if (!real) real = dlsym(RTLD_NEXT, "unlink");
	note("removed", path);
	return real(path);
}

#define OPEN(name)                                                                   \
	int name(const char *path, int flags, ...) {                                 \
		static int (*real)(const char *, int, ...);                          \
		va_list args;                                                        \
		va_start(args, flags);                                               \
		mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;            \
		va_end(args);                                                        \
		if (!real) real = dlsym(RTLD_NEXT, #name);                           \
		if (flags & O_CREAT) note("made", path);                             \
		return real(path, flags, mode);                                      \
	}
OPEN(open)
OPEN(open64)
