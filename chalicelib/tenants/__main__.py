"""`python -m chalicelib.tenants`: what the deployment's admin does, run with AWS credentials."""

import argparse

from chalicelib.core import clock
from chalicelib.tenants import accounts, members
from chalicelib.tenants.roles import ADMIN


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="reef-admin", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="create a tenant and its first admin")
    create.add_argument("name")
    create.add_argument("email")
    quota = commands.add_parser("quota", help="set a tenant's storage quota")
    quota.add_argument("tenant_id")
    quota.add_argument("quota_bytes", type=int)
    options = parser.parse_args()
    if options.command == "create":
        email = members.checked_email(options.email)
        tenant_id = accounts.create(options.name, clock.now())
        members.invite(tenant_id, email, [ADMIN], accounts.OPERATOR, clock.now())
        print(tenant_id)
    else:
        accounts.set_quota(options.tenant_id, options.quota_bytes)


if __name__ == "__main__":
    main()
