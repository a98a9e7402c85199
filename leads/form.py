"""A stranger has filled in a form: what is missing or wrong is said beside the question, in words that help."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from config.form import BUILT_IN, CONTACTS, Consent, Form, FormField, Subscribe, label_of
from config.rules import Rules
from leads.capture import LONGEST
from leads.errors import Unusable
from leads.own import read_own
from leads.understand.contact import normal_wechat
from leads.understand.phone import normal_phone
from leads.validity import email_flaw

AGREED = "yes"  # what a ticked consent box sends
NOT_AGREED = "请先勾选同意。不勾选的话,我们不会保存您填的任何内容。"

Given = Mapping[str, str]


def labels_of(form: Form, rules: Rules) -> dict[str, str]:
    """field → what stands above it."""
    own = {key: field.label for key, field in rules.fields.items()}
    return {one.field: label_of(one, own) for one in form.fields}


def flaws_of(form: Form, given: Given, *, rules: Rules, now: datetime) -> dict[str, str]:
    """field → what is wrong with its answer; {} when the form can be taken. The consent box is the field `consent`."""
    labels = labels_of(form, rules)
    found = {}
    for field in form.fields:
        flaw = _flaw(field, labels[field.field], given.get(field.field, "").strip(), rules=rules, now=now)
        if flaw:
            found[field.field] = flaw
    if given.get("consent") != AGREED:
        found["consent"] = NOT_AGREED
    return found


def _flaw(field: FormField, label: str, text: str, *, rules: Rules, now: datetime) -> str:
    if not text:
        return f"请填写{label}。" if field.required else ""
    if field.field not in BUILT_IN:
        try:
            read_own({field.field: text}, rules=rules, now=now)
        except Unusable as refusal:
            return refusal.sentence
        return ""
    if field.field == "phone":
        phone = normal_phone(text)
        return "" if phone is not None and phone.valid else "这个号码打不通,请核对一下位数。"
    if field.field == "wechat" and normal_wechat(text) is None:
        return "这不像微信号:6 到 20 位字母、数字、- 或 _,也可以填手机号。"
    if field.field == "email" and email_flaw(text):
        return "这个邮箱收不到信,请核对一下,例如 name@example.com。"
    most = LONGEST.get(field.field, 120)
    return f"最多 {most} 个字,现在有 {len(text)} 个。" if len(text) > most else ""


def contact_of(form: Form, given: Given) -> str:
    """The first way to reach the person, in one spelling: what is counted to tell haste from a crowd."""
    for kind in CONTACTS:
        text = given.get(kind, "").strip()
        if text:
            phone = normal_phone(text) if kind == "phone" else None
            return f"{kind}:{phone.key if phone is not None else text.lower()}"
    return ""


def words_mark(consent: Consent) -> str:
    """The SHA-256 of the words that somebody agrees to, with purpose and version."""
    told = [consent.purpose, consent.version, consent.text, consent.policy]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def subscribe_mark(subscribe: Subscribe) -> str:
    """The same of the words by which somebody agrees to hear of topics."""
    told = [list(subscribe.topics), subscribe.version, subscribe.text]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def content_mark(form: Form, given: Given) -> str:
    """The same for the same answers: ten clicks on one page are one submission, a corrected number is another."""
    told = [[one.field, given.get(one.field, "").strip()] for one in form.fields]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:32]
