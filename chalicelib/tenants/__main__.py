"""`python -m chalicelib.tenants`: what the deployment's admin does, run with AWS credentials."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from chalicelib.core import clock
from chalicelib.core.errors import ReefError
from chalicelib.tenants import accounts, invitations, members
from chalicelib.tenants.administration import (
    deletion,
    exporting,
    migrating,
    people,
    suspension,
)
from chalicelib.tenants.audit import verification
from chalicelib.tenants.roles import ADMIN

Options = argparse.Namespace


def main() -> int:
    """Run one command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="reef-admin", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, run: Callable[[Options], int], words: str, *arguments: str) -> None:
        added = commands.add_parser(name, help=words)
        added.set_defaults(run=run)
        for argument in arguments:
            added.add_argument(argument)

    tenant, person = ("tenant_id",), ("tenant_id", "email")
    command("create", _create, "create a tenant and its first admin", "name", "email")
    command("quota", _set_quota, "set a tenant's storage quota", "tenant_id", "quota_bytes")
    command("suspend", _suspend, "keep everybody out of a tenant", *tenant)
    command("resume", _resume, "let everybody into a suspended tenant again", *tenant)
    command("export", _export, "write all of a tenant into a folder", *tenant, "folder")
    command("delete", _delete, "delete a suspended tenant for good", *tenant, "name")
    command("export-person", _export_person, "write all that names a person", *person, "folder")
    command("erase-person", _erase_person, "remove a person, and their address", *person)
    command("migrate", _migrate, "bring items to the present schema version")
    command("verify-audit", _verify_audit, "see that a tenant's trail is as sealed", *tenant)
    kept = "a head of an earlier time, which has to be there yet"
    commands.choices["verify-audit"].add_argument("--kept-head", help=kept)
    commands.choices["migrate"].add_argument("--most", type=int, help="at most so many items")
    options = parser.parse_args()
    try:
        status: int = options.run(options)
    except ReefError as error:
        print(error.detail)
        return 1
    except LookupError as error:
        print(error)
        return 1
    return status


def _create(options: Options) -> int:
    email = members.checked_email(options.email)
    tenant_id = accounts.create(options.name, clock.now())
    invitations.invite(tenant_id, email, [ADMIN], accounts.OPERATOR, clock.now())
    print(tenant_id)
    return 0


def _set_quota(options: Options) -> int:
    accounts.set_quota(options.tenant_id, int(options.quota_bytes))
    return 0


def _suspend(options: Options) -> int:
    print(f"members: {suspension.suspend(options.tenant_id, clock.now())}")
    return 0


def _resume(options: Options) -> int:
    print(f"members: {suspension.resume(options.tenant_id, clock.now())}")
    return 0


def _export(options: Options) -> int:
    done = exporting.export(options.tenant_id, Path(options.folder), clock.now())
    counted = f"items: {done.items}, records: {done.records}"
    print(f"{counted}, files: {done.files}, bytes: {done.size_bytes}")
    return 0


def _delete(options: Options) -> int:
    print(f"items: {deletion.erase(options.tenant_id, options.name, clock.now())}")
    return 0


def _export_person(options: Options) -> int:
    folder = Path(options.folder)
    print(f"found: {people.export(options.tenant_id, options.email, folder, clock.now())}")
    return 0


def _erase_person(options: Options) -> int:
    done = people.erase(options.tenant_id, options.email, clock.now())
    kept = f"records of the audit trail that stay as they are sealed: {done.records}"
    print(f"changed: {done.changed}, deleted: {done.deleted}, {kept}")
    return 0


def _migrate(options: Options) -> int:
    done = migrating.migrate(options.most)
    for name, step in done.items():
        print(f"{name}: moved {step.moved}, changed meanwhile {step.left}")
    return int(any(step.left for step in done.values()))


def _verify_audit(options: Options) -> int:
    try:
        report = verification.verify(options.tenant_id, clock.now(), options.kept_head)
    except ValueError:
        print("that is no tenant's id")
        return 1
    counted = f"records: {report.records}, seals: {report.seals}"
    if report.fresh:
        counted += f", not sealed yet: {report.fresh}"
    if report.is_intact:
        print(f"intact ({counted})\nhead {report.head}")
        return 0
    print(f"not intact ({counted})", *report.faults, sep="\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
