"""The id a sign carries: district, area code, day of issue and a keyed mark; and the phrase beside its QR code.

Whoever hangs another code over the printed one leads to a page with another phrase (CASES 3).
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from app.core.crypto import Keys
from app.core.errors import NotFound

PURPOSE = "board"
FIRST_DAY = date(2020, 1, 1)  # days are counted from here: three digits last for a century
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGEST = 96
PARTS = 4
SAID = """
青山 白云 清泉 红枫 绿柳 金秋 明月 朝阳 春风 夏荷 秋菊 冬梅 松涛 竹影 兰香 桂花 石桥 古井 长街 小巷
灯塔 渡口 稻田 茶园 果林 花圃 飞鸟 游鱼 骏马 白鹭 喜鹊 燕子 星河 彩虹 晨露 晚霞 海浪 湖光 溪流 瀑布
钟楼 书院 戏台 风筝 纸伞 陶罐 木船 竹篮 麦浪 葵花 银杏 海棠 玉兰 石榴 葡萄 樱桃 核桃 莲子 丝路 云海
雪峰 草原 胡杨 芦苇
"""
WORDS = tuple(SAID.split())


class BadSign(NotFound):
    """The id was not made by this service, or was cut short."""

    code = "bad_sign"
    zh = "公示牌二维码无效或不完整,请重新扫描;仍不行请联系社区,谨防被替换的二维码。"
    en = "The sign's code is not valid or not whole; scan it again, and tell the community if it stays so."


@dataclass(frozen=True)
class Sign:
    """What a valid id says."""

    district: str
    area_code: str
    day: date


def make(keys: Keys, district: str, area_code: str, day: date) -> str:
    """The id of one area's sign, printed on that day."""
    body = f"{district}.{area_code}.{_spelled((day - FIRST_DAY).days)}"
    return f"{body}.{keys.mac(PURPOSE, body)}"


def read(keys: Keys, sign: str) -> Sign:
    """What a sign says; `BadSign` when no secret of ours made it."""
    parts = sign.split(".")
    if not sign.isascii() or len(parts) != PARTS or not keys.check_mac(PURPOSE, sign.rpartition(".")[0], parts[3]):
        raise BadSign("sign")
    district, area_code, day, _ = parts
    return Sign(district, area_code, FIRST_DAY + timedelta(days=int(day, len(DIGITS))))


def phrase(sign: str) -> str:
    """Two words to compare by eye: on the sign, and on the page its code opens."""
    drawn = hashlib.sha256(sign.encode()).digest()
    return "·".join(WORDS[byte % len(WORDS)] for byte in drawn[:2])


def link(public_url: str, sign: str) -> str:
    """What the QR code says."""
    return f"{public_url.rstrip('/')}/r/?s={quote(sign, safe='.')}"


def _spelled(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    return text or "0"
