"""What browsers and other programs see: the REST API, capture, forms, health."""
