"""Visits of assets and of the tenant, as members look at them."""
