"""The story itself: who does what at which desk, told as it happens."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo import documents, roster_workbook, study
from demo.stage import DeskProcess, Registry

FIRST, TCM = "长河市第一人民医院", "长河省中医院"
FIRST_PASSWORD = "Yanbei2026"
HOSPITAL_PASSWORD, PI_PASSWORD = "Changhe26x", "Linmin26x"
SECRETARY_PASSWORD, MEMBER_PASSWORD = "Zhoujing26", "Weiyuan26"
SECRETARY = "13800000001"
MEMBERS = {"何平": "13800000002", "沈兰": "13800000003"}
REASON = "请在样本量计算依据中写明脱落率，并补充统计学依据。"


class Story:
    """Plays it once. `told` is every step with the seconds it took."""

    def __init__(self, output: Path) -> None:
        self.output, self.told = output, list[tuple[str, float]]()
        shutil.rmtree(output, ignore_errors=True)
        self.pictures, self.paper = output / "pictures", output / "paper"
        for folder in (self.pictures, self.paper):
            folder.mkdir(parents=True)
        self.kept = output / "stores"
        self.seen: dict[str, Any] = {}
        self._began, self._clock = time.monotonic(), time.time()

    @contextmanager
    def step(self, zh: str, en: str) -> Iterator[None]:
        """Tell a step, and how long it took."""
        sys.stdout.write(f"[{len(self.told) + 1:>2}] {zh} · {en} … ")
        sys.stdout.flush()
        start = time.monotonic()
        yield
        took = time.monotonic() - start
        self.told.append((zh, took))
        sys.stdout.write(f"{took:.1f} s\n")
        sys.stdout.flush()

    def play(self) -> dict[str, Any]:
        """From the first sign-in to the printed summary; what was seen on the way."""
        registry = Registry(self.kept / "registry")
        names = ("office", "laptop")
        desks = [DeskProcess(name, self.kept / name, self.pictures) for name in names]
        try:
            office, laptop = desks
            with self.step("打开两台工作台", "two desks are opened"):
                self.seen["first_window"] = office.do("wait_for_window") - self._clock
                laptop.do("wait_for_window")
            with self.step("启动登记中心", "the registry starts"):
                port = registry.port()
                for desk in desks:
                    desk.cable.lead_to(port)
            self.hospital(office)
            self.investigator(laptop)
            self.review(office, laptop)
            self.approval(office, laptop)
        finally:
            for desk in desks:
                desk.stop()
            registry.stop()
        self.seen["seconds"] = time.monotonic() - self._began
        return self.seen

    # -- the hospital's administrator ------------------------------------------------------

    def hospital(self, office: DeskProcess) -> None:
        with self.step(
            "机构管理员首次登录，完善机构信息，修改密码",
            "the administrator signs in for the first time",
        ):
            office.do("sign_in", login=FIRST, password=FIRST_PASSWORD, picture="01-sign-in")
            office.do(
                "complete_first_sign_in",
                answers={
                    "contact_name": "高远",
                    "contact_phone": "0731-84321000",
                    "address": "长河市沿江路 1 号",
                },
                old=FIRST_PASSWORD,
                new=HOSPITAL_PASSWORD,
                picture="02-first-sign-in",
            )
        workbook = roster_workbook.write(self.output / "人员.xlsx")
        with self.step(
            "打开 30 人的账号申请表，4 行有误", "a workbook of 30 people, 4 of them wrong"
        ):
            counts = office.do("check_workbook", workbook=str(workbook), picture="03-import")
            assert (counts["rows"], counts["wrong"]) == (30, 4), counts
            self.seen["checked"] = counts
        with self.step("在表格中改正 2 行，导入 28 人", "two are mended in the table, 28 imported"):
            counts = office.do(
                "repair_and_import",
                repairs=[
                    [3, 1, roster_workbook.id_number(3, man=False)],
                    [9, 6, roster_workbook.mobile(9)],
                ],
                picture="04-import",
            )
            assert (counts["rows"], counts["wrong"]) == (30, 2), counts
            office.do("wait_for_sync")
            office.do("go", place="staff", picture="05-staff")
            self.seen["people"] = office.do("count", form="person")
            office.do("sign_out")

    # -- the investigator ------------------------------------------------------------------

    def investigator(self, laptop: DeskProcess) -> None:
        with self.step(
            "项目负责人林敏首次登录，完善个人信息",
            "the investigator signs in and completes her data",
        ):
            laptop.do("sign_in", login=roster_workbook.mobile(0), password="lm_123456")
            laptop.do(
                "complete_first_sign_in",
                answers={"title_class": "medical", "title": "attending_physician"},
                old="lm_123456",
                new=PI_PASSWORD,
                picture="06-investigator",
            )
        answers = study.answers("林敏", (TCM, "长河市新河路 8 号"))
        self.title = answers["basic.research_title"]
        protocol, consent = documents.write(self.output / "documents", answers)
        with self.step(
            "拔掉网线，离线填报干预性研究", "the cable is out; an interventional study is filled in"
        ):
            laptop.cable.pull_out()
            self.seen["offline"] = laptop.do("notice_no_network")
            forgotten = {key: answers.pop(key) for key in study.FORGOTTEN}
            laptop.do(
                "begin_study",
                answers=answers,
                files={
                    "attach.research_protocol_file": [str(protocol)],
                    "attach.consent_or_waiver_file": [str(consent)],
                },
                picture="07-study",
            )
        with self.step("检查：提示还缺什么，逐项补上", "what is missing is shown, and filled in"):
            missing = laptop.do("look_what_is_missing", picture="08-missing")
            self.seen["missing"] = missing
            assert len(missing) == len(forgotten), missing
            laptop.do("answer", answers=forgotten)
            left = laptop.do("look_what_is_missing", picture="09-complete")
            assert not left, left
        with self.step("离线提交，选择伦理委员会", "submitted without a network"):
            state = laptop.do("submit", committee=self._committee(laptop), picture="10-submit")
            assert state == "ec_form", state
            self.seen["outbox"] = laptop.do("outbox")
            laptop.do("picture", name="11-outbox")
        with self.step("插上网线，同步", "the cable is in; the desk syncs"):
            laptop.cable.put_in()
            self.seen["sync"] = laptop.do("wait_for_sync")
            assert self.seen["sync"] == {"waiting": 0, "trouble": 0}, self.seen["sync"]
            laptop.do("go", place="my_studies", picture="12-my-studies")

    @staticmethod
    def _committee(laptop: DeskProcess) -> str:
        found = laptop.do("committee_of", institution=FIRST)
        assert found, "no committee to choose"
        return str(found)

    # -- the committee ---------------------------------------------------------------------

    def review(self, office: DeskProcess, laptop: DeskProcess) -> None:
        with self.step(
            "伦理秘书在另一台工作台首次登录", "the secretary signs in at the other desk"
        ):
            office.do("sign_in", login=SECRETARY, password=FIRST_PASSWORD)
            office.do(
                "complete_first_sign_in", answers={}, old=FIRST_PASSWORD, new=SECRETARY_PASSWORD,
                picture="13-secretary",
            )  # fmt: skip
        with self.step("秘书驳回一次，写明原因", "the secretary returns it once, with a reason"):
            office.do("open_review", place="reviews", title=self.title, picture="14-form-review")
            state = office.do(
                "decide", command="return", said={"reason": REASON}, picture="15-return"
            )
            assert state == "returned", state
            office.do("wait_for_sync")
        with self.step("负责人改正后再次提交", "the investigator corrects it and submits again"):
            laptop.do("wait_for_sync")
            laptop.do("go", place="todo", picture="16-returned")
            laptop.do("open_filing", title=self.title)
            laptop.do(
                "answer",
                answers={"design.sample_calculation_basis":
                         "参照同类研究的客观缓解率，每组 38 例，已按 10% 脱落率计算（Simon 二阶段）。"},
            )  # fmt: skip
            state = laptop.do(
                "submit", committee=self._committee(laptop), picture="17-submit-again"
            )
            assert state == "ec_form", state
            laptop.do("wait_for_sync")
        with self.step(
            "秘书形式审查通过，分配两位委员", "the secretary passes it and assigns two members"
        ):
            office.do("wait_for_sync")
            office.do("open_review", place="reviews", title=self.title)
            members = [office.do("member_named", name=name) for name in MEMBERS]
            state = office.do(
                "decide", command="ec_pass", said={"way": "expedited", "members": members},
                picture="18-assign",
            )  # fmt: skip
            assert state == "ec_members", state
            office.do("wait_for_sync")
            office.do("sign_out")
        for nth, (name, login) in enumerate(MEMBERS.items()):
            offline = nth == 0
            with self.step(
                f"委员{name}{'离线' if offline else ''}审查并提交意见",
                f"member {nth + 1} gives an opinion{' without a network' if offline else ''}",
            ):
                office.do("sign_in", login=login, password=FIRST_PASSWORD)
                office.do(
                    "complete_first_sign_in", answers={}, old=FIRST_PASSWORD, new=MEMBER_PASSWORD,
                    picture=f"19-member-{nth}",
                )  # fmt: skip
                office.do("wait_for_documents")
                if offline:
                    office.cable.pull_out()
                office.do("open_review", place="todo", title=self.title, picture=f"20-review-{nth}")
                office.do(
                    "give_opinion",
                    answers={"opinion": "agree", "comments": f"方案可行，风险可控。（{name}）"},
                    picture=f"21-opinion-{nth}",
                )
                if offline:
                    office.cable.put_in()
                office.do("wait_for_sync")
                office.do("sign_out")

    # -- the end ---------------------------------------------------------------------------

    def approval(self, office: DeskProcess, laptop: DeskProcess) -> None:
        approval = documents.approval(self.output / "documents")
        with self.step("秘书作出结论：同意，批件号、日期、批件", "the secretary concludes"):
            office.do("sign_in", login=SECRETARY, password=SECRETARY_PASSWORD)
            office.do("wait_for_sync")
            office.do("open_review", place="reviews", title=self.title, picture="22-opinions")
            state = office.do(
                "decide", command="ec_conclude",
                said={
                    "decision": "agree", "approval_number": "伦审〔2026〕研018号",
                    "approval_date": "2026-11-20", "approval_document": [str(approval)],
                },
                picture="23-conclude",
            )  # fmt: skip
            assert state == "inst", state
            office.do("wait_for_sync")
            office.do("sign_out")
        with self.step(
            "机构审核通过，登记中心编号", "the institution approves; the registry gives the number"
        ):
            office.do("sign_in", login=FIRST, password=HOSPITAL_PASSWORD)
            office.do("wait_for_sync")
            office.do("see", place="studies", title=self.title, picture="24-institution")
            state = office.do(
                "decide", command="approve", said={"remark": "同意立项。"}, picture="25-approve"
            )
            assert state == "filed", state
            office.do("wait_for_sync")
            seen = office.do("see", place="studies", title=self.title, picture="26-filed")
            self.seen["record"] = seen
            office.do("sign_out")
        with self.step("每台工作台都看到备案编号", "every desk shows the number"):
            laptop.do("wait_for_sync")
            mine = laptop.do(
                "see", place="my_studies", title=self.title, picture="27-investigator-filed"
            )
            office.do("sign_in", login=SECRETARY, password=SECRETARY_PASSWORD)
            office.do("wait_for_sync")
            numbers = {seen["number"], mine["number"], office.do("number_of", title=self.title)}
            assert len(numbers) == 1, numbers
            assert numbers != {""}, "no number"
            self.seen["number"] = seen["number"]
        with self.step("打印审查摘要和备案表", "the review summary and the filing are printed"):
            office.do("print_papers", title=self.title, to=str(self.paper), picture="28-print")
            office.do("picture", name="29-secretary-end")
        self.seen["title"] = self.title
        self.seen["reason"] = REASON
