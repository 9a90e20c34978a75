"""What people say of an asset: its limits, editing it, its history."""
