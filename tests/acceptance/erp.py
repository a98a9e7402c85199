"""The sample company with a made-up ERP beside it."""

from contextlib import asynccontextmanager
from datetime import timedelta

from aiohttp import web

from sandbox.erp import Erp
from tests.acceptance.test_products import sell
from tests.town import town

GOODS = {"CAM-500": "工业相机", "LENS-25": "镜头", "CABLE-5": "网线"}
SETTINGS = """
connectors:
  erp:
    label: ERP
    allow_private: true
    timeout_s: 5
    orders:
      url: http://127.0.0.1:{port}/api/orders
      headers: {{Authorization: Bearer erp-token}}
      sign: {{secret: a-secret-of-the-erp}}
      fields: {{order_no: order, customer: company, contact: customer, amount: amount, date: date, contract: contract}}
      line_fields: {{sku: sku, quantity: count, price: price}}
      number: data.bill_no
      ok_at: code
      ok_is: "0"
      busy: ["9001"]
      message: msg
      find: "http://127.0.0.1:{port}/api/orders?ref={{order}}"
      find_number: data.0.bill_no
    webhook: {{signature: hmac-sha256, secret: a-secret-of-the-erp, timestamp: X-Timestamp,
      signed: "{{timestamp}}.{{body}}"}}
    kind: type
    feeds:
      receipts:
        kind: payment
        named: receipt
        id: id
        fields: {{order: bill_no, amount: amount, at: time}}
      refunds: {{kind: refund, named: refund, id: id, fields: {{order: bill_no, amount: amount, at: time}}}}
      fetched:
        kind: payment
        id: id
        fields: {{order: bill_no, amount: amount, at: time}}
        poll: {{url: "http://127.0.0.1:{port}/api/payments?after={{cursor}}",
          headers: {{Authorization: Bearer erp-token}}, items: data.list, next: data.next, allow_private: true}}
      shipments: {{kind: delivery, named: shipment, id: id, fields: {{order: bill_no, state: state, at: time}}}}
      stock: {{kind: stock, named: stock, id: id, fields: {{sku: sku, count: qty}}}}
      credit: {{kind: credit, named: credit, id: id, fields: {{customer: customer, most: limit, used: used}}}}
"""


@asynccontextmanager
async def company(tmp_path, platform, database, *, rules=None, finds=True, timeout_s=5):
    """The town, its ERP, and products with prices; `finds`: the ERP can be asked for an order by our number."""
    erp = Erp("erp-token", "a-secret-of-the-erp", dict(GOODS))
    runner = web.AppRunner(erp.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    settings = SETTINGS.format(port=runner.addresses[0][1]).replace("timeout_s: 5", f"timeout_s: {timeout_s}")
    if not finds:
        settings = "".join(line for line in settings.splitlines(keepends=True) if not line.startswith("      find"))
    try:
        async with town(
            tmp_path, platform=platform, database=database, settings=lambda text: text + settings, rules=rules
        ) as acme:
            erp.now = lambda: acme.at.timestamp()
            await sell(acme)
            acme.erp = erp
            erp.address = f"{acme.http._base_url}/connector/erp"
            yield acme
    finally:
        await runner.cleanup()


async def tell(acme, **item):
    """The ERP pushes a piece of news."""
    status = await acme.erp.tell(item)
    await acme.settle()
    return status


async def minutes(acme, count, *, step=1):
    """Time passes, and what waits for the ERP is tried when it is due."""
    for _ in range(0, count, step):
        acme.at += timedelta(minutes=step)
        await acme.settle()
