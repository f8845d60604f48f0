"""Rules of the field that no function here judges: forms and workflows keep them by themselves."""

# ruff: noqa: E501 -- a table, one rule a line

from __future__ import annotations

from dataclasses import dataclass

from app.answers import Level
from app.words import Words


@dataclass(frozen=True)
class Kept:
    """A rule that is kept by how a form or a workflow is declared."""

    id: str
    level: Level
    message: Words
    source: str
    by: Words
    """What keeps it."""

    @property
    def test(self) -> str:
        """What the name of its test begins with, after `test_`."""
        return self.id.lower().replace("-", "_")


SEED_1 = "seed 001"
SPEC = "spec/domain.md"
FORM = Words("表单", "the form")
STEPS = Words("流程", "the workflow")

KEPT_ELSEWHERE = (
    Kept("V-01", "block", Words("必填内容不能为空。", "Every required answer that is shown is given."), SEED_1, FORM),
    Kept("V-02", "block", Words("授权人不能提交审核，请由项目负责人提交。", "A delegate cannot submit: the investigator does."), SEED_1, STEPS),
    Kept("V-03", "block", Words("请选择审查的伦理委员会；学术委员会无选项可不选。", "An ethics committee is chosen at submission; an academic one where there is one."), SEED_1, Words("提交时的表单", "the page of the step")),
    Kept("V-14", "block", Words("样本量应为整数。", "A sample size is a whole number."), SPEC, FORM),
    Kept("V-23", "block", Words("选择在中国临床试验注册中心公开时，联系人信息和英文信息必填。", "For ChiCTR the contact and every English answer are required."), SPEC, FORM),
    Kept("V-25", "block", Words("请填写 NMPA 批件信息。", "The number, date and document of the drug authority are required by class."), SEED_1, FORM),
    Kept("V-32", "block", Words("已开始招募的，须填写第一例入组时间。", "Once recruiting, the date of the first participant is required."), SPEC, FORM),
    Kept("V-35", "block", Words("用药须填写当前治疗情况、安全性情况说明和前期研究基础。", "A drug needs the current treatment, its safety and the earlier research."), SPEC, FORM),
    Kept("V-43", "block", Words("超出最大长度。", "The text is too long."), SPEC, FORM),
    Kept("V-44", "block", Words("请至少填写一个关键词。", "At least one keyword is required."), SPEC, FORM),
    Kept("V-45", "block", Words("项目正在审核中，不能变更；需审核通过或被驳回后才能变更。", "While a study is reviewed nobody changes it."), SEED_1, STEPS),
    Kept("K10", "block", Words("须上传章程、工作制度、委员名单和工作简历。", "Charter, rules of procedure, and the members with their histories are attached."), SPEC, FORM),
)  # fmt: skip
