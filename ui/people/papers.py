"""Paper about accounts and people: applications, requests, slips to hand out, lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtWidgets import QToolButton, QWidget

from app.record import Record
from ui import look, moments, problems, tasks
from ui.desk import Desk
from ui.language import chosen, say
from ui.names import title_of
from ui.questions import question
from ui.records.filters import menu_button
from ui.records.list_view import RecordsView

if TYPE_CHECKING:
    from app.exchange.pdf.accounts import Around
    from local_db import WorkingCopy

MOST = 10_000
"""People on one list."""


def around_of(desk: Desk, institution: str = "") -> Around:
    """Who prints, where, when and in which language."""
    from app.exchange.pdf.accounts import Around

    who = desk.account
    at = moments.now().astimezone()
    return Around(institution or who.office_name, who.name, at, chosen())


def show(make: Callable[[], bytes], title: str, parent: QWidget) -> None:
    """Make a paper off the UI thread and show it."""
    from ui.printing.preview import show_preview

    tasks.run(
        make,
        then=lambda content: show_preview(content, title, parent),
        failed=partial(problems.show, parent=parent),
        owner=parent,
        lane="work",
    )


# -- the staff list ----------------------------------------------------------------------


def staff_menu(view: RecordsView) -> QToolButton:
    """名册与表单: the list of staff, applications and requests of who is selected."""
    button = menu_button(say("名册与表单", "Lists and forms"), "papers")
    menu = button.menu()
    for name, text, then in (
        ("staff_list", say("人员名册", "List of staff"), _print_staff),
        (
            "application",
            say("项目申请人账号申请表", "Application for an account"),
            _print_application,
        ),
        ("reset_request", say("账号重置申请书", "Request to reset an account"), _print_request),
    ):
        action = menu.addAction(look.icon("file-text"), text)
        action.setObjectName(name)
        action.triggered.connect(partial(_called, then, view))
    return button


def _called(then: Callable[[RecordsView], None], view: RecordsView, *_clicked: object) -> None:
    then(view)


def _print_staff(view: RecordsView) -> None:
    """Everybody whom the list shows now, as it is narrowed and sorted."""
    from dataclasses import replace

    from app.exchange.pdf.people import staff_list_pdf

    query, around = replace(view.model.query, offset=0, limit=MOST), around_of(view.desk)

    def gather(copy: WorkingCopy) -> list[Record]:
        return [copy.get(UUID(row.head.id)) for row in copy.rows(query).rows]

    view.desk.read(
        gather,
        lambda people: show(
            lambda: staff_list_pdf(people, around), say("人员名册", "List of staff"), view
        ),
        owner=view,
    )


def _print_application(view: RecordsView) -> None:
    from app.exchange.pdf.accounts import application_pdf

    _print_each(view, application_pdf, say("项目申请人账号申请表", "Application for an account"))


def _print_request(view: RecordsView) -> None:
    from app.exchange.pdf.accounts import reset_request_pdf

    _print_each(view, reset_request_pdf, say("账号重置申请书", "Request to reset an account"))


def _print_each(
    view: RecordsView, make: Callable[[dict[str, Any], Around], bytes], title: str
) -> None:
    """One paper for each person selected; an empty one where nobody is."""
    ids, around = view.selected_ids(), around_of(view.desk)

    def gathered(people: list[Record]) -> None:
        from ui.records.paper import joined

        answers = [person.answers for person in people] or [{}]
        show(lambda: joined([make(each, around) for each in answers]), title, view)

    view.desk.read(lambda copy: [copy.get(record_id) for record_id in ids], gathered, owner=view)


# -- account slips -----------------------------------------------------------------------


def follow(desk: Desk, window: QWidget) -> None:
    """Offer a slip whenever an account is opened or reset here: only now is the password known."""
    desk.acted.connect(partial(_acted, desk, window))


def _acted(
    desk: Desk, window: QWidget, record: Record, command: str, said: Mapping[str, Any]
) -> None:
    password = str(said.get("password") or "")
    if command not in ("open", "reset_password") or not password:
        return
    box = question(
        say(
            f"“{title_of(record)}”的初始密码不会保存在本机。现在打印账号通知单，交给本人？",
            f"The first password of “{title_of(record)}” is not kept on this computer. Print the "
            "account slip now, to be handed over?",
        ),
        say("打印账号通知单", "Print the slip"),
        window,
    )
    box.setObjectName("slip")
    box.accepted.connect(lambda: print_slips(desk, [(record, password)], window))
    box.open()


def print_slips(desk: Desk, accounts: list[tuple[Record, str]], parent: QWidget) -> None:
    """One page for each account, folded so that the password lies inside."""
    from app.exchange.pdf.accounts import Slip, slips_pdf

    slips = [
        Slip(
            name=title_of(record),
            department=str(record.answers.get("department") or ""),
            logins=_logins(record),
            password=password,
        )
        for record, password in accounts
    ]
    around = around_of(desk)
    show(lambda: slips_pdf(slips, around), say("账号通知单", "Account slips"), parent)


def _logins(record: Record) -> tuple[str, ...]:
    if record.form == "institution":
        return (title_of(record),)
    return tuple(str(record.answers[k]) for k in ("mobile", "email") if record.answers.get(k))
