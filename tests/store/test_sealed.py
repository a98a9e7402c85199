"""A stolen database file tells no phone number, and a value cannot be moved to where it would be shown."""

import re

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlmodel import col

from store.db import Store, WrongKey
from store.sealed import Keys
from store.tables import Lead
from tests.conftest import KEYS, NOW

PHONE, NEED = "+8613800138000", "急需三十台工业相机"


@pytest.mark.feature("P2")
async def test_personal_data_is_not_in_the_file(store, database, tmp_path):
    await store.transaction(
        lambda tx: tx.add(Lead(corp="acme", name="王总", phone=PHONE, need=NEED, wechat="wx_secret", created_at=NOW))
    )
    if database.name == "sqlite":
        kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    else:
        (line,) = database.rows("select lead::text from lead")[0]
        kept = line.encode() + bytes.fromhex("".join(re.findall(r'x([0-9a-f]{2,})"', line)))
    assert "王总".encode() in kept
    for secret in (PHONE, "13800138000", NEED, "wx_secret"):
        assert secret.encode() not in kept


async def test_what_was_sealed_comes_back(store):
    lead = Lead(corp="acme", phone=PHONE, need="", created_at=NOW)
    await store.transaction(lambda tx: tx.add(lead))
    async with store.read() as tx:
        found = await tx.first(select(Lead).where(col(Lead.id) == lead.id))
        assert (found.phone, found.need) == (PHONE, "")


def test_a_value_moved_to_another_column_does_not_open():
    sealed = KEYS.seal(b"13800138000", "lead.phone")
    with pytest.raises(InvalidTag):
        KEYS.open(sealed, "lead.name")


def test_the_blind_index_finds_equal_values_only_within_a_field():
    assert KEYS.blind("phone", PHONE) == KEYS.blind("phone", PHONE)
    assert KEYS.blind("phone", PHONE) != KEYS.blind("wechat", PHONE)
    assert KEYS.blind("phone", PHONE) != Keys(b"x" * 32).blind("phone", PHONE)


async def test_another_data_key_is_refused_with_the_cure(store):
    other = Store(store.url, "acme", Keys(b"x" * 32))
    with pytest.raises(WrongKey, match="LEADBOT_DATA_KEY"):
        await other.open()


def test_no_row_shows_what_it_holds():
    lead = Lead(corp="acme", id=7, name="王总", phone=PHONE, created_at=NOW)
    assert not re.search("王总|138", repr(lead) + str(lead) + f"{lead}")
