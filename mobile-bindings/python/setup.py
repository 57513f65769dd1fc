"""Builds the library and the code that calls it from the checkout; both go into the wheel, neither into the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

CHECKOUT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or CHECKOUT / "target")
LIBRARY = {"darwin": "libmedproof_mobile.dylib", "win32": "medproof_mobile.dll"}.get(sys.platform, "libmedproof_mobile.so")


class BuildLibrary(build_py):
    """Adds what cargo builds, and the message catalogues of core."""

    def run(self) -> None:
        super().run()
        package = Path(self.build_lib).resolve() / "medproof"
        library = TARGET / "mobile" / LIBRARY
        cargo("build", "--package", "medproof-mobile", "--profile", "mobile")
        configuration = CHECKOUT / "mobile-bindings" / "uniffi.toml"
        cargo("run", "--quiet", "--package", "medproof-bindgen", "--", "python", library, configuration, package)
        shutil.copy(library, package / LIBRARY)
        if shutil.which("strip"):
            subprocess.run(["strip", "-x" if sys.platform == "darwin" else "--strip-all", package / LIBRARY], check=True)
        for catalogue in (CHECKOUT / "core" / "messages").glob("*.json"):
            shutil.copy(catalogue, package / catalogue.name)


class PlatformWheel(bdist_wheel):
    """The library is this platform's; any Python 3 loads it."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


class BinaryDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return True


def cargo(*arguments: str | Path) -> None:
    subprocess.run([os.environ.get("CARGO", "cargo"), *arguments], cwd=CHECKOUT, check=True)


OBJECTS = TARGET / "python"
OBJECTS.mkdir(parents=True, exist_ok=True)
setup(
    cmdclass={"build_py": BuildLibrary, "bdist_wheel": PlatformWheel},
    distclass=BinaryDistribution,
    options={"build": {"build_base": str(OBJECTS)}, "egg_info": {"egg_base": str(OBJECTS)}},
)
