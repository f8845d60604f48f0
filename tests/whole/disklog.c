/* Stands between a program and the C library (LD_PRELOAD), for what happens to files in one folder.
 *
 * DISKLOG_DIR   the folder; nothing else is looked at
 * DISKLOG_FILE  where to write down every write, truncation, sync, renaming and removal, in order
 * DISKLOG_KILL  die (SIGKILL) instead of the so-many-th of them; read at the first one, so that a
 *               process that was forked may set it
 *
 * A line of the log: kind TAB path TAB second path TAB offset TAB length NEWLINE, then the bytes of
 * a write. Kinds: C created, W written, T truncated, S synced (a folder too), R renamed, U removed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST 4096
static char *paths[MOST];
static const char *folder;
static int log_fd = -1, begun;
static long steps, fatal = -1;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = dlsym(RTLD_NEXT, #name)
#define PATH(fd) ((fd) >= 0 && (fd) < MOST ? paths[fd] : NULL)

static void begin(void) {
  if (begun) return;
  begun = 1;
  folder = getenv("DISKLOG_DIR");
  const char *file = getenv("DISKLOG_FILE");
  if (folder && file) log_fd = syscall(SYS_openat, AT_FDCWD, file, O_CREAT | O_WRONLY | O_APPEND, 0600);
}

static int is_ours(const char *path) { return folder && path && !strncmp(path, folder, strlen(folder)); }

static void step(void) {
  if (fatal == -1) { const char *k = getenv("DISKLOG_KILL"); fatal = k ? atol(k) : 0; }
  if (fatal > 0 && __sync_add_and_fetch(&steps, 1) == fatal) kill(getpid(), SIGKILL);
}

static void note(char kind, const char *path, const char *other, uint64_t at, const void *bytes, size_t n) {
  if (log_fd < 0) return;
  char head[2300];
  int length = snprintf(head, sizeof head, "%c\t%s\t%s\t%lu\t%zu\n", kind, path, other ? other : "", at, n);
  pthread_mutex_lock(&one_at_a_time);
  syscall(SYS_write, log_fd, head, length);
  if (n && bytes) syscall(SYS_write, log_fd, bytes, n);
  pthread_mutex_unlock(&one_at_a_time);
}

static void opened(int fd, const char *path, int flags) {
  begin();
  if (fd < 0 || fd >= MOST) return;
  free(paths[fd]);
  paths[fd] = NULL;
  if (!is_ours(path)) return;
  paths[fd] = strdup(path);
  if (flags & O_CREAT) note('C', path, NULL, 0, NULL, 0);
  if (flags & O_TRUNC) note('T', path, NULL, 0, NULL, 0);
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
    REAL(name); int fd = real(path, flags, mode); opened(fd, path, flags); return fd; }
OPEN(open)
OPEN(open64)

#define PWRITE(name, offset_type) \
  ssize_t name(int fd, const void *bytes, size_t n, offset_type at) { \
    REAL(name); \
    if (PATH(fd)) step(); \
    ssize_t done = real(fd, bytes, n, at); \
    if (done > 0 && PATH(fd)) note('W', PATH(fd), NULL, at, bytes, done); \
    return done; }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *bytes, size_t n) {
  REAL(write);
  off_t at = PATH(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
  if (PATH(fd)) step();
  ssize_t done = real(fd, bytes, n);
  if (done > 0 && PATH(fd)) note('W', PATH(fd), NULL, at < 0 ? 0 : at, bytes, done);
  return done;
}

#define TRUNCATE(name, offset_type) \
  int name(int fd, offset_type size) { \
    REAL(name); \
    if (PATH(fd)) step(); \
    int failed = real(fd, size); \
    if (!failed && PATH(fd)) note('T', PATH(fd), NULL, size, NULL, 0); \
    return failed; }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name) \
  int name(int fd) { \
    REAL(name); \
    if (PATH(fd)) step(); \
    int failed = real(fd); \
    if (!failed && PATH(fd)) note('S', PATH(fd), NULL, 0, NULL, 0); \
    return failed; }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
  REAL(unlink); begin();
  if (is_ours(path)) step();
  int failed = real(path);
  if (!failed && is_ours(path)) note('U', path, NULL, 0, NULL, 0);
  return failed;
}

int rename(const char *from, const char *to) {
  REAL(rename); begin();
  if (is_ours(from)) step();
  int failed = real(from, to);
  if (!failed && is_ours(from)) note('R', from, to, 0, NULL, 0);
  return failed;
}

int close(int fd) {
  if (PATH(fd)) { free(paths[fd]); paths[fd] = NULL; }
  REAL(close);
  return real(fd);
}
