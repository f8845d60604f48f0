"""Paper about accounts: the application, the letter that asks for a reset, slips to hand out."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer

from app.exchange.pdf import fonts
from app.exchange.pdf.blocks import Entry, Heading, Pair, Signatures, entry, words
from app.exchange.pdf.lines import Lines, Look
from app.exchange.pdf.sheet import INK, QUIET, RULE, WIDTH, Sheet, print_pages
from app.forms import FORMS
from app.record import Answers
from app.words import Language, Words

BLANK = "　"
"""An empty answer of a paper that is filled in by hand."""
SYSTEM = Words(
    "医学研究登记备案信息系统", "Registration and filing system of medical research"
)  # fmt: skip
_TALL = Look(fonts.BODY, 11.5, 25, INK)
_PROMISE = Words(
    "本人承诺：所填信息真实、准确；账号仅限本人使用，妥善保管密码，不转借他人；离开本单位时及时告知机构管理员办理移出。",
    "I declare that this information is true, that I alone use the account and keep its password, "
    "and that I tell the administrator when I leave the institution.",
)
_ASKED = (
    ("name", "sex"), ("id_kind",), ("id_number",), ("mobile",), ("email",),
    ("department", "position"), ("title_class",), ("title",),
)  # fmt: skip


@dataclass(frozen=True)
class Around:
    """Who prints it, when, where and in which language."""

    institution: str = ""
    printed_by: str = ""
    printed_at: datetime.datetime | None = None
    language: Language = "zh"

    def sheet(self, title: str) -> Sheet:
        return Sheet(
            title=title, header=(self.institution, title), printed_by=self.printed_by,
            printed_at=self.printed_at, language=self.language,
        )  # fmt: skip


# -- 项目申请人账号申请表 -------------------------------------------------------------------

APPLICATION = Words("项目申请人账号申请表", "Application for an investigator's account")


def application_pdf(answers: Answers, around: Around) -> bytes:
    """The form that an investigator signs; empty answers are left to be filled in by hand."""
    with fonts.MAKING:
        fonts.ready()
        return print_pages(
            list(_application(answers, around)), around.sheet(APPLICATION.say(around.language))
        )


def _application(answers: Answers, around: Around) -> Iterator[Flowable]:
    language = around.language
    yield Heading(APPLICATION.say(language), kind="title", key="start")
    yield words(SYSTEM.say(language), "subtitle")
    yield Spacer(1, 3 * mm)
    yield entry(Words("所属机构", "Institution").say(language), around.institution or " ")
    for names in _ASKED:
        cells = [_cell(field_id, answers, language) for field_id in names]
        yield Pair(cells[0], cells[1]) if len(cells) == 2 else Entry(*cells[0])
    yield entry(
        Words("申请角色", "Role asked for").say(language),
        Words("■ 项目负责人　　□ 其他：", "■ Principal investigator   □ Other: ").say(language),
    )
    yield entry(
        Words("培训证书", "Training").say(language),
        Words(
            "GCP／伦理培训证书名称、发证日期：", "GCP or ethics certificate, date of issue: "
        ).say(language),
    )
    reason = Words("申请理由", "Reason").say(language)
    yield Entry(words(reason, "label"), words(f"{BLANK}\n" * 2 + BLANK, "value"))
    yield Spacer(1, 3 * mm)
    yield Lines(_PROMISE.say(language), Look(fonts.BODY, 10.5, 18, INK))
    yield Spacer(1, 3 * mm)
    yield Signatures(
        _said(language, ("申请人", "Applicant"), ("科室负责人", "Head of department"),
              ("日期", "Date")),
        Words("（科室盖章）", "(seal of the department)").say(language),
    )  # fmt: skip
    yield Spacer(1, 2 * mm)
    yield Signatures(
        _said(language, ("机构经办人", "Received by"), ("账号开通日期", "Opened on"),
              ("备注", "Remark")),
        Words("（机构管理部门盖章）", "(seal of the institution)").say(language),
    )  # fmt: skip


def _cell(field_id: str, answers: Mapping[str, Any], language: Language) -> tuple[Lines, Lines]:
    field = FORMS["person"].field(field_id)
    text = field.type.text(answers.get(field_id), language)
    # Room to write by hand where nothing is known.
    value = words(text, "value") if text else Lines(BLANK, Look(fonts.BODY, 10, 17, INK))
    return words(field.words.say(language), "label"), value


def _said(language: Language, *places: tuple[str, str]) -> list[str]:
    return [Words(zh, en).say(language) for zh, en in places]


# -- 账号重置申请书 ------------------------------------------------------------------------

RESET = Words("账号重置申请书", "Request to reset an account")
_LETTER = Words(
    "　　本人为 {department}（科室）的 {name}（姓名），在“{system}”的账号所用手机号为 {mobile}、"
    "邮箱为 {email}。现因密码遗失，无法登录，特此申请管理员重置本人账号的登录密码。",
    "I am {name} of the department {department}. My account in the {system} uses the mobile "
    "number {mobile} and the e-mail address {email}. I have lost its password and cannot sign in; "
    "please reset it.",
)  # fmt: skip
_KNOWN_BY = Words(
    "　　管理员应核对申请人身份证件原件。新的初始密码只交给本人；首次登录后须修改，"
    "原有登录全部失效。",
    "The administrator compares the original of an identity document. The new first password is "
    "given to the person only; it is changed at the first sign-in, and every session ends.",
)


def reset_request_pdf(answers: Answers, around: Around) -> bytes:
    """The letter by which somebody asks for a new password; to be signed."""
    with fonts.MAKING:
        fonts.ready()
        return print_pages(list(_letter(answers, around)), around.sheet(RESET.say(around.language)))


def _letter(answers: Answers, around: Around) -> Iterator[Flowable]:
    language = around.language
    known = {k: str(answers.get(k) or "＿" * 8) for k in ("department", "name", "mobile", "email")}
    yield Spacer(1, 10 * mm)
    yield Heading(RESET.say(language), kind="title", key="start")
    yield Spacer(1, 10 * mm)
    whom = around.institution or "＿" * 12
    yield Lines(Words(f"{whom}：", f"To {whom}:").say(language), _TALL)
    yield Lines(_LETTER.fill(system=SYSTEM.say(language), **known).say(language), _TALL)
    yield Lines(_KNOWN_BY.say(language), _TALL)
    yield Spacer(1, 12 * mm)
    yield Signatures(
        _said(language, ("账号持有人", "Holder"), ("证件号码", "ID number"), ("日期", "Date")),
        Words("（签字）", "(signature)").say(language),
    )
    yield Spacer(1, 10 * mm)
    yield Signatures(
        _said(language, ("管理员", "Administrator"), ("重置日期", "Reset on")),
        Words("（机构管理部门盖章）", "(seal of the institution)").say(language),
    )


# -- account slips -----------------------------------------------------------------------

SLIP = Words("账号通知单", "Account slip")


@dataclass(frozen=True)
class Slip:
    """One account to hand out. The password lives only on this paper."""

    name: str
    department: str
    logins: tuple[str, ...]
    password: str


def slips_pdf(slips: Sequence[Slip], around: Around) -> bytes:
    """One page for each account, to be folded in three so that the password lies inside."""
    with fonts.MAKING:
        fonts.ready()
        story: list[Flowable] = []
        for slip in slips:
            if story:
                story.append(PageBreak())
            story.append(_SlipPage(slip, around))
        return print_pages(story, around.sheet(SLIP.say(around.language)))


class _SlipPage(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Three panels: whom it is for outside, the password inside, the way on below."""

    def __init__(self, slip: Slip, around: Around) -> None:
        super().__init__()
        self._slip, self._around = slip, around

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width, self.height = width, height - 1
        return self.width, self.height

    def _text(self, text: str, place: tuple[float, float, float], look: Look) -> float:
        x, top, room = place
        lines = Lines(text, look)
        tall = lines.wrap(room, self.height)[1]
        lines.drawOn(self.canv, x, top - tall)
        return float(top - tall)

    def draw(self) -> None:
        # Folded along the sheet's own thirds, wherever the frame begins.
        _x, bottom = self.canv.absolutePosition(0, 0)
        folds = [A4[1] * share - bottom for share in (2 / 3, 1 / 3)]
        self._fold(folds[0], Words("沿此线向内折", "Fold inwards here"))
        self._fold(folds[1], Words("沿此线向内折，封口", "Fold inwards here and seal"))
        self._outside(self.height)
        self._inside(folds[0], folds[0] - folds[1])
        self._below(folds[1])

    def _fold(self, y: float, told: Words) -> None:
        canvas = self.canv
        canvas.saveState()
        canvas.setStrokeColor(RULE)
        canvas.setDash(3, 3)
        canvas.line(0, y, self.width, y)
        canvas.restoreState()
        note = Look(fonts.PLAIN, 7.5, 10, QUIET)
        self._text(told.say(self._around.language), (0, y + 11, self.width), note)

    def _outside(self, top: float) -> None:
        language = self._around.language
        small, large = Look(fonts.PLAIN, 10, 16, QUIET), Look(fonts.BOLD, 18, 27, INK)
        top -= 14 * mm
        top = self._text(
            Words("密 件　本人亲启", "CONFIDENTIAL: to be opened by").say(language),
            (0, top, self.width), Look(fonts.BOLD, 11, 18, INK, centred=True),
        )  # fmt: skip
        top -= 10 * mm
        top = self._text(self._around.institution, (30 * mm, top, self.width - 30 * mm), small)
        top = self._text(self._slip.department, (30 * mm, top, self.width - 30 * mm), small)
        self._text(self._slip.name, (30 * mm, top - 2 * mm, self.width - 30 * mm), large)

    def _inside(self, top: float, tall: float) -> None:
        language, slip = self._around.language, self._slip
        canvas = self.canv
        box = 78 * mm
        canvas.saveState()
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.8)
        canvas.roundRect(14 * mm, top - tall / 2 - box / 2, self.width - 28 * mm, box, 4)
        canvas.restoreState()
        label, value = Look(fonts.PLAIN, 9, 15, QUIET), Look(fonts.BOLD, 16, 24, INK)
        plain = Look(fonts.BODY, 12, 20, INK)
        room = self.width - 48 * mm
        y = top - tall / 2 + box / 2 - 7 * mm
        y = self._text(SYSTEM.say(language), (24 * mm, y, room), Look(fonts.BOLD, 12, 18, INK))
        y = self._text(
            Words("登录名（任选其一）", "Login (either)").say(language),
            (24 * mm, y - 9, room),
            label,
        )
        y = self._text("　".join(slip.logins), (24 * mm, y, room), plain)
        y = self._text(
            Words("初始密码", "First password").say(language), (24 * mm, y - 6, room), label
        )
        self._text(slip.password, (24 * mm, y, room), value)
        note = Words(
            "首次登录须完善个人信息并修改密码。请区分字母 O 与数字 0、字母 l 与数字 1。",
            "Complete your data and change the password at the first sign-in. Mind O and 0, "
            "l and 1.",
        )
        self._text(
            note.say(language), (24 * mm, top - tall / 2 - box / 2 + 14 * mm, room),
            Look(fonts.PLAIN, 8.5, 13, QUIET),
        )  # fmt: skip

    def _below(self, top: float) -> None:
        language = self._around.language
        told = Words(
            "1. 打开“研备”，输入登录名和初始密码。\n2. 核对并完善信息，修改密码。\n"
            "3. 销毁本通知单。密码遗失时，请向机构管理员提交《账号重置申请书》。",
            "1. Start Yanbei and type the login and the first password.\n2. Complete your data, "
            "change the password.\n3. Destroy this slip. If the password is lost, hand a request "
            "to reset the account to the administrator.",
        )
        self._text(
            told.say(language), (14 * mm, top - 12 * mm, WIDTH - 28 * mm),
            Look(fonts.BODY, 10, 18, INK),
        )  # fmt: skip
