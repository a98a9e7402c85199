"""Files on DingTalk: what somebody sent to the robot is fetched, what the robot sends is uploaded first."""

from aiohttp import FormData

from bot.calling import OutcomeUnknown
from bot.dingtalk.client import DingTalkClient

LARGEST = 20 * 1024 * 1024  # bytes of a list that is taken from a chat; larger ones have the page
PATIENCE = 40.0  # seconds for a file


async def download(client: DingTalkClient, code: str) -> bytes:
    """At most LARGEST + 1 bytes of what has this download code (page 下载机器人接收消息的文件内容).

    Raises DingTalkError, OutcomeUnknown, NotReached.
    """
    body = {"downloadCode": code, "robotCode": client.account.robot_code}
    address = str((await client.new("POST", "robot/messageFiles/download", body)).get("downloadUrl") or "")
    if not address.startswith(("https://", "http://")):
        raise OutcomeUnknown("钉钉没有给出文件的地址")
    status, _, raw = await client.line.exchange("GET", address, largest=LARGEST, patience=PATIENCE)
    if status != 200:
        raise OutcomeUnknown(f"钉钉的文件取不到(HTTP {status})")
    return raw


async def upload(client: DingTalkClient, name: str, content: bytes) -> str:
    """The media id of a file, good without end (page 上传媒体文件). Raises as `download`."""

    def form() -> FormData:
        made = FormData({"type": "file"}, quote_fields=False)
        made.add_field("media", content, filename=name, content_type="application/octet-stream")
        return made

    return str((await client.old("media/upload", form, patience=PATIENCE))["media_id"])
