"""Categories as paths, such as `menus/summer`: what lies in them, and what becomes of it."""


def lies_in(path: str | None, category: str) -> bool:
    """Return whether a path is a category or lies below it."""
    return path is not None and f"{path}/".startswith(f"{category}/")


def moved(path: str, old: str, new: str) -> str:
    """Return a path with a new beginning, where it lies in the old one."""
    return new + path[len(old) :] if lies_in(path, old) else path
