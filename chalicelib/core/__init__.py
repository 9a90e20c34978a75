"""AWS and HTTP, without a product noun."""
