"""`python -m chalicelib.tenants`: what the deployment's admin does, run with AWS credentials."""

import argparse
import sys

from chalicelib.core import clock
from chalicelib.tenants import accounts, members, verifying
from chalicelib.tenants.roles import ADMIN


def main() -> int:
    """Run one command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="reef-admin", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="create a tenant and its first admin")
    create.add_argument("name")
    create.add_argument("email")
    quota = commands.add_parser("quota", help="set a tenant's storage quota")
    quota.add_argument("tenant_id")
    quota.add_argument("quota_bytes", type=int)
    verify = commands.add_parser("verify-audit", help="see that a tenant's trail is as sealed")
    verify.add_argument("tenant_id")
    verify.add_argument("--kept-head", help="a head of an earlier time, which has to be there yet")
    options = parser.parse_args()
    if options.command == "verify-audit":
        return _verify_audit(options.tenant_id, options.kept_head)
    if options.command == "create":
        email = members.checked_email(options.email)
        tenant_id = accounts.create(options.name, clock.now())
        members.invite(tenant_id, email, [ADMIN], accounts.OPERATOR, clock.now())
        print(tenant_id)
    else:
        accounts.set_quota(options.tenant_id, options.quota_bytes)
    return 0


def _verify_audit(tenant_id: str, kept_head: str | None) -> int:
    try:
        report = verifying.verify(tenant_id, clock.now(), kept_head)
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
