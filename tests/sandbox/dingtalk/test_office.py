"""Work notifications that vanish without a word, to-dos, the address book, logins, approvals, DING and media."""

import io

import aiohttp
import pytest

NOTICE = "/topapi/message/corpconversation"


async def notify(program, words: str, users: str = "wanglei") -> dict[str, object]:
    body = {"agent_id": 123, "userid_list": users, "msg": {"msgtype": "text", "text": {"content": words}}}
    return (await program.call("POST", f"{NOTICE}/asyncsend_v2", body))[1]


async def test_the_same_words_twice_a_day_vanish_and_only_the_result_tells(program):
    first, second = await notify(program, "请跟进"), await notify(program, "请跟进", "wanglei,lina,nobody")
    assert (first["errcode"], second["errcode"]) == (0, 0)
    assert [len(program.standin.chat(user)) for user in ("wanglei", "lina")] == [1, 1]
    assert [(drop.user, drop.why) for drop in program.standin.dropped] == [
        ("wanglei", "work notification: the same content today")
    ]
    asked = {"agent_id": 123, "task_id": second["task_id"]}
    result = (await program.call("POST", f"{NOTICE}/getsendresult", asked))[1]["send_result"]
    assert result["invalid_user_id_list"] == ["nobody"] and result["unread_user_id_list"] == ["lina"]
    assert result["forbidden_list"] == [{"code": "143106", "count": 1, "userid": "wanglei"}]
    program.at += 86400
    program.token = ""
    await notify(program, "请跟进")
    assert len(program.standin.chat("wanglei")) == 2


async def test_the_five_hundred_and_first_of_a_day_vanishes(program):
    for number in range(501):
        assert (await notify(program, f"第{number}条"))["errcode"] == 0
    assert len(program.standin.chat("wanglei")) == 500
    assert [drop.why for drop in program.standin.dropped] == ["work notification: 500 today"]


async def test_a_notification_can_be_taken_back_and_wrong_ones_are_refused(program):
    sent = await notify(program, "请跟进")
    await program.call("POST", f"{NOTICE}/recall", {"agent_id": 123, "msg_task_id": sent["task_id"]})
    assert program.standin.chat("wanglei") == []
    assert (await notify(program, ""))["errcode"] == 40035
    assert (await notify(program, "长" * 700))["errcode"] == 40035
    assert (await notify(program, "好", ""))["errcode"] == 33001
    assert (await notify(program, "好", ",".join(f"u{n}" for n in range(101))))["errcode"] == 400010
    card = {
        "msgtype": "action_card",
        "action_card": {"title": "甲", "markdown": "### 甲", "single_title": "看", "single_url": "https://a"},
    }
    body = {"agent_id": "123", "userid_list": "lina", "msg": card}
    assert (await program.call("POST", f"{NOTICE}/asyncsend_v2", body))[1]["errcode"] == 0
    assert program.standin.chat("lina")[0].buttons() == {"看": "https://a"}


async def test_a_todo_needs_union_ids_and_an_address(program):
    union = program.standin.company.union_id("wanglei")
    path, body = f"/v1.0/todo/users/{union}/tasks", {
        "subject": "跟进 L1024", "executorIds": [union], "detailUrl": {"appUrl": "https://a", "pcUrl": "https://a"},
        "dueTime": 1773800400000, "priority": 20,
    }  # fmt: skip
    status, told = await program.call("POST", path, body, operatorId=union)
    assert status == 200 and program.standin.office.todos[told["id"]]["subject"] == "跟进 L1024"
    for change in (
        {"executorIds": ["wanglei"]},
        {"detailUrl": None},
        {"subject": ""},
        {"dueTime": "soon"},
        {"priority": 1},
    ):
        assert (await program.call("POST", path, {**body, **change}, operatorId=union))[0] == 400, change
    assert (await program.call("POST", path, body, operatorId="wanglei"))[0] == 400
    assert (await program.call("PUT", f"{path}/{told['id']}", {"done": True}, operatorId=union))[1]["result"] is True
    assert program.standin.office.todos[told["id"]]["done"] is True
    assert (await program.call("DELETE", f"{path}/{told['id']}", operatorId=union))[0] == 200
    assert (await program.call("DELETE", f"{path}/{told['id']}", operatorId=union))[0] == 404


async def test_the_address_book_is_read_in_pages(program):
    company = program.standin.company
    company.departments = {2: ("华东", 1), 3: ("华北", 1)}
    company.members |= {f"rep{n}": f"销售{n}" for n in range(5)}
    company.department_of |= {f"rep{n}": 2 for n in range(5)}
    company.mobiles["wanglei"] = "13800138000"

    async def ask(path: str, **body: object) -> dict[str, object]:
        return (await program.call("POST", f"/topapi/{path}", body))[1]

    page = (await ask("v2/user/list", dept_id=2, cursor=0, size=3))["result"]
    assert ([one["userid"] for one in page["list"]], page["has_more"]) == (["rep0", "rep1", "rep2"], True)
    page = (await ask("v2/user/list", dept_id=2, cursor=page["next_cursor"], size=3))["result"]
    assert ([one["userid"] for one in page["list"]], page["has_more"]) == (["rep3", "rep4"], False)
    assert (await ask("v2/user/list", dept_id=2, cursor=0, size=101))["errcode"] == 40035
    assert [one["name"] for one in (await ask("v2/department/listsub", dept_id=1))["result"]] == ["华东", "华北"]
    assert (await ask("v2/department/get", dept_id=9))["errcode"] == 60003
    assert (await ask("v2/user/get", userid="nobody"))["errcode"] == 60121
    assert (await ask("v2/user/getbymobile", mobile="13800138000"))["result"]["userid"] == "wanglei"
    union = (await ask("v2/user/get", userid="wanglei"))["result"]["unionid"]
    assert (await ask("user/getbyunionid", unionid=union))["result"] == {"contact_type": 0, "userid": "wanglei"}
    company.hidden.add("lina")
    assert (await ask("v2/user/get", userid="lina"))["errcode"] == 50002
    assert program.standin.quota.api == 0


async def test_a_login_code_works_once_and_for_five_minutes(program):
    directory = program.standin.directory

    async def inside(code: str) -> dict[str, object]:
        return (await program.call("POST", "/topapi/v2/user/getuserinfo", {"code": code}))[1]

    code = directory.login_code("wanglei", inside=True)
    assert (await inside(code))["result"]["userid"] == "wanglei"
    assert (await inside(code))["sub_code"] == "40078"
    assert (await inside(directory.login_code("wanglei")))["sub_code"] == "40078", "a code of the login page"
    late = directory.login_code("wanglei", inside=True)
    program.at += 300
    assert (await inside(late))["sub_code"] == "40078"
    grant = {"clientId": "dingkey", "clientSecret": "this is a secret", "grantType": "authorization_code"}
    status, told = await program.raw("POST", "/v1.0/oauth2/userAccessToken", **grant, code=directory.login_code("lina"))
    assert status == 200 and told["corpId"] == "dingcorp"
    async with program.http.get(
        "/v1.0/contact/users/me", headers={"x-acs-dingtalk-access-token": told["accessToken"]}
    ) as answer:
        assert (await answer.json())["unionId"] == program.standin.company.union_id("lina")
    assert (await program.raw("POST", "/v1.0/oauth2/userAccessToken", **grant, code="x"))[0] == 400


async def test_the_page_ticket_stays_while_it_lives(program):
    first = (await program.call("POST", "/v1.0/oauth2/jsapiTickets"))[1]
    assert (await program.call("POST", "/v1.0/oauth2/jsapiTickets"))[1] == first and first["expireIn"] == 7200


async def test_ding_needs_a_paid_edition(program):
    body = {"robotCode": "dingkey", "remindType": 1, "receiverUserIdList": ["wanglei", "nobody"], "content": "快"}
    status, told = await program.call("POST", "/v1.0/robot/ding/send", body)
    assert (status, told["code"]) == (400, "ding.serverquota.insufficient")
    program.standin.company.paid = True
    status, told = await program.call("POST", "/v1.0/robot/ding/send", body)
    assert told["failedList"] == {"nobody": "staffId.notExisted"}
    assert [(m.via, m.text) for m in program.standin.chat("wanglei")] == [("ding", "快")]


async def test_an_approval_is_begun_decided_and_read(program):
    body = {"originatorUserId": "wanglei", "processCode": "PROC-1", "deptId": -1,
            "formComponentValues": [{"name": "折扣", "value": "8.5"}]}  # fmt: skip
    instance = (await program.call("POST", "/v1.0/workflow/processInstances", body))[1]["instanceId"]
    program.standin.office.decide(instance, "agree")
    path = "/v1.0/workflow/processInstances"
    told = (await program.call("GET", path, processInstanceId=instance))[1]["result"]
    assert (told["status"], told["result"]) == ("COMPLETED", "agree")
    again = (await program.call("POST", path, body))[1]["instanceId"]
    ended = {"processInstanceId": again, "isSystem": False, "operatingUserId": "lina", "remark": "改了"}
    assert (await program.call("POST", f"{path}/terminate", ended))[0] == 400, "only who began it, or the system"
    assert (await program.call("POST", f"{path}/terminate", {**ended, "isSystem": True}))[1]["result"] is True
    assert (await program.call("POST", f"{path}/terminate", {**ended, "isSystem": True}))[0] == 400, "once"
    wrong = {**body, "formComponentValues": [{"name": "折扣", "value": 8.5}]}
    assert (await program.call("POST", path, wrong))[0] == 400


@pytest.mark.parametrize(("kind", "size", "errcode"), [("image", 9, 0), ("gif", 9, 40004), ("voice", 2**21 + 1, 40006)])
async def test_media_is_checked_and_gets_a_name(program, kind, size, errcode):
    await program.send("wanglei", content="好")
    form = aiohttp.FormData()
    form.add_field("type", kind)
    form.add_field("media", io.BytesIO(b"x" * size), filename="a.png", content_type="image/png")
    async with program.http.post("/media/upload", params={"access_token": program.token}, data=form) as answer:
        told = await answer.json()
    assert told["errcode"] == errcode and (errcode or told["media_id"].startswith("@"))
