"""What somebody would write on a first afternoon: Flask, wechatpy, one sqlite3 row per callback, served by gunicorn.

Settings come from the environment: TOKEN, AES_KEY, CORP, STORE. gunicorn -k gthread bench.reference.flask_app:app
"""

import os
import sqlite3
import threading

from flask import Flask, abort, request
from wechatpy.enterprise import parse_message
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException

app = Flask(__name__)
crypto = WeChatCrypto(os.environ["TOKEN"], os.environ["AES_KEY"], os.environ["CORP"])
lock = threading.Lock()
file = sqlite3.connect(os.environ["STORE"], check_same_thread=False)
file.execute("PRAGMA journal_mode=WAL")
file.execute("PRAGMA synchronous=FULL")
file.execute("CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, sender TEXT, content TEXT)")


@app.post("/callback/wecom/<name>")
def callback(name: str) -> str:
    """Check, decrypt, parse, store, answer."""
    try:
        plain = crypto.decrypt_message(
            request.get_data(), request.args["msg_signature"], request.args["timestamp"], request.args["nonce"]
        )
    except InvalidSignatureException:
        abort(403)
    message = parse_message(plain)
    with lock, file:
        file.execute(
            "INSERT OR IGNORE INTO message VALUES (?, ?, ?)",
            (str(message.id), message.source, getattr(message, "content", "")),
        )
    return ""
