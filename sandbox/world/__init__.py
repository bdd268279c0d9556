"""The truth of a simulated company; see `sandbox/README.md` for every table."""

from sandbox.world.build import build_world
from sandbox.world.model import Company, Losses, World

__all__ = ["Company", "Losses", "World", "build_world"]
