"""Which points on the way of a deal a follow-up tells of: 方案已提交, 客户内部评审 and what else the rules name."""

from collections.abc import Mapping

from config.clock import Node

NOT_YET = ("没", "未", "不", "等", "要", "会", "准备", "打算", "之前")
NEAR = 4  # characters before the words in which such a word denies them


def nodes_of(words: str, nodes: Mapping[str, Node]) -> list[str]:
    """The names of the nodes that these words say are reached, in the order of the rules; 还没内部评审 says none."""
    return [name for name, node in nodes.items() if any(_says(words, said) for said in node.words)]


def _says(words: str, said: str) -> bool:
    at = words.find(said)
    while at >= 0:
        before = words[max(0, at - NEAR) : at]
        if not any(word in before for word in NOT_YET):
            return True
        at = words.find(said, at + 1)
    return False
