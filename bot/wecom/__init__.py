"""WeCom (企业微信): its callbacks, its bodies, its API."""
