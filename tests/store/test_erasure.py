"""Every table that tells something of a person has its place in an erasure."""

from store import erasure
from store.schema import METADATA
from store.sealed import Sealed, SealedBytes, SealedJson

OF_COLLEAGUES = {"member"}
OF_SYSTEMS = {"webhook"}
LISTS = {"import_batch", "import_flaw"}  # files of lists; they go by themselves after thirty days (store/batches.py)
BY_ANOTHER = {"merge", "quote_version", "payment", "lead"}  # found by another number than lead_id


def all_tables() -> dict[str, set[str]]:
    """Every table with its sealed columns."""
    sealed = (Sealed, SealedJson, SealedBytes)
    return {
        name: {column.name for column in table.c if isinstance(column.type, sealed)}
        for name, table in METADATA.tables.items()
    }


def test_every_table_about_a_person_is_deleted_blanked_or_kept_for_a_reason() -> None:
    tables = all_tables()
    about = {name for name in tables if "lead_id" in METADATA.tables[name].c}
    placed = {*erasure.DELETE, *erasure.BLANK, *erasure.KEPT, *BY_ANOTHER}
    missing = sorted(about - placed)
    assert not missing, f"say in store/erasure.py what becomes of {missing} when a person asks to be forgotten"
    assert sorted(set(erasure.KEPT) & {*erasure.DELETE, *erasure.BLANK}) == []
    gone = sorted({*erasure.DELETE, *erasure.BLANK, *erasure.KEPT} - set(tables))
    assert not gone, f"{gone} are no tables any more"


def test_no_sealed_column_is_forgotten() -> None:
    forgotten = []
    for name, columns in all_tables().items():
        if name in (*erasure.DELETE, *erasure.BODIES, *OF_COLLEAGUES, *OF_SYSTEMS, *LISTS, *BY_ANOTHER):
            continue
        forgotten += [f"{name}.{column}" for column in columns - set(erasure.BLANK.get(name, {}))]
    assert forgotten in ([], ["contract.content"]), "what is sealed is personal: blank it (contracts are kept by law)"
    lead = all_tables()["lead"]
    assert lead <= set(erasure.LEAD_BLANK)
