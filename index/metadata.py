"""What is known of a document besides its text: from a folder's catalogue, else from the text itself."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any

from index.datatypes import Level, Metadata, PolicyError, SourceKind
from index.numerals import NUMERAL, parse_numeral

CATALOGUE = "corpus.toml"
"""Name of a folder's catalogue: one `[[document]]` per file, with `file`, `id` and the keys of `Metadata`."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One document of a catalogue."""

    document_id: str
    metadata: Metadata


def read_catalogue(folder: Path) -> dict[str, CatalogueEntry]:
    """Entries of the catalogue in `folder` by file name; none where it has no catalogue.

    Raises PolicyError, naming file, entry and key, where the catalogue is not TOML, a key is missing, unknown
    or of another type, or two entries share a file or an id.
    """
    path = folder / CATALOGUE
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise PolicyError(f"{CATALOGUE} 无法读取({error.strerror}),请检查文件权限") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{CATALOGUE} 不是 UTF-8 编码,请另存为 UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{CATALOGUE} 不是有效的 TOML({error}),请改正该处") from error
    documents = tables.pop("document", [])
    if tables:
        raise PolicyError(f"{CATALOGUE} 有不认识的内容 {next(iter(tables))},只能有 [[document]],请改正或删去")
    if not isinstance(documents, list) or not all(isinstance(table, dict) for table in documents):
        raise PolicyError(f"{CATALOGUE} 的 document 应写成 [[document]],一个文件一段,请改正")
    catalogue: dict[str, CatalogueEntry] = {}
    for number, table in enumerate(documents, start=1):
        file, entry = _entry(table, f"{CATALOGUE} 第 {number} 段")
        if file in catalogue:
            raise PolicyError(f"{CATALOGUE} 第 {number} 段的 file 与前面重复({file}),请删去一段")
        if any(entry.document_id == other.document_id for other in catalogue.values()):
            raise PolicyError(f"{CATALOGUE} 第 {number} 段的 id 与前面重复({entry.document_id}),请换一个")
        catalogue[file] = entry
    return catalogue


def guess_metadata(text: str, file_name: str) -> Metadata:
    """What `text` says of itself, mostly in its first and last lines; what it does not say stays unknown."""
    lines = [line.strip() for line in text.splitlines() if _SAYS_SOMETHING.search(line)]
    head = [line[:_LINE_LENGTH] for line in lines[:_HEAD_LINES]]
    tail = [line[-_LINE_LENGTH:] for line in lines[-_TAIL_LINES:]]
    title = _title(head) or next((found for found in map(_title_in, tail) if found and "关于" in found), None)
    issuer = _issuer(title or "", head, tail)
    level, region = _place(issuer or title or "")
    return Metadata(
        name=title or PurePath(file_name).stem,
        title=title,
        issuer=issuer,
        level=level,
        region=region,
        number=_first(_NUMBER, head),
        issued=_issued(head, tail),
        valid_from=_parse_date(_last(_VALID_FROM, text)),
        valid_until=_parse_date(_last(_VALID_UNTIL, text)),
    )


# --- catalogue


class _WrongValueError(ValueError):
    """A value of a catalogue that is not what its key calls for; the message says what it should be."""


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _WrongValueError("应为不空的文字(加引号)")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _WrongValueError('应为一组文字,如 ["简称一", "简称二"]')
    return tuple(_text(item) for item in value)


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _WrongValueError("应为日期,如 2021-03-16(不加引号)")
    return value


def _wording(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise _WrongValueError('应为对照表,如 {"文中用词" = "规范用词"}')
    return tuple((_text(word), _text(standard)) for word, standard in value.items())


def _one_of(kind: type[StrEnum]) -> Callable[[object], StrEnum]:
    def read(value: object) -> StrEnum:
        if value not in list(kind):
            raise _WrongValueError(f"应为其中之一:{'、'.join(kind)}")
        return kind(str(value))

    return read


_KEYS: dict[str, Callable[[object], object]] = {
    "file": _text,
    "id": _text,
    "title": _text,
    "name": _text,
    "short_names": _texts,
    "issuer": _text,
    "level": _one_of(Level),
    "region": _text,
    "number": _text,
    "issued": _day,
    "valid_from": _day,
    "valid_until": _day,
    "kind": _one_of(SourceKind),
    "provenance": _text,
    "warning": _text,
    "wording": _wording,
}
_REQUIRED = ("file", "id", "name")


def _entry(table: dict[str, object], place: str) -> tuple[str, CatalogueEntry]:
    """File name and entry of one table; `place` says where the table stands."""
    if "file" in table:
        place += f"({table['file']})"
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise PolicyError(f"{place}有不认识的键 {key},请改正或删去,可用的键:{'、'.join(_KEYS)}")
        try:
            values[key] = _KEYS[key](value)
        except _WrongValueError as error:
            raise PolicyError(f"{place}的 {key} {error},请改正") from error
    for key in _REQUIRED:
        if key not in values:
            raise PolicyError(f"{place}缺少 {key},请补上")
    if values.get("valid_until", date.max) < values.get("valid_from", date.min):
        raise PolicyError(f"{place}的 valid_until 早于 valid_from,请改正")
    file = values.pop("file")
    return file, CatalogueEntry(document_id=values.pop("id"), metadata=Metadata(**values))


# --- guesses; full-width characters stand as escapes

_HEAD_LINES, _TAIL_LINES, _LINE_LENGTH = 12, 6, 300
_SAYS_SOMETHING = re.compile(r"[\u4e00-\u9fff0-9]")
_OPEN, _CLOSE, _COLON = r"[(\uff08]", r"[)\uff09]", r"[:\uff1a]"
_YEAR = r"(?:[12\uff11\uff12][0-9\uff10-\uff19]{3}|[一二][〇零○一二三四五六七八九]{3})"
_DATE = rf"{_YEAR}\s*[年./-]\s*{NUMERAL}\s*[月./-]\s*{NUMERAL}\s*日?"

_NUMBERED = re.compile(rf"{_OPEN}?{NUMERAL}[、.)\uff09\uff0e]|第{NUMERAL}[编章节条]")
_TITLE = re.compile(
    r"《?((?:《[^《》]+》|[^《》,。;:!|\uff0c\uff1b\uff1a\uff01]){2,80}?"
    r"(?:意见|建议|方案|规划|纲要|计划|要点|条例|办法|规定|细则|规则|规程|准则|守则|标准|通知|通告|公告|命令|决定|决议"
    r"|解释|解答|批复|措施|安排|章程|法典|宪法|修正案|共和国[\u4e00-\u9fff]+法)"
    rf"(?:{_OPEN}[^()\uff08\uff09]{{1,20}}{_CLOSE})?)》?(?=\s|$|(?:发布)?(?:时间|日期|来源)\s*{_COLON})"
)
_ORGAN_END = r"(?:政府|国务院|中共中央|[省市县区州]委|委员会|办公室|[厅局部院署会])"
_ORGAN = re.compile(rf"[\u4e00-\u9fff、?\s]{{2,60}}?{_ORGAN_END}")
_BEFORE_SUBJECT = re.compile(r"([^《》]+?)(?:关于|转发|批转|印发)")
_ISSUED_BY = re.compile(
    rf"(?:^|[,\uff0c\s])([\u4e00-\u9fff、]{{2,60}}{_ORGAN_END})(?:联合)?(?:印发|发布|出台)了?《"
)

_MUNICIPALITIES = "北京|天津|上海|重庆"
_PROVINCES = (
    "河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
    "|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_PLACE = re.compile(
    rf"(?:中共)?(?:(?P<municipality>{_MUNICIPALITIES})市?"
    rf"|(?:(?P<province>{_PROVINCES})(?!市)(?:省|(?:壮族|回族|维吾尔)?自治区|特别行政区)?)?"
    # "城市" and "市场" are no cities, "盐城市" is one
    r"(?:(?P<city>[\u4e00-\u9fff]城|(?:(?![于与的及市])[\u4e00-\u9fff]){2,5}?(?<!城))市(?![场容]))?)"
    r"(?P<county>(?:(?![于与的及])[\u4e00-\u9fff]){1,5}?[县区旗市](?=人民政府|委|人民代表大会)"
    r"|[\u4e00-\u9fff]{2,10}?自治[县旗])?"
)
_LEVELS = {
    "county": Level.COUNTY,
    "city": Level.CITY,
    "province": Level.PROVINCE,
    "municipality": Level.PROVINCE,
}
_CENTRAL = re.compile(
    r"中共中央|国务院|全国人|最高人民|中华人民共和国|中国人民|国家|[\u4e00-\u9fff]{2,12}部$"
)

_NUMBER = re.compile(
    r"(?:^|[\s:\uff1a])([\u4e00-\u9fff]{2,20}"
    r"(?:\s*[〔\[(\uff08\uff3b【]\s*\d{4}\s*[〕\])\uff09\uff3d】]|令)\s*第?\s*\d{1,5}\s*号)(?=\s|$)"
)
_ISSUED_IN_HEAD = (
    re.compile(rf"(?:成文|发文|印发)(?:日期|时间)\s*{_COLON}\s*({_DATE})"),
    re.compile(rf"(?<!更新|施行|实施|执行|生效|截止)(?:日期|时间)\s*{_COLON}\s*({_DATE})"),
    re.compile(rf"^{_OPEN}({_DATE})"),
)
_DATE_LINE = re.compile(rf"^{_OPEN}?({_DATE}){_CLOSE}?$")
_VALID_FROM = re.compile(rf"本[\u4e00-\u9fff]{{1,12}}自({_DATE})起\s*(?:施行|实施|执行|生效|试行)")
_VALID_UNTIL = re.compile(rf"本[^。;\uff1b\n]{{0,60}}有效期限?(?:截)?至\s*({_DATE})")


def _title(head: list[str]) -> str | None:
    """The first heading-like line above any numbered one, with the issuer on the line before it, if any."""
    for above, line in pairwise(["", *head]):
        bare = line.lstrip("#").strip()
        if _NUMBERED.match(bare):
            return None
        if line.startswith("#"):
            return bare
        if title := _title_in(line):
            return f"{above} {title}" if title.startswith("关于") and _ORGAN.fullmatch(above) else title
    return None


def _title_in(line: str) -> str | None:
    found = _TITLE.match(line)
    return found[1] if found else None


def _issuer(title: str, head: list[str], tail: list[str]) -> str | None:
    """Who issued it: named in the title, in the report above it, or above the date of signature."""
    if (found := _BEFORE_SUBJECT.match(title)) and _ORGAN.fullmatch(found[1]):
        return found[1].strip()
    if organ := _first(_ISSUED_BY, head):
        return organ
    for line, below in pairwise(tail):
        if _ORGAN.fullmatch(line) and _DATE_LINE.match(below):
            return line
    return None


def _place(name: str) -> tuple[Level | None, str | None]:
    """Level and region of an issuer or a title that begins with a place or a central organ."""
    if _CENTRAL.match(name):
        return Level.CENTRAL, "全国"
    found = _PLACE.match(name)
    for group, level in _LEVELS.items():
        if found and found[group]:
            return level, found[group]
    return None, None


def _issued(head: list[str], tail: list[str]) -> date | None:
    """The date beside its label in the first lines, in brackets under the title, or alone on a line."""
    found = next(filter(None, (_first(pattern, head) for pattern in _ISSUED_IN_HEAD)), None)
    return _parse_date(found or _first(_DATE_LINE, [*head, *tail]) or "")


def _parse_date(written: str) -> date | None:
    """A date in Arabic or Chinese numerals; None where it is none."""
    try:
        return date(*(parse_numeral(part) or 0 for part in re.findall(NUMERAL, written)))
    except (TypeError, ValueError, OverflowError):
        return None


def _first(pattern: re.Pattern[str], lines: list[str]) -> str | None:
    return next((found[1] for line in lines if (found := pattern.search(line))), None)


def _last(pattern: re.Pattern[str], text: str) -> str:
    found: list[str] = pattern.findall(text)
    return found[-1] if found else ""
