"""What ought to be: assets, versions and bytes, as plain as can be."""

import copy
from dataclasses import dataclass, field

CONTENTS = tuple(
    f"Poster {number} of the summer fair.\n".encode() * (number + 1) for number in range(3)
)
NAMES = ("autumn", "winter")


@dataclass
class Version:
    """A version; without content its upload never came."""

    branch: str
    content: int | None
    size_bytes: int
    branch_points: int = 0


@dataclass
class Branch:
    """A branch."""

    head: int
    from_version: int
    base: int
    merged: int | None = None


@dataclass
class Asset:
    """An asset."""

    versions: dict[int, Version] = field(default_factory=dict)
    branches: dict[str, Branch] = field(default_factory=dict)
    current: int = 0
    last: int = 0
    published: int | None = None
    trashed: bool = False

    def add(self, branch: str, content: int | None, size_bytes: int) -> int:
        """Add a version; one without content fails."""
        self.last += 1
        self.versions[self.last] = Version(branch, content, size_bytes)
        if branch == "main":
            self.current = self.last
            if content is not None and self.last > (self.published or 0):
                self.published = self.last
        else:
            self.branches[branch].head = self.last
        return self.last

    def copy(self, number: int) -> bool:
        """Make a version's content the newest of `main`; says whether that can be."""
        source = self.versions[number]
        if self.trashed or source.content is None:
            return False
        self.published = None
        self.add("main", source.content, source.size_bytes)
        return True

    def merge(self, name: str, theirs: bool) -> bool:
        """Merge a branch; says whether that can be."""
        branch = self.branches[name]
        nothing_new = branch.head in (branch.from_version, branch.merged)
        diverged = self.current != branch.base and not theirs
        if nothing_new or diverged or not self.copy(branch.head):
            return False
        branch.base, branch.merged = self.current, branch.head
        return True

    def branch(self, name: str, number: int) -> bool:
        """Begin a branch; says whether that can be."""
        if self.trashed or name in self.branches:
            return False
        source = self.versions[number]
        base = number
        if source.branch != "main":
            origin = self.branches[source.branch]
            if origin.merged is None or number >= origin.merged:
                base = origin.base
        source.branch_points += 1
        self.branches[name] = Branch(number, number, base)
        return True

    def publish(self, number: int) -> bool:
        """Publish a version; says whether that can be."""
        if self.trashed or self.versions[number].content is None:
            return False
        self.published = number
        return True

    def unpublish(self, number: int) -> bool:
        """Unpublish a version; says whether that can be."""
        if self.trashed or self.published != number:
            return False
        self.published = None
        return True

    def delete(self, number: int) -> bool:
        """Delete a version; says whether that can be."""
        needed = {self.current, self.published, *(b.head for b in self.branches.values())}
        if number in needed or self.versions[number].branch_points:
            return False
        del self.versions[number]
        return True


Library = dict[str, Asset]
"""Assets by id; `new` is one whose id a crash kept from its maker."""


def kept(library: Library) -> set[int]:
    """Give the contents whose bytes are needed."""
    versions = [v for asset in library.values() for v in asset.versions.values()]
    return {version.content for version in versions if version.content is not None}


def usage(library: Library) -> tuple[int, int]:
    """Give bytes and assets that count."""
    versions = [v for asset in library.values() for v in asset.versions.values()]
    return sum(v.size_bytes for v in versions if v.content is not None), len(library)


def clone(library: Library) -> Library:
    """Copy everything."""
    return copy.deepcopy(library)
