"""Every table that tells something of a lead has a place in a merge."""

from store.merges import CHILDREN, child_tables


def test_a_merge_knows_what_to_do_with_every_table_about_leads() -> None:
    missing = sorted(child_tables().keys() - CHILDREN.keys())
    assert not missing, (
        f"say in CHILDREN of store/merges.py what a merge does with {missing}: move its rows to the survivor (the "
        "usual answer), let them stay with the old number, or make them anew"
    )
    gone = sorted(CHILDREN.keys() - child_tables().keys())
    assert not gone, f"{gone} are no tables any more"
