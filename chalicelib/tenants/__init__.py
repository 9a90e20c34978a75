"""Tenants, members, roles, quotas and the audit trail."""
