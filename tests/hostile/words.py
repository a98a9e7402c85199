"""Words that people with bad intentions give as names: a few hundred each for databases, pages, chats and tables."""
# ruff: noqa: E501

from itertools import product

SIGNS = ("'", '"', "`", "\\'", "')", "'))", '")', "%'", "’", "＇", "\\", "1")
BEHIND = (
    " OR 1=1", " OR '1'='1", " AND 1=2", "; DROP TABLE lead", "; DELETE FROM member", " UNION SELECT NULL",
    " UNION SELECT name, role, NULL FROM member", " UNION ALL SELECT sql FROM sqlite_master", " ORDER BY 99",
    " GROUP BY 1 HAVING 1=1", " LIMIT 0 OFFSET 1", "||(SELECT pg_sleep(9))", " AND randomblob(99999999)",
    " COLLATE nocase", " LIKE '%' ESCAPE '", " IS NOT NULL", ", (SELECT 1)",
)  # fmt: skip
ENDS = ("--", "/*", "#", "")
SQL = [f"{sign}{behind}{ENDS[n % len(ENDS)]}" for n, (sign, behind) in enumerate(product(SIGNS, BEHIND))] + [
    "%", "_", "%%", "__", "%_%", "\\%", "[a-z]%", "*", "?", "{}", "$1", ":corp", "@corp", "?1", "%(corp)s", "{corp}", "'",
    '"', ";", "--", "/**/", "0x31303234", "CHAR(49)", "1e1000", "NaN", "-0", "NULL", "true",
]  # fmt: skip

_SCRIPT = ("alert(1)", "window.pwned=1")
_TAGS = (
    "<script>{}</script>", "<ScRiPt/x>{}</sCrIpT>", "<img src=x onerror={}>", "<svg/onload={}>", "<body onload={}>",
    "<iframe srcdoc='<script>{}</script>'>", "<a href='javascript:{}'>点我</a>", "<details open ontoggle={}>",
    "<input autofocus onfocus={}>", "<marquee onstart={}>", "<math href='javascript:{}'>x</math>",
    "<object data='javascript:{}'>", "<style>@import 'javascript:{}'</style>", "<link rel=stylesheet href='//e.example/{}'>",
    "<base href='//e.example/{}'>", "<form action='javascript:{}'><button>好</button></form>",
    "<meta http-equiv=refresh content='0;javascript:{}'>", "<template><script>{}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>", "<video><source onerror={}></video>",
)  # fmt: skip
_BREAKS = ("{}", "\"'>{}", "</textarea>{}", "--></script>{}", "]]>{}")
HTML = [
    way.format(tag.format(script.replace("{", "")))
    for script, tag, way in product(_SCRIPT, _TAGS, _BREAKS)
]  # fmt: skip
_LINKS = (
    "[点我](https://e.example)", "![图](https://e.example/a.png)", "[点我](javascript:alert(1))", "<https://e.example>",
    "[x]: https://e.example", "[领取](dtmd://dingtalkclient/sendMessage?content=%23claim%2F1%2F1)", "**粗**", "# 大标题",
    "> 引用", "| 表 | 格 |", "```\n代码\n```", "~~删~~", "- 列表", "<a href=\"https://e.example\">点我</a>", "\\[x\\](y)",
    "［点我］（https://e.example）", "<font color=\"warning\">红</font>", "&lt;b&gt;", "&#60;script&#62;", "\\u003cscript\\u003e",
)  # fmt: skip
_CALLS = (
    "<@wanglei>",
    "<@all>",
    "@all",
    "@所有人",
    "@13800138000",
    "<@13800138000>",
    "@wanglei",
    "<at id=all>",
    "@王磊 ",
)
_JSON = (
    '","buttons":"[]', '"}]}', "\\", '\\"', "{{7*7}}", "${7*7}", "#{7*7}", "%s%n%x", "{0}", "{name}", "%(name)s", "$(id)",
    "`id`", "]]></Content><MsgType>news</MsgType>", "]]>", "<![CDATA[x]]>", "&xxe;", "<!DOCTYPE x>", '{"a":1}', "[]",
    "null", "__proto__", "constructor", "L1001", "O88", "claim/1/1", "release/1/1/?reason=x", "/帮助", "撤销", "1",
)  # fmt: skip
_HIDDEN = (
    "\u202e反过来", "\u200b", "a\u200bb", "\u2066a\u2069", "\ufeff", "\x00", "a\x00b", "\x07", "\x1b[31m红", "\r\nX: 1", "\u2028",
    "\u2029", "\x85", "\u00ad", "\U000e0041", "👨\u200d👩\u200d👧\u200d👦", "🏳️\u200d🌈", "e\u0301\u0301\u0301" * 20, "ﷺ", "Z" + "\u0351\u036b" * 9, "\ue000",
    "\U0010ffff", "𠮷田", "İi̇", "ß" * 50, "字" * 3000, "a" * 10_000, " " * 50, "\n" * 50, "\t甲\t", "\u202e", "１２３", "．．／", "../../x",
    "-1", "0", "nan",
)  # fmt: skip
_QUOTES = ('"', "'", "`", "")
_DEEDS = (
    "onmouseover",
    "onfocus",
    "onclick",
    "onpointerenter",
    "onanimationstart",
    "onbeforetoggle",
    "style",
    "srcdoc",
)
_INSIDE = [f"{quote} {deed}={quote}window.pwned=1{quote} x={quote}" for quote, deed in product(_QUOTES, _DEEDS)]
_SCHEMES = (
    "javascript:window.pwned=1", "JaVaScRiPt:window.pwned=1", "java\tscript:window.pwned=1", "&#106;avascript:window.pwned=1",
    "data:text/html,<script>window.pwned=1</script>", "data:image/svg+xml,<svg onload=window.pwned=1>", "vbscript:msgbox(1)",
    "//e.example/x", "https:e.example", "blob:https://e.example/1", "file:///etc/passwd", "dingtalk://dingtalkclient/page/link?url=x",
    "wxwork://message?u=1", "tel:13800138000", "mailto:a@e.example",
)  # fmt: skip
NAMES = list(
    dict.fromkeys(
        [
            *HTML,
            *_LINKS,
            *_CALLS,
            *_JSON,
            *_HIDDEN,
            *_INSIDE,
            *_SCHEMES,
            *(f"王{one}总" for one in (*_LINKS, *_CALLS, *_JSON)),
        ]
    )
)

_BEFORE = (
    "",
    " ",
    "  ",
    "\t",
    "\r",
    "\n",
    "\x0b",
    "\u3000",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "\x00",
    "\x01",
    "\u2028",
    " \t",
)
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "=\t", "==")
_CALLED = ("1+1", 'HYPERLINK("https://e.example","看")', "cmd|' /C calc'!A0")
FORMULAS = [
    f"{before}{sign}{_CALLED[n % len(_CALLED)]}" for n, (before, sign) in enumerate(product(_BEFORE, _FORMULA))
] + [f'"{sign}1"' for sign in _FORMULA] + [f"a;{sign}1;b" for sign in _FORMULA] + [
    f"{before}{sign}SUM(A1:A9)" for before, sign in product(_BEFORE, ("=", "+", "-", "@", "＝", "＋", "－", "＠"))
]  # fmt: skip
