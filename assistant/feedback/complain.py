"""A complaint -> kept under a number that nobody can guess, with the day by which it is answered."""

import re
import secrets
import unicodedata
from datetime import UTC, date, datetime, timedelta

from assistant.masking import mask
from assistant.records import Complaint, Complaints, Matter
from index.datatypes import PolicyError

LONGEST_COMPLAINT = 1000
LONGEST_REPLY = 2000
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What a number is made of: nothing that sounds or looks like another. Eight are 40 bits."""
_RANDOM = 8
_NUMBER = re.compile(rf"([0-9]{{6}})([{_LETTERS}]{{{_RANDOM}}})")


def complain(
    complaints: Complaints,
    visitor: str,
    text: str,
    matter: Matter,
    *,
    days: int,
    answer: str | None = None,
    today: date | None = None,
) -> Complaint:
    """Keep a complaint that is to be answered within `days` days; returns it as it is kept, with its number.

    Identifiers in `text` are masked. Raises PolicyError where it is empty or longer than `LONGEST_COMPLAINT`
    characters, RecordsError where it cannot be kept.
    """
    sound = text.encode("utf-8", "replace").decode().strip()
    if not sound:
        raise PolicyError("请写明要投诉或反映的事情")
    if len(text) > LONGEST_COMPLAINT:
        raise PolicyError(f"内容太长(上限{LONGEST_COMPLAINT}字),请写短一些")
    made = today or date.today()
    number = f"{made:%y%m%d}-{''.join(secrets.choice(_LETTERS) for _ in range(_RANDOM))}"
    due = made + timedelta(days=days)
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    complaint = Complaint(number, at, due.isoformat(), visitor, answer, matter, mask(sound).text)
    complaints.add(complaint)
    return complaint


def receipt_number(typed: str) -> str | None:
    """The number that somebody typed, in whatever case, width and spacing; None where it can be none."""
    letters = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", typed[:100]).upper())
    found = _NUMBER.fullmatch(letters)
    return f"{found[1]}-{found[2]}" if found else None


def found(complaints: Complaints, typed: str) -> Complaint:
    """The complaint of the number that somebody typed. Raises PolicyError where there is none."""
    number = receipt_number(typed)
    complaint = complaints.find(number) if number else None
    if complaint is None:
        raise PolicyError(f"没有编号为 {typed[:40]} 的投诉,请核对回执编号")
    return complaint
