"""What customers write who are about to buy: what it costs, when it can be there, whether they may see it; pure."""

import re

from leads.stop_words import first_words

BEHAVIOUR = "asked"  # the kind as which it counts in scoring.behaviours
_PRICE = (
    r"多少钱|多少米|几个钱|啥价|什么价|怎么卖|怎么收费|收费标准|报个?价|报价单|询价|价格|价钱|单价|总价|什么价位|费用是?多少"
    r"|优惠|折扣|打几折|便宜点|预算.{0,6}(够|能)"
)
_WHEN = (
    r"(什么时候|几时|啥时候|何时|多久|多长时间|几天|哪天).{0,8}(上线|上|到货|发货|交付|交货|安装|开始|开通|装|送|能用|可以用)"
    r"|交期|货期|有现货|现货吗|最快.{0,6}(几|多|什么|啥)|能不能.{0,4}(快|尽快|早)"
)
_LOOK = (
    r"(看|做|来|约|安排)(一下|个|一?次)?(演示|样机|样品|demo)|寄.{0,3}样|试用|(能|可以).{0,3}(上门|来公司|来我们)"
    r"|签合同|怎么(下单|签|付款|打款)"
)
_WANTS = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (("问价格", _PRICE), ("问时间", _WHEN), ("要试用或下单", _LOOK))
)
_NOT_NOW = re.compile(
    r"(价格|价钱|报价|优惠|费用|试用|演示|样品).{0,4}(不用|不需要|不要|收到|看到|看了|已)"
    r"|(不用|不需要|不要|别|没必要)(再)?.{0,4}(报价|优惠|试用|演示|样)"
    r"|太贵|(已经|早就)(买|订|定)|不(考虑|买|需要)了?"
)


def wants_of(words: str) -> tuple[str, ...]:
    """What a customer's own words ask for (问价格, 问时间, 要试用或下单); nothing where they say that they do not."""
    text = first_words(words)[:1000]
    if _NOT_NOW.search(text):
        return ()
    return tuple(name for name, pattern in _WANTS if pattern.search(text))
