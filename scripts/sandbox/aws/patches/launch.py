"""Start ministack with our patches, the way its own command line does.

    python launch.py [--parent-pid PID] [--without PATCH]... [--list]

--parent-pid  end when that process is no longer our parent (it was killed and could not stop us)
--without     leave one patch out, to see that its test fails without it
--list        print the patches' names and end

Everything else (port, bind address, state folders) comes from the environment, as ministack documents it. A failure to
start is one line on stderr and exit status 3.
"""

import argparse
import importlib
import os
import pathlib
import signal
import sys
import threading
import time

FOLDER = pathlib.Path(__file__).resolve().parent
NOT_PATCHES = {"launch", "patching"}
PARENT_POLL_SECONDS = 0.5
# How long a graceful stop may take once the parent is gone; after that the process group is killed.
ORPHAN_STOP_SECONDS = 10


def patch_names():
    return sorted(p.stem for p in FOLDER.glob("*.py") if p.stem not in NOT_PATCHES)


def refuse(message):
    print(f"sandbox emulator: {message}", file=sys.stderr, flush=True)
    raise SystemExit(3)


def kill_own_group():
    if os.getpgrp() == os.getpid():  # a group of our own: the emulator and its functions, nobody else
        os.killpg(0, signal.SIGKILL)


def end_with_parent(parent_pid):
    """A parent killed by SIGKILL cannot stop us, and Linux gives the orphan a new parent: watch for that."""

    def watch():
        while os.getppid() == parent_pid:
            time.sleep(PARENT_POLL_SECONDS)
        print("sandbox emulator: the process that started it is gone, stopping", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(ORPHAN_STOP_SECONDS)
        kill_own_group()
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent-pid", type=int)
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()

    names = patch_names()
    unknown = sorted(set(options.without) - set(names))
    if unknown:
        refuse(f"no such patch: {', '.join(unknown)} (there are: {', '.join(names)})")
    if options.list:
        print("\n".join(names))
        return
    if options.parent_pid is not None:
        end_with_parent(options.parent_pid)

    # Our patches leave no __pycache__ in the working tree; the emulator's own modules may be cached where they live.
    sys.dont_write_bytecode = True
    import patching

    modules = [importlib.import_module(name) for name in names if name not in options.without]
    sys.dont_write_bytecode = False

    try:
        app = importlib.import_module("ministack.app")
    except ModuleNotFoundError as missing:
        refuse(f"the Python module {missing.name} is not installed for {sys.executable}: install requirements.txt there")
    for module in modules:
        try:
            patching.require_version(module.__name__, module.WRITTEN_FOR)
            module.apply()
        except patching.PatchError as error:
            refuse(str(error))

    sys.argv = ["ministack"]
    try:
        app.main()
    finally:
        # State is saved. Who started us would end the functions' processes; without it, that is ours to do.
        if options.parent_pid is not None and os.getppid() != options.parent_pid:
            kill_own_group()


main()
