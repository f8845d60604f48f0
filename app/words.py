"""A sentence in the two languages of the program.

Whatever a person may read is said once, in Chinese and English side by side, where it is
known; which of the two is shown is decided at the edge (window, paper, command line).
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["zh", "en"]


class Words(NamedTuple):
    """One meaning in Chinese and in English."""

    zh: str
    en: str

    def say(self, language: Language = "zh") -> str:
        return self.en if language == "en" and self.en else self.zh

    def fill(self, **parts: Any) -> Words:
        """Put values into the `{places}` of both sentences; a part may itself be Words."""
        zh = {k: v.zh if isinstance(v, Words) else v for k, v in parts.items()}
        en = {k: v.say("en") if isinstance(v, Words) else v for k, v in parts.items()}
        return Words(self.zh.format(**zh), self.en.format(**en))

    def to_wire(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}

    @staticmethod
    def from_wire(said: Any) -> Words:
        if isinstance(said, dict):
            return Words(str(said.get("zh", "")), str(said.get("en", "")))
        return Words(str(said), str(said))


def counted(number: int, unit: str, one: str, many: str = "") -> Words:
    """A number of things: “3 页”, “3 pages”, but “1 page”; `many` where an s does not do."""
    return Words(f"{number} {unit}", f"{number} {one if number == 1 else many or one + 's'}")
