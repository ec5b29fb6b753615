"""Limits that a child process puts on itself before it looks at anything that may be malicious."""

MOST_WRITTEN = 1 << 30


def confine(seconds: int, wall_seconds: int, memory: int, written: int = MOST_WRITTEN) -> None:
    """Limit this process permanently: time, memory, what it writes to files, no file opened any more.

    Args:
        seconds: of computing.
        wall_seconds: after which it ends itself, however busy the machine is.
        memory: bytes of address space.
        written: bytes of a file.
    """
    import resource
    import signal

    signal.alarm(wall_seconds)
    for what, bound in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        _soft, hard = resource.getrlimit(what)
        lowest = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (lowest, lowest))
