"""What WeChat's error numbers mean for a message of ours, and what people do about them (全局返回码)."""

from datetime import timedelta

MINUTE = timedelta(minutes=1)
STALE = (40001, 40014, 42001)  # the token: asked for anew, once
LATER = {
    -1: ("微信系统繁忙", None),
    45011: ("公众号一分钟里调用太多", MINUTE),
    45009: ("公众号今天的调用次数用完了", timedelta(hours=1)),
}
ALARM = {
    40001: "微信不认公众号的 secret 或 token:核对 leadbot.yaml 的 wechat 里 app_id 和 secret 是不是同一个公众号的",
    40013: "公众号的 app_id 不对:核对 leadbot.yaml 的 wechat",
    40125: "公众号的 secret 不对:到「设置与开发 → 基本配置」核对,改了要重新填进 .env",
    40164: "本机的地址不在公众号的 IP 白名单里:到「设置与开发 → 基本配置 → IP 白名单」加上",
    48001: "公众号没有客服消息的权限:要已认证的服务号(或订阅号),到「接口权限」里看",
    48004: "公众号的客服消息接口被封禁了:到公众号后台看通知",
}
FINAL = {
    40003: "公众号里没有这位粉丝",
    43004: "客户已经不关注公众号了",
    45002: "内容太长,公众号一条最多 2048 字节",
    45015: "客户超过 48 小时没给公众号发消息,或者取消关注了,微信不让发",
    45047: "这一轮已经给他发满了条数,等客户再说话",
    50005: "客户已经不关注公众号了",
}
