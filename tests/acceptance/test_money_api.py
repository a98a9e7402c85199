"""Programs do what chat does: they quote, decide, order and look, with the same refusals."""

import pytest

from tests.acceptance.erp import company
from tests.acceptance.test_quote import opportunity


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("J1", "J2", "R3", "S4")
async def test_a_program_quotes_decides_and_orders(tmp_path, platform, database):
    async with company(tmp_path, platform, database) as acme:
        no, deal = await opportunity(acme)
        body = {"opportunity": deal, "text": "相机×30 85折;镜头 10", "by": "wanglei"}
        status, quote = await acme.api("POST", "/quotes", **body)
        assert status == 201 and (quote["quote"], quote["lead"], quote["state"]) == ("Q2", no, "asking")
        assert (quote["total"], quote["full"], quote["price_list"]) == (237200, 276800, 1)
        assert quote["lines"][0] == {
            "sku": "CAM-500", "name": "工业相机 500 万", "unit": "台", "count": 30, "price": 8800, "net": 7480,
            "amount": 224400, "discount": 15,
        }  # fmt: skip
        status, refused = await acme.api("POST", "/quotes/Q2/order", by="wanglei")
        assert status == 409 and refused["code"] == "not_agreed" and "陈静" in refused["detail"]
        status, refused = await acme.api("POST", f"/approvals/{quote['approval']}/decide", agree=True, by="wanglei")
        assert (status, refused["code"]) == (409, "no_right") or status == 403
        status, decided = await acme.api("POST", f"/approvals/{quote['approval']}/decide", agree=True, by="chenjing")
        assert status == 200 and (decided["state"], decided["decided_by"]) == ("agreed", "chenjing")
        status, again = await acme.api("POST", f"/approvals/{quote['approval']}/decide", agree=False, by="chenjing")
        assert status == 409 and again["code"] == "decided"
        status, order = await acme.api("POST", "/quotes/Q2/order", by="wanglei")
        assert status == 201 and (order["order"], order["amount"]) == ("D2", 237200)
        status, again = await acme.api("POST", "/quotes/Q2/order", by="wanglei")
        assert status == 409 and again["code"] == "already_ordered"
        (order,) = (await acme.api("GET", "/orders"))[1]["items"]
        assert (order["state"], order["number"], order["paid"], order["reason"]) == ("accepted", "XSD00001", 0, "")
        (erp,) = (await acme.api("GET", "/connectors"))[1]["items"]
        assert (erp["name"], erp["label"], erp["waiting"], erp["parked"]) == ("erp", "ERP", 0, 0)
        assert erp["last_sent"] == "今天 10:20" and (await acme.api("POST", "/connectors/erp/retry"))[0] == 200
        for path, broken in (("/quotes", {**body, "text": "相机×0"}), ("/quotes", {**body, "opportunity": "88"}),
                             ("/quotes", {**body, "opportunity": "O99999"})):  # fmt: skip
            assert (await acme.api("POST", path, **broken))[0] in (404, 409, 422)
        assert [one["version"] for one in (await acme.api("GET", "/quotes/Q2"))[1]["versions"]] == [1]
        assert (await acme.api("GET", "/quotes/Q77"))[0] == 404
        assert (await acme.api("POST", "/connectors/none/retry"))[0] == 404
