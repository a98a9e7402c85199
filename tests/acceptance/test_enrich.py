"""What a register knows of a company stands on the card with source and day, beside what was typed."""

import pytest
from aiohttp import web

from tests.town import town, words


@pytest.mark.feature("C1")
async def test_a_register_is_asked_once_per_company_and_told_with_its_source(tmp_path):
    asked: list[tuple[str, str]] = []

    async def register(request: web.Request) -> web.Response:
        asked.append((request.query["name"], request.headers["Authorization"]))
        return web.json_response({"result": [{"industry": "仪器仪表", "staff": "100-499人", "capital": "5000万"}]})

    app = web.Application()
    app.router.add_get("/v1", register)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]

    def with_register(text: str) -> str:
        return text + (
            f'\nenrichment:\n  name: 企查\n  url: "http://127.0.0.1:{port}/v1?name={{company}}"\n'
            '  headers: {Authorization: "key-123"}\n'
            "  fields: {industry: result.0.industry, scale: result.0.staff, capital: result.0.capital}\n"
        )

    try:
        async with town(tmp_path, settings=with_register) as acme:
            no = await acme.mql()
            await acme.mql(phone="13900139001", name="李工")
            assert asked == [("杭州云栖智能科技有限公司", "key-123")], "the second lead of a company costs nothing"
            await acme.text("chenjing", f"看 {no}")
            assert "工商 仪器仪表/100-499人/5000万(企查 03-18)" in words(acme.standin.chat("chenjing"))
            assert (await acme.lead(no))["industry"] == "智能科技", "what the company's own name says was there first"
            await acme.text("wanglei", f"领取 {no}")
            assert (await acme.lead(no))["owner"] == "wanglei"
    finally:
        await runner.cleanup()
