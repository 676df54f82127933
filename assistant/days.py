"""Days in words."""

from datetime import date


def written(day: date) -> str:
    """The day as it is written in Chinese: 2026年3月1日."""
    return f"{day.year}年{day.month}月{day.day}日"
