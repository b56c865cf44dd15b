// SPDX-License-Identifier: Apache-2.0
/*
 * who STEP...: becomes some process, then tries what each operator of matchBinaries forbids,
 * and prints a letter for each file below VAULT, in the order of the list: o opened, d denied.
 *
 *   wait           makes VAULT/here.PID, then waits until there is VAULT/go
 *   fork           continues in a child; the parent waits for it
 *   orphan         continues in a child whose parent and its parent have ended
 *   parent         continues in a child of its own parent (CLONE_PARENT)
 *   thread         continues in a thread, after the leader has ended
 *   unlink PATH
 *   chroot PATH
 *   exec PATH      the program PATH takes the remaining steps
 *   fexec PATH     likewise, by a descriptor; without a name if PATH is "-PATH"
 *   memfd          likewise, this program from memory
 *   pose PATH      makes that file its executable, in a user namespace of its own
 *   share PATH     likewise, but a process does it that shares its memory
 *   act            the last step
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define VAULT "/tmp/lab/vault"
/* Where the vault stays open over a chroot and an exec. */
#define VAULT_FD 100
#define WAIT_US	 20000
#define STACK	 65536

static char *self;
extern char **environ;

static void fail(const char *what)
{
	fprintf(stderr, "who: %s: %s\n", what, strerror(errno));
	_exit(EXIT_FAILURE);
}

static void vault_open(void)
{
	int fd;

	if (fcntl(VAULT_FD, F_GETFD) >= 0)
		return;
	fd = open(VAULT, O_PATH | O_DIRECTORY);
	if (fd < 0 || dup2(fd, VAULT_FD) < 0)
		fail(VAULT);
	close(fd);
}

static void steps_run(char **steps);

static void step_act(void)
{
	static const char *const files[] = { "in",	  "notin",   "prefix",
					     "notprefix", "postfix", "notpostfix" };
	char line[] = "......\n";

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		int fd = openat(VAULT_FD, files[i], O_RDONLY);

		line[i] = fd >= 0 ? 'o' : errno == EPERM ? 'd' : '?';
		if (fd >= 0)
			close(fd);
	}
	if (write(STDOUT_FILENO, line, sizeof(line) - 1) < 0)
		fail("write");
	_exit(EXIT_SUCCESS);
}

static void step_fork(int orphan)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid == 0 && orphan) {
		pid = fork();
		if (pid)
			_exit(EXIT_SUCCESS);
		while (kill(getppid(), 0) == 0 && getppid() != 1)
			usleep(WAIT_US);
		return;
	}
	if (pid == 0)
		return;
	waitpid(pid, NULL, 0);
	_exit(EXIT_SUCCESS);
}

static int go_on(void *steps)
{
	steps_run(steps);
	return 0;
}

static void step_parent(char **steps)
{
	static char stack[STACK] __attribute__((aligned(16)));

	if (clone(go_on, stack + sizeof(stack), CLONE_PARENT | SIGCHLD, steps) < 0)
		fail("clone");
	_exit(EXIT_SUCCESS);
}

static void *thread_run(void *steps)
{
	usleep(WAIT_US);
	steps_run(steps);
	return NULL;
}

static void step_thread(char **steps)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_run, steps))
		fail("thread");
	syscall(SYS_exit, 0);
}

static void step_memfd(char **steps)
{
	int from = open(self, O_RDONLY), to = memfd_create("who", 0);
	struct stat file;

	if (from < 0 || to < 0 || fstat(from, &file) < 0 ||
	    sendfile(to, from, NULL, file.st_size) != file.st_size)
		fail("memfd");
	syscall(SYS_execveat, to, "", steps - 1, environ, AT_EMPTY_PATH);
	fail("memfd");
}

static void step_fexec(char **steps)
{
	int gone = *steps[0] == '-';
	const char *path = steps[0] + gone;
	int fd = open(path, O_PATH);

	if (fd < 0 || (gone && unlink(path) < 0))
		fail(path);
	syscall(SYS_execveat, fd, "", steps, environ, AT_EMPTY_PATH);
	fail(path);
}

/* Our program's memory, as it is but for the file that it is from. */
static void program_detach(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512], permits[8], path[256] = "";
	unsigned long start, end;

	if (!maps || readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		fail("maps");
	while (fgets(line, sizeof(line), maps)) {
		int prot = PROT_NONE;
		void *copy;

		if (!strstr(line, path) ||
		    sscanf(line, "%lx-%lx %7s", &start, &end, permits) != 3)
			continue;
		prot |= permits[0] == 'r' ? PROT_READ : 0;
		prot |= permits[1] == 'w' ? PROT_WRITE : 0;
		prot |= permits[2] == 'x' ? PROT_EXEC : 0;
		copy = mmap(NULL, end - start, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (copy == MAP_FAILED)
			fail("mmap");
		memcpy(copy, (void *)start, end - start);
		if (mprotect(copy, end - start, prot) < 0 ||
		    mremap(copy, end - start, end - start, MREMAP_MAYMOVE | MREMAP_FIXED,
			   (void *)start) == MAP_FAILED)
			fail("mremap");
	}
	fclose(maps);
}

/* Fields of /proc/self/stat, numbered as in proc(5). */
static void stat_read(unsigned long (*fields)[53])
{
	char text[2048] = "", *at;
	FILE *stat = fopen("/proc/self/stat", "r");

	if (!stat || !fgets(text, sizeof(text), stat))
		fail("stat");
	fclose(stat);
	at = strrchr(text, ')') + sizeof(") S");
	for (size_t i = 4; i < 53; i++)
		(*fields)[i] = strtoul(at, &at, 10);
}

/* The memory as it is, for another executable. */
static struct prctl_mm_map pose_map(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct prctl_mm_map map = { .exe_fd = fd, .brk = (unsigned long)sbrk(0) };
	unsigned long fields[53] = { 0 };

	if (fd < 0)
		fail("pose");
	program_detach();
	stat_read(&fields);
	map.start_code = fields[26];
	map.end_code = fields[27];
	map.start_stack = fields[28];
	map.start_data = fields[45];
	map.end_data = fields[46];
	map.start_brk = fields[47];
	map.arg_start = fields[48];
	map.arg_end = fields[49];
	map.env_start = fields[50];
	map.env_end = fields[51];
	return map;
}

static int pose_take(void *map)
{
	if (prctl(PR_SET_MM, PR_SET_MM_MAP, map, sizeof(struct prctl_mm_map), 0) < 0)
		fail("prctl");
	return 0;
}

static void step_pose(const char *path)
{
	struct prctl_mm_map map = pose_map(path);

	if (unshare(CLONE_NEWUSER) < 0)
		fail("unshare");
	pose_take(&map);
}

static void step_share(const char *path)
{
	static char stack[STACK] __attribute__((aligned(16)));
	struct prctl_mm_map map = pose_map(path);
	int flags = CLONE_VM | CLONE_NEWUSER | SIGCHLD;
	int status = -1;

	if (clone(pose_take, stack + sizeof(stack), flags, &map) < 0)
		fail("clone");
	if (wait(&status) < 0 || status)
		fail("share");
}

static void step_wait(void)
{
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "here.%d", (int)getpid());
	fd = openat(VAULT_FD, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		fail(name);
	close(fd);
	while (faccessat(VAULT_FD, "go", F_OK, 0) < 0)
		usleep(WAIT_US);
}

static void steps_run(char **steps)
{
	for (; *steps; steps++) {
		if (!strcmp(*steps, "wait"))
			step_wait();
		else if (!strcmp(*steps, "fork") || !strcmp(*steps, "orphan"))
			step_fork(**steps == 'o');
		else if (!strcmp(*steps, "parent"))
			step_parent(steps + 1);
		else if (!strcmp(*steps, "thread"))
			step_thread(steps + 1);
		else if (!strcmp(*steps, "memfd"))
			step_memfd(steps + 1);
		else if (!strcmp(*steps, "fexec"))
			step_fexec(steps + 1);
		else if (!strcmp(*steps, "pose"))
			step_pose(*++steps);
		else if (!strcmp(*steps, "share"))
			step_share(*++steps);
		else if (!strcmp(*steps, "act"))
			step_act();
		else if (!strcmp(*steps, "unlink") && unlink(*++steps) < 0)
			fail(*steps);
		else if (!strcmp(*steps, "chroot") &&
			 (chroot(*++steps) < 0 || chdir("/")))
			fail(*steps);
		else if (!strcmp(*steps, "exec") && execv(steps[1], steps + 1) < 0)
			fail(steps[1]);
	}
}

int main(int argc, char **argv)
{
	self = argv[0];
	vault_open();
	if (argc > 1)
		steps_run(argv + 1);
	return EXIT_FAILURE;
}
