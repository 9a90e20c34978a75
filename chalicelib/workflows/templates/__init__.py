"""Templates: how a tenant has its content approved, and which one applies to what."""
