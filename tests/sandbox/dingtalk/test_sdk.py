"""DingTalk's own Stream client understands the stand-in: what it takes for true, our bot may take for true."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.sandbox.dingtalk.conftest import TEMPLATE, Program

CLIENT = Path(__file__).with_name("sdk_client.py")


@contextlib.asynccontextmanager
async def official_client(program: Program) -> AsyncIterator[asyncio.subprocess.Process]:
    """The SDK as a process, connected."""
    environment = {
        **os.environ, "DINGTALK_OPENAPI_ENDPOINT": program.standin.base, "NO_PROXY": "127.0.0.1", "TEMPLATE": TEMPLATE,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(CLIENT), "dingkey", "this is a secret", env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(30):
            while not program.standin.gateway.lines:  # noqa: ASYNC110 - it connects when its libraries are loaded
                await asyncio.sleep(0.02)
        yield process
    finally:
        process.kill()
        await process.wait()


async def told(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    async with asyncio.timeout(20):
        return dict(json.loads(await process.stdout.readline()))


async def test_the_official_client_reads_everything_and_is_understood(streaming):
    standin = streaming.standin
    standin.add_template(TEMPLATE, "title", "buttons")
    group = standin.company.open_group("销售一组", "wanglei", "lina")
    async with official_client(streaming) as sdk:
        assert (await standin.text("wanglei", "我的")).body == '{"response": "OK"}'
        assert await told(sdk) == {
            "kind": "robot", "words": ["我的"], "who": "wanglei", "nick": "王磊", "group": None, "recognition": None
        }  # fmt: skip
        assert standin.chat("wanglei")[-1].seen() == "收到\n**收到** ['我的']"
        await standin.group_text(group, "lina", "线索池")
        heard = await told(sdk)
        assert (heard["words"], heard["who"], heard["group"]) == ([" 线索池"], "lina", "销售一组")
        await standin.voice("wanglei", "跟进张总,明天上午发报价")
        assert (await told(sdk))["recognition"] == "跟进张总,明天上午发报价"
        await standin.rich_text("wanglei", "看这张名片", b"PNG")
        assert (await told(sdk))["words"] == ["看这张名片"]
        await standin.picture("wanglei", b"PNG")
        await told(sdk)
        async with streaming.http.get((await told(sdk))["url"]) as answer:
            assert await answer.read() == b"PNG"
        await standin.text("lina", "卡片")
        await told(sdk)
        track = (await told(sdk))["track"]
        assert (await standin.press("lina", "领取")).status == 200
        press = await told(sdk)
        assert (press["who"], press["track"]) == ("lina", track)
        assert press["content"]["cardPrivateData"]["params"] == {"action": "claim:1"}
        assert standin.chat("lina")[-1].seen() == "已领取"
        assert (await standin.leave("lina")).status == 200
        event = await told(sdk)
        assert (event["type"], event["data"]["userId"]) == ("user_leave_org", ["lina"])
        assert await standin.gateway.ping() == 1
        await standin.gateway.farewell()
        async with asyncio.timeout(20):
            while all(line.leaving for line in standin.gateway.lines):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert (await standin.text("wanglei", "还在吗")).status == 200
    assert standin.dropped == []
