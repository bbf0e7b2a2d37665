"""Words that turn a note into a dossier on a person (CASES 3). They are pointed out to the writer, never refused:
what the work needs is said of the matter, not of the character.
"""

# Judgements of character, a history of petitions, diagnoses by laymen, and what no form of ours may hold.
DOSSIER_WORDS: tuple[str, ...] = (
    "缠访", "闹访", "越级上访", "上访户", "信访重点", "重点人员", "重点人", "稳控", "维稳对象", "刺头", "钉子户",
    "脑子有问题", "精神不正常", "神经病", "有精神病", "不正常", "难缠", "无理取闹", "素质低", "素质差", "懒汉",
    "低端人口", "前科", "坐过牢", "劳改", "吸过毒", "信教", "宗教信仰", "少数民族", "同性恋", "艾滋", "思想有问题",
    "立场有问题", "表现不好",
)  # fmt: skip


def dossier_words(text: str | None) -> list[str]:
    """The words of the list that stand in a note, in its order; none is the rule."""
    if not text:
        return []
    found = sorted((text.index(word), word) for word in DOSSIER_WORDS if word in text)
    return [word for _, word in found]
