"""添加未在系统注册的医疗卫生机构: what is asked of one. Source: spec/domain.md §2.3 (seed 002)."""

from __future__ import annotations

from typing import Any

from app import lists
from app.forms.conditions import Is
from app.forms.schema import Field, Form, Page
from app.forms.types import Listed, Text
from app.record import Answers
from app.words import Words

HERE = "CN"
WITHOUT_CITIES = ("71", "81", "82")
"""Provinces below which the list of cities has none."""
NOT_A_PLACE = ("市辖区", "行政区划")
"""How entries end that only say what lies below a municipality or a province."""

# fmt: off
UNREGISTERED = Form("unregistered", "添加未在系统注册的医疗卫生机构", "Add an institution that is not registered", version=1, title_fields=("name",), pages=(
    Page("unregistered", "未在系统注册的医疗卫生机构", "Institution that is not registered", fields=(
        Field("name", "机构名称", Text(100), required=True, english="Institution name",
              help=Words("名称：请填写《医疗机构执业许可证》上的全称。", "Name: in full, as on its licence.")),
        Field("country", "国家", Listed("countries"), required=True, english="Country", short=True),
        Field("province", "省份", Listed("provinces"), required=True, only=Is("country", HERE), english="Province", short=True),
        Field("city", "城市", Listed("cities", within="province"), required=~Is("province", *WITHOUT_CITIES), only=Is("country", HERE), english="City", short=True),
        Field("province_name", "省/州", Text(), required=True, only=~Is("country", HERE), english="Province or state", short=True),
        Field("grade", "机构等级", Listed("org_levels"), required=True, english="Institution grade", short=True),
        Field("address", "地址", Text(180), required=True, english="Address",
              help=Words("地址：街道和门牌即可，省市会写在前面。", "Address: street and number; province and city are put before them.")),
        Field("postcode", "邮编", Text(10, shape="postcode"), english="Postcode", example="410000", short=True),
    )),
))
# fmt: on


def as_card(said: Answers) -> dict[str, Any]:
    """What was said of it, in the words of the directory's cards; there is no reference to it."""
    return {**said, "address": _whole_address(said)}


def _whole_address(said: Answers) -> str:
    """The address with province and city before it, unless they stand there already."""
    address = str(said.get("address", ""))
    places = [
        found.words.zh
        for of, key in (("provinces", "province"), ("cities", "city"))
        if (found := lists.entry(of, str(said.get(key, "")))) and found.words.zh not in address
    ]
    return "".join(place for place in places if not place.endswith(NOT_A_PLACE)) + address
