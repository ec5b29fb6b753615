"""Several machines on one: network namespaces, each on a cable of its own (veth) that can be pulled and put back."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tests.paths import ROOT

NETWORK = "10.213"


def are_possible() -> bool:
    """Whether this machine lets us make network namespaces and cables between them."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        return False
    name = f"desk-try-{os.getpid()}"
    made = _ip("netns", "add", name, check=False).returncode == 0
    try:
        return made and _ip("-n", name, "link", "add", "v0", "type", "veth", "peer", "v1", check=False).returncode == 0
    finally:
        if made:
            _ip("netns", "delete", name)


class Machine:
    """A machine of its own network; ``host`` is the address under which it reaches everything else."""

    def __init__(self, number: int) -> None:
        subnet = f"{NETWORK}.{(os.getpid() * 2 + number) % 250}"
        self.name = f"desk-{os.getpid()}-{number}"
        self.host, self.address = f"{subnet}.1", f"{subnet}.2"
        self._cable = f"dk{os.getpid() % 1_000_000}x{number}"
        self._network = f"{subnet}.0/24"

    def start(self) -> None:
        """Make the namespace and plug its cable in."""
        _ip("netns", "add", self.name)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        _ip("address", "add", f"{self.host}/24", "dev", self._cable)
        _ip("link", "set", self._cable, "up")
        # While the cable is out, what is meant for it must not look for another way out of this machine.
        _ip("route", "add", "blackhole", self._network, "metric", "9999")
        for command in (
            ("address", "add", f"{self.address}/24", "dev", "eth0"),
            ("link", "set", "lo", "up"),
            ("link", "set", "eth0", "up"),
        ):
            _ip("-n", self.name, *command)

    def stop(self) -> None:
        """Remove everything, also what is only half there."""
        for command in (
            ("route", "delete", "blackhole", self._network, "metric", "9999"),
            ("link", "delete", self._cable),
            ("netns", "delete", self.name),
        ):
            _ip(*command, check=False)

    def cut(self) -> None:
        """Pull the cable: from now on packets just do not arrive."""
        _ip("link", "set", self._cable, "down")

    def join(self) -> None:
        """Put the cable back."""
        _ip("link", "set", self._cable, "up")

    def python(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Run a module of ours on this machine."""
        command = ["ip", "netns", "exec", self.name, sys.executable, "-m", *arguments]
        return subprocess.Popen(command, cwd=ROOT, **options)


@contextlib.contextmanager
def machines(count: int) -> Iterator[list[Machine]]:
    """So many machines, gone when the block is left."""
    made = [Machine(number) for number in range(count)]
    try:
        for machine in made:
            machine.start()
        yield made
    finally:
        for machine in made:
            machine.stop()


def _ip(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["ip", *arguments], check=check, capture_output=True, text=True, timeout=20)
