"""What the deployment's admin does with whole tenants and with one person's data."""
