"""Routes of suppliers, parts, products and work centres."""
