"""Linux's means of confining a process: namespaces, mounts, capabilities, system calls, Landlock.

Every function changes the calling process, which must have one thread, and raises `OSError` or
`ImportError` where the system or an optional library lacks it. Nothing here needs root.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

NEW_USER, NEW_MOUNTS = 0x10000000, 0x00020000
NEW_IPC, NEW_PROCESSES, NEW_NETWORK = 0x08000000, 0x20000000, 0x40000000
READ_ONLY, NO_SETUID, NO_DEVICES, REMOUNT, BIND = 0x1, 0x2, 0x4, 0x20, 0x1000
RECURSIVE, PRIVATE, DETACH = 0x4000, 0x40000, 2
KEPT_BY_REMOUNT = READ_ONLY | NO_SETUID | NO_DEVICES | 0x8 | 0x400 | 0x800 | 0x200000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38
THREAD = 0x00010000  # of clone(2): a thread, not a process
CAPABILITIES_VERSION = 0x20080522

# System calls that no block needs: they reach other processes, the network or the system.
FORBIDDEN = [
    "fork",
    "vfork",
    "execve",
    "execveat",
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "kcmp",
    "tkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "setpgid",
    "mount",
    "umount2",
    "fsopen",
    "fsmount",
    "move_mount",
    "open_tree",
    "mount_setattr",
    "pivot_root",
    "chroot",
    "unshare",
    "setns",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "memfd_create",
    "memfd_secret",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "add_key",
    "keyctl",
    "request_key",
    "open_by_handle_at",
    "name_to_handle_at",
    "shmget",
    "shmat",
    "msgget",
    "semget",
    "mq_open",
    "setpriority",
    "sched_setscheduler",
    "ioprio_set",
    "fanotify_init",
    "personality",
    "syslog",
    "reboot",
    "kexec_load",
    "init_module",
    "finit_module",
    "delete_module",
    "swapon",
    "swapoff",
    "acct",
    "quotactl",
    "settimeofday",
    "clock_settime",
    "sethostname",
    "setdomainname",
]


def _libc():
    return ctypes.CDLL(None, use_errno=True)


def _checked(result, doing):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}")


def control(option, value):
    """Sets a property of the process by prctl(2)."""
    _checked(_libc().prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def end_with_parent():
    """Ends this process as soon as the one that forked it ends."""
    control(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans():
    """Makes this process the parent of descendants that detach themselves."""
    control(PR_SET_CHILD_SUBREAPER, 1)


def unshare():
    """Gives the process namespaces of its own: user, processes (its children), IPC, network.

    Root can do without a user namespace where those are switched off.
    """
    others = NEW_PROCESSES | NEW_IPC | NEW_NETWORK
    user, group = os.getuid(), os.getgid()
    libc = _libc()
    if libc.unshare(NEW_USER | others) == 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    else:
        _checked(libc.unshare(others), "unshare")


def mount(source, target, kind=None, flags=0, options=None):
    """mount(2); paths and options are text or None."""
    encode = [None if v is None else os.fsencode(v) for v in (source, target, kind, options)]
    source, target, kind, options = encode
    done = _libc().mount(source, target, kind, ctypes.c_ulong(flags), options)
    _checked(done, f"mount {os.fsdecode(target)}")


def new_root(root, readable, links, hidden, megabytes, files):
    """Leaves the process a file system of what it may read, and an empty ``/own`` to write.

    Needs namespaces of its own, see `unshare`.

    Args:
        root: an existing folder to build it on; it is not changed itself.
        readable: paths of folders and files, shown read-only at the same place.
        links: dictionary from the places of symbolic links to what they lead to.
        hidden: paths of folders below them, shown empty.
        megabytes: most that ``/own`` holds.
        files: most files and folders in ``/own``.
    """
    _checked(_libc().unshare(NEW_MOUNTS), "unshare mounts")
    mount(None, "/", None, RECURSIVE | PRIVATE)
    flags = NO_SETUID | NO_DEVICES
    mount("tmpfs", root, "tmpfs", flags, "size=1m,mode=755")
    for path in readable:
        inside = Path(f"{root}{path}")
        if os.path.isdir(path):
            inside.mkdir(parents=True, exist_ok=True)
        elif not inside.exists():
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.touch()
        mount(path, inside, None, BIND | RECURSIVE)
        kept = os.statvfs(inside).f_flag & KEPT_BY_REMOUNT
        mount(None, inside, None, REMOUNT | BIND | READ_ONLY | kept)
    for link, target in links.items():
        os.makedirs(os.path.dirname(f"{root}{link}"), exist_ok=True)
        os.symlink(target, f"{root}{link}")
    os.makedirs(f"{root}/proc/self")  # all of it that TensorFlow asks for
    Path(f"{root}/proc/self/cmdline").write_text("python\0")
    os.symlink(os.path.realpath(sys.executable), f"{root}/proc/self/exe")
    for path in hidden:
        if os.path.isdir(f"{root}{path}"):
            mount("tmpfs", f"{root}{path}", "tmpfs", flags | READ_ONLY, "size=4k")
    os.makedirs(f"{root}/own", exist_ok=True)
    if not os.path.ismount(f"{root}/own"):
        options = f"size={megabytes}m,nr_inodes={files},mode=700"
        mount("tmpfs", f"{root}/own", "tmpfs", flags, options)
    os.chdir(root)
    _checked(_libc().pivot_root(b".", b"."), "pivot_root")
    _checked(_libc().umount2(b".", DETACH), "umount")
    mount(None, "/", None, REMOUNT | BIND | READ_ONLY | flags)
    os.chdir("/own")


def drop_privileges():
    """Gives up every capability, for good."""
    control(PR_SET_NO_NEW_PRIVS, 1)
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION, 0)
    _checked(_libc().capset(header, (ctypes.c_uint32 * 6)()), "capset")


def forbid_calls():
    """Lets the system calls of `FORBIDDEN`, new processes and signals to others fail.

    The filter is built by libseccomp through the optional library pyseccomp.
    """
    import errno

    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    for name in FORBIDDEN:
        try:
            number = seccomp.resolve_syscall(seccomp.system_arch(), name)
        except ValueError:  # not a call of this machine, or younger than the library
            continue
        if number >= 0:
            rules.add_rule(refuse, name)
    # glibc falls back from clone3, whose flags no filter can read, to clone.
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    rules.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, THREAD, 0))
    for name in ("kill", "tgkill"):
        rules.add_rule(refuse, name, seccomp.Arg(0, seccomp.NE, os.getpid()))
    rules.add_rule(refuse, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))
    rules.load()


def allow_paths(readable, listed, writable):
    """Lets the process read and write these paths only, by Landlock (Linux 5.13 and later).

    Uses the optional library landlock.

    Args:
        readable: paths of folders and files that may be read and their libraries loaded.
        listed: folders whose entries may be listed.
        writable: folders that may be written.
    """
    from landlock import FSAccess, Ruleset

    ctypes.set_errno(0)  # the library takes an old number for its own failure
    rules = Ruleset()
    read = FSAccess.READ_FILE | FSAccess.EXECUTE
    for path in readable:
        rules.allow(path, rules=read | FSAccess.READ_DIR if os.path.isdir(path) else read)
    for path in listed:
        rules.allow(path, rules=FSAccess.READ_DIR)
    for path in writable:
        rules.allow(path)
    rules.allow("/proc/self/cmdline", rules=read)  # TensorFlow ends where it cannot read that
    rules.allow(os.devnull, rules=read | FSAccess.WRITE_FILE)
    rules.apply()
    os.close(rules._fd)
