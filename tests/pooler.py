"""pgbouncer in front of a test's PostgreSQL: every transaction may run in another session of the server."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.cluster import SUPERUSER, free_port, unprivileged


def program() -> str | None:
    """Where pgbouncer is, None if it is not on this machine."""
    return shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


@contextlib.contextmanager
def pooler(server_port: int, mode: str = "transaction", size: int = 4) -> Iterator[int]:
    """The port of a pgbouncer with so many sessions of the server."""
    port, run_as = free_port(), unprivileged()
    with tempfile.TemporaryDirectory(prefix="desk-pooler-", dir="/tmp") as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "users").write_text(f'"{SUPERUSER}" ""\n')
        (folder / "ini").write_text(
            "[databases]\n"
            f"* = host=127.0.0.1 port={server_port}\n"
            "[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = trust\n"
            f"auth_file = {folder}/users\npool_mode = {mode}\ndefault_pool_size = {size}\nmax_client_conn = 200\n"
            # As behind a busy pooler: a client rarely gets the session it had before.
            "server_round_robin = 1\n"
        )
        for file in folder.iterdir():
            file.chmod(0o644)
        process = subprocess.Popen(
            [str(program()), "-q", str(folder / "ini")], stdin=subprocess.DEVNULL, cwd=folder, **run_as
        )
        try:
            until = time.monotonic() + 20
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                assert process.poll() is None, "pgbouncer ended at once"
                assert time.monotonic() < until, "pgbouncer did not start"
                time.sleep(0.05)
            yield port
        finally:
            process.kill()
            process.wait()
