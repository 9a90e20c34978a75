"""What is made of a content after it is ready: masters, web images, the tenant's renditions."""
