"""What every patch needs: refuse early, with a clear sentence, when the emulator is not the one it was written for.

A patch is a module of this folder with a docstring (the reason, what AWS does, the source), WRITTEN_FOR (the ministack
version it was read against) and apply(). It changes functions of the imported emulator; installed files stay as they are.
"""

import importlib.metadata
import inspect


class PatchError(Exception):
    """The patch does not fit the installed emulator; the message says why."""


def require_version(patch_name, written_for):
    installed = importlib.metadata.version("ministack")
    if installed != written_for:
        raise PatchError(
            f"the patch {patch_name} was written for ministack {written_for}, but {installed} is installed: "
            f"install {written_for}, or read the patch against {installed} and change its WRITTEN_FOR"
        )


def wrap(module, name, parameters, make):
    """Replace module.name by make(original).

    parameters: the positional parameter names the original must begin with, so that an emulator whose function was
    renamed or reshaped is refused instead of half-patched.
    """
    original = getattr(module, name, None)
    if not inspect.isfunction(original):
        raise PatchError(f"{module.__name__}.{name} is gone from the installed ministack")
    # Wrappers of other patches take *args, so look through them at the emulator's own function.
    found = list(inspect.signature(inspect.unwrap(original)).parameters)
    if found[: len(parameters)] != list(parameters):
        raise PatchError(f"{module.__name__}.{name} takes {found}, not {list(parameters)} any more")
    replacement = make(original)
    replacement.__wrapped__ = original
    setattr(module, name, replacement)
