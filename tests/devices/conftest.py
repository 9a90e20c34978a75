"""One cloud a file; a tenant's screens with their players."""

from tests.devices.wall import wall
from tests.shared import cloud, team

__all__ = ["cloud", "team", "wall"]
