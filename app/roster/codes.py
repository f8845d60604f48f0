"""Every code that the check of a roster can give: how bad it is, its sentence, and the remedy.

Source: spec/domain.md §7.2. The Chinese sentences are those of the specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from app.roster import columns, templates
from app.words import Words

Severity: TypeAlias = Literal["E", "W"]
"""E keeps the row (or, for F codes, the whole file) from being imported; W only warns."""


@dataclass(frozen=True)
class Code:
    """What one code says."""

    severity: Severity
    message: Words
    remedy: Words


def _code(severity: Severity, zh: str, en: str, do_zh: str, do_en: str) -> Code:
    return Code(severity, Words(zh, en), Words(do_zh, do_en))


_LEVELS = "、".join(columns.LEVELS)
_DEGREES = "、".join(columns.DEGREES)

# fmt: off
CODES: dict[str, Code] = {
    # --- the file
    "F01": _code("E", "无法读取文件，请使用 .xlsx 格式", "The file cannot be read; please use the .xlsx format",
                 "{why}", "{why}"),
    "F02": _code("E", "表头与标准模板不一致：第{n}列应为\"{exp}\"，实际为\"{got}\"",
                 "The header differs from the template: column {n} should be \"{exp}\", it is \"{got}\"",
                 "请下载标准模板，把数据粘贴进去，不要改动表头", "Download the template and paste the rows into it; leave its header as it is"),
    "F03": _code("E", "模板列数应为{exp}列，实际{n}列", "The template has {exp} columns; there are {n}",
                 "请删去多出的列，或补上被删除的列", "Remove the extra columns, or put back what was deleted"),
    "F04": _code("E", "存在合并单元格：{range}", "There are merged cells: {range}",
                 "请取消合并，并在每个单元格填写内容", "Unmerge them and fill in each cell"),
    "F05": _code("E", "未找到数据行", "No rows were found", "请在表头下一行开始填写", "Fill in the rows below the header"),
    "F06": _code("W", "存在多个含数据的工作表，仅处理第一个", "Several sheets hold something; only the first is read",
                 "其余工作表（{names}）请另存为单独的文件", "Save the other sheets ({names}) as files of their own"),
    "F07": _code("E", "行数超过上限 {n}", "There are more than {n} rows",
                 "请分成几个文件，每个不超过 {n} 行", "Split it into files of up to {n} rows"),
    "F08": _code("E", "单元格 {ref} 含公式，请粘贴为文本", "Cell {ref} holds a formula; please paste it as text",
                 "复制该单元格，选择性粘贴为“值”，并设为文本格式", "Copy the cell, paste it as a value, and set it to text"),
    "F09": _code("W", "存在隐藏行/列或筛选，隐藏数据也会导入", "There are hidden rows or columns or a filter; what is hidden is imported too",
                 "请取消隐藏和筛选，核对这些数据（{what}）", "Show them and look at them before importing ({what})"),
    "F10": _code("W", "表头行之上有多余内容，已从第{n}行识别表头", "There is something above the header, which was found in row {n}",
                 "可以直接继续；标准模板的表头在第一行", "You may go on; in the template the header is the first row"),
    # --- one row
    "R01": _code("E", "姓名不能为空", "The name is missing", "请填写姓名", "Fill in the name"),
    "R02": _code("E", "证件号码不能为空", "The ID number is missing", "请填写证件号码", "Fill in the ID number"),
    "R03": _code("E", "移动电话（手机号）不能为空", "The mobile number is missing", "请填写手机号", "Fill in the mobile number"),
    "R04": _code("E", "邮箱不能为空", "The e-mail address is missing", "请填写邮箱", "Fill in the e-mail address"),
    "R05": _code("E", "单元格不是文本格式：{col}，数值可能已丢失精度", "The cell is not in text format: {col}; digits may have been lost",
                 "把单元格设为文本格式后重新输入", "Set the cell to text, then type it again"),
    "R06": _code("E", "证件号码为18位数字但末三位为000，疑似被Excel截断", "An 18-digit ID number that ends in 000: Excel has probably cut it",
                 "丢失的数字无法恢复，请以文本格式重新输入证件号码", "The lost digits cannot be restored; type the number again as text"),
    "R07": _code("E", "身份证号码长度/字符不正确", "The ID card number has a wrong length or wrong characters",
                 "{hint}", "{hint}"),
    "R08": _code("E", "身份证出生日期无效", "The birth date in the ID card number does not exist",
                 "请核对第7至14位（{digits}）", "Look at characters 7 to 14 ({digits})"),
    "R09": _code("E", "身份证校验位不正确", "The check digit of the ID card number is wrong",
                 "请对照证件逐位核对", "Compare it with the card digit by digit"),
    "R10": _code("W", "证件号码不是居民身份证格式，请确认证件类型", "This is not an ID card number; please make sure of the kind of document",
                 "将按“{kind}”导入", "It will be imported as “{kind}”"),
    "R11": _code("E", "手机号格式不正确", "The mobile number is not right", "应为11位数字，以1开头，例如 13900000000", "11 digits beginning with 1, such as 13900000000"),
    "R12": _code("E", "邮箱格式不正确", "The e-mail address is not right", "应形如 name@example.com", "It looks like name@example.com"),
    "R13": _code("E", "性别只能为 男、女、male、female", "Sex can only be 男, 女, male or female", "请改为其中之一，或留空", "Use one of these, or leave it empty"),
    "R14": _code("W", "性别与身份证号不一致", "Sex does not agree with the ID card number", "身份证号第17位表示{sex}，请核对", "The 17th digit says {sex}; please look again"),
    "R15": _code("W", "固定电话格式不正确", "The landline number is not right", "应形如 0731-84321000", "It looks like 0731-84321000"),
    "R16": _code("W", "邮编应为6位数字", "A postcode has 6 digits", "请核对，例如 410000", "Look again; for example 410000"),
    "R17": _code("W", "姓名含空格、数字或异常字符", "The name holds spaces, digits or unusual characters", "请核对姓名", "Look at the name again"),
    "R18": _code("E", "姓名过长/过短", "The name is too long or too short", "应为2到50个字", "2 to 50 characters"),
    "R19": _code("E", "密码不符合要求：6–14位，且包含数字、大写字母、小写字母中的至少两种",
                 "The password must have 6–14 characters and at least two of: digits, capital letters, small letters",
                 "请另设密码，或留空使用默认密码", "Choose another one, or leave it empty for the default"),
    "R20": _code("E", "无法生成默认密码（姓名含未知汉字或过长），请填写密码",
                 "No default password can be made (unknown character in the name, or name too long); please fill in a password",
                 "请在密码列填写6–14位密码", "Fill in a password of 6–14 characters"),
    "R21": _code("W", "密码为空，将使用默认密码 {mask}", "No password: the default {mask} will be used", "首次登录必须修改密码", "It must be changed at the first sign-in"),
    "R22": _code("E", "工作经历第{i}段应为4项，以\"+\"分隔，实际{n}项", "Work history, part {i}: 4 items parted by \"+\" are needed, there are {n}",
                 "应形如 2005-04+2010-03+工作单位+工作经历", "It looks like 2005-04+2010-03+employer+description"),
    "R23": _code("E", "工作经历第{i}段开始/结束年月格式应为 YYYY-MM", "Work history, part {i}: months look like YYYY-MM",
                 "例如 2005-04；未结束写“至今”", "For example 2005-04; write 至今 for until now"),
    "R24": _code("E", "工作经历第{i}段结束早于开始", "Work history, part {i}: it ends before it begins", "请核对起止年月", "Look at both months again"),
    "R25": _code("W", "工作经历第{i}段与第{j}段时间重叠", "Work history: parts {i} and {j} overlap", "兼职属实可忽略，否则请核对", "Leave it if both are true, or look again"),
    "R26": _code("E", "教育背景第{i}段应为6项，实际{n}项", "Education, part {i}: 6 items are needed, there are {n}",
                 "应形如 2005-04+2010-03+学校+专业+本科+学士", "It looks like 2005-04+2010-03+school+major+本科+学士"),
    "R27": _code("E", "教育背景第{i}段{what}", "Education, part {i}: {what}", "年月形如 2005-04，且结束不早于开始", "Months look like 2005-04, and it does not end before it begins"),
    "R28": _code("E", f"学历\"{{v}}\"不在：{_LEVELS}", f"The level \"{{v}}\" is not one of {_LEVELS}", "请改为其中之一", "Use one of these"),
    "R29": _code("E", f"学位\"{{v}}\"不在：{_DEGREES}", f"The degree \"{{v}}\" is not one of {_DEGREES}", "请改为其中之一，没有学位则留空", "Use one of these, or leave it empty"),
    "R30": _code("W", "学历与学位不匹配", "Level and degree do not go together", "高中、专科不应有学位；本科–学士，硕士研究生–硕士，博士研究生–博士",
                 "No degree with 高中 or 专科; 本科–学士, 硕士研究生–硕士, 博士研究生–博士"),
    "R31": _code("W", "{what}", "{what}", "无需修改；请核对结果", "Nothing need be changed; look at the result"),
    "R32": _code("E", "使用了错误的分段符（单个\"|\"、换行或中文分号）", "Parts are separated wrongly (a single \"|\", a new line or a Chinese semicolon)",
                 "多段之间请用双竖线 || 分隔", "Part them by ||"),
    "R33": _code("W", "研究领域应以英文分号分隔", "Research fields are parted by an English semicolon", "将按 {n} 个研究领域导入，请核对", "It is read as {n} fields; please look again"),
    "R34": _code("W", "{what}", "{what}", "无需修改", "Nothing need be changed"),
    "R35": _code("E", "字段超长：{col} 最多{n}字", "Too long: {col} takes up to {n} characters", "现有 {length} 字，请缩短", "There are {length}; please shorten it"),
    "R36": _code("W", "该行除序号外为空，已跳过", "The row is empty but for its number and was skipped", "{rows}", "{rows}"),
    "R37": _code("E", "起止年月{what}", "The months are {what}", "请核对第{i}段的起止年月", "Look at the months of part {i} again"),
    # --- one row of the other templates
    "R40": _code("E", "{col}不能为空", "{col} is missing", "请填写{col}", "Fill it in"),
    "R41": _code("E", "{col}“{v}”不在选项中", "{col}: “{v}” is not one of the choices", "可填：{list}", "Choose from: {list}"),
    "R42": _code("E", "统一社会信用代码不正确", "The unified social credit code is not right", "应为18位，请对照证书逐位核对", "It has 18 characters; compare it with the certificate"),
    "R43": _code("E", "日期格式不正确", "The date is not right", "应形如 2026-03-05", "It looks like 2026-03-05"),
    "R44": _code("W", "日期写法不标准，已按 YYYY-MM-DD 处理", "A date written in another way was read as YYYY-MM-DD", "无需修改；请核对结果", "Nothing need be changed; look at the result"),
    "R45": _code("E", "任期结束早于开始", "The term ends before it begins", "请核对任期起止日期", "Look at both dates again"),
    "R46": _code("W", "任期超过5年", "The term is longer than 5 years", "委员任期不超过5年，请核对", "A term is at most 5 years; please look again"),
    "R47": _code("E", "联系电话格式不正确", "The telephone number is not right", "应为数字，例如 0731-84321000", "Digits, such as 0731-84321000"),
    "R48": _code("E", "行政区划不一致：{v}不属于{within}", "{v} is not in {within}", "请核对省、市、区县", "Look at province, city and district again"),
    # --- between rows
    "X01": _code("E", "文件内证件号码重复（行 {rows}）", "The same ID number stands in rows {rows}", "请删去重复的行或更正证件号码", "Remove the repeated row or correct the number"),
    "X02": _code("E", "手机号重复（行 {rows}）", "The same mobile number stands in rows {rows}", "每人应使用自己的手机号", "Each person uses a number of their own"),
    "X03": _code("E", "邮箱重复（行 {rows}）", "The same e-mail address stands in rows {rows}", "每人应使用自己的邮箱", "Each person uses an address of their own"),
    "X04": _code("W", "姓名相同、证件不同（行 {rows}）", "The same name with different ID numbers in rows {rows}", "如为同名的两个人可忽略", "Leave it if they are two people"),
    "X05": _code("E", "统一社会信用代码重复（行 {rows}）", "The same unified social credit code stands in rows {rows}", "请删去重复的行或更正代码", "Remove the repeated row or correct the code"),
    "X06": _code("E", "机构名称重复（行 {rows}）", "The same name of an institution stands in rows {rows}", "机构名称是登录名，不能重复", "The name is the login and must be the only one"),
    "X07": _code("W", "机构名称相近（行 {rows}）", "Similar names of institutions in rows {rows}", "如为两家机构可忽略", "Leave it if they are two institutions"),
    # --- against what is already known
    "D01": _code("E", "证件号码已被使用，如为本单位人员请使用【移入】", "The ID number is in use; if the person is yours, use 移入 (move in)", "{do}", "{do}"),
    "D02": _code("E", "证件号码已存在但姓名不一致（登记为 {name}）", "The ID number is known under another name ({name})", "请核对姓名和证件号码", "Look at the name and the number again"),
    "D03": _code("E", "手机号已被其他账号使用", "The mobile number belongs to another account", "请填写本人的手机号", "Use the person's own number"),
    "D04": _code("E", "邮箱已被其他账号使用", "The e-mail address belongs to another account", "请填写本人的邮箱", "Use the person's own address"),
    "D05": _code("W", "人员已在本机构，将只增加角色\"{role}\"", "The person is here already; only the role “{role}” is to be added", "{do}", "{do}"),
    "D06": _code("E", "人员属于其他机构，需先移出", "The person belongs to another institution, which must let them go first", "{do}", "{do}"),
    "D07": _code("E", "机构管理员不能添加外聘委员", "An institution's administrator cannot add members from outside", "外聘委员由委员会秘书添加", "The committee's secretary adds them"),
    "D08": _code("E", "账号已停用，请先启用", "The account is disabled; enable it first", "在“人员”中启用该账号", "Enable it under People"),
    "D09": _code("E", "统一社会信用代码已登记（{name}）", "The unified social credit code is registered ({name})", "该机构已有账号，不再新建", "The institution has an account; no second one is made"),
    "D10": _code("E", "机构名称已被使用", "The name is in use", "机构名称是登录名，请填写全称", "The name is the login; write it in full"),
    "D11": _code("W", "已有名称相近的机构：{name}", "There is an institution of a similar name: {name}", "请确认不是同一家机构", "Make sure that it is not the same one"),
    "D12": _code("W", "系统中没有此人，将新建外聘委员", "Nobody has this ID number; a member from outside will be made", "请核对证件号码；新建时还需手机号和邮箱", "Look at the number again; mobile and e-mail will be needed"),
    "D13": _code("E", "来源为本单位，但此人不在本机构", "The source says own institution, but the person is not here", "请核对证件号码、姓名和来源", "Look at the number, the name and the source again"),
    "D15": _code("W", "已在委员名单中", "This person is in the list of members already", "不再重复添加", "They are not added again"),
    "D14": _code("E", "来源为外聘，但此人属于本机构", "The source says from outside, but the person is of this institution", "请把来源改为“本单位”", "Write 本单位 as the source"),
}
# fmt: on

HERE = frozenset({"D05", "D09", "D15"})
"""Said of a row that was done before."""

NOWHERE = Words("", "")
ROUTINE = frozenset({"R21"})
"""Said of most rows of a good file; lists of problems put it last."""

TO_BE_SEEN_AGAIN = Words("（待服务器复核）", " (to be checked again by the registry)")
"""Added to D codes that were found in this computer's own copy."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: where, which, how bad, what to do. `column` counts from 0; -1 for the whole file."""

    code: str
    row: int
    """As the workbook counts, from 1; 0 for the whole file."""
    column: int
    severity: Severity
    message: Words
    remedy: Words
    value: str = field(default="", repr=False)
    """What stands there now; it may name a person and belongs in no log."""
    header: Words = field(default=NOWHERE, repr=False)
    """What the column is called; empty for the whole file."""
    private: bool = field(default=False, repr=False)

    @property
    def cell(self) -> str:
        """The address in the workbook; empty for the whole file."""
        return templates.cell(self.column, self.row) if self.column >= 0 and self.row else ""

    def excerpt(self) -> str:
        """The beginning of the value; of an ID number, a telephone number or a password hardly anything."""
        if self.private:
            many = len(self.value) > 8
            return f"{self.value[:3]}…{self.value[-2:]}" if many else "…" * bool(self.value)
        return self.value if len(self.value) <= 40 else f"{self.value[:39]}…"

    def to_wire(self) -> dict[str, Any]:
        """The problem as `python -m app.roster check --json` prints it."""
        return {
            "cell": self.cell,
            "row": self.row,
            "code": self.code,
            "severity": self.severity,
            "message": self.message.zh,
            "message_en": self.message.en,
            "column": self.header.zh,
            "value": self.excerpt(),
            "remedy": self.remedy.zh,
            "remedy_en": self.remedy.en,
        }


def finding(
    code: str,
    row: int,
    column: int,
    *,
    severity: Severity | None = None,
    **parts: Any,
) -> Finding:
    """Say a code of one cell; `parts` fill the places of its sentences."""
    message, remedy = sentences(code, tuple(parts.items()))
    return Finding(code, row, column, severity or CODES[code].severity, message, remedy)


@lru_cache(maxsize=10_000)
def sentences(code: str, parts: tuple[tuple[str, Any], ...]) -> tuple[Words, Words]:
    """The message and the remedy of a code; most are said of many rows."""
    said = CODES[code]
    filled = dict(parts)
    return said.message.fill(**filled), said.remedy.fill(**filled)


def placed(found: Finding, declared: Sequence[templates.Column], value: str = "") -> Finding:
    """Put beside a finding what its column is called, and what stands in its cell."""
    if not 0 <= found.column < len(declared):
        return found
    column = declared[found.column]
    return Finding(
        found.code, found.row, found.column, found.severity, found.message, found.remedy,
        value or found.value, column.words, column.private,
    )  # fmt: skip
