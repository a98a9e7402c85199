"""A stand-in for WeChat official accounts, with its own signature; the cipher is that of sandbox/cipher.py."""
