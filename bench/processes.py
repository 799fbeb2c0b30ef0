"""What a process has used: unlike the clock on the wall, the same on a busy machine as on an idle one."""

import os
from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """All threads, in user and kernel mode, since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
