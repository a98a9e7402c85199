"""What other programs may ask and do, over HTTP and with a key."""
