"""How often share links are opened, and which of a tenant's lead."""
