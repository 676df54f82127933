"""The switch that closes the page while it runs: a file beside the records, which every question looks for."""

from dataclasses import dataclass
from pathlib import Path

from assistant.settings import settings
from index.datatypes import PolicyError

_WORDS = "服务暂停，请稍后再来。"
_FILE = "paused.txt"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Switch:
    """The page is closed while there is a file at `path`, which holds what it says then; or for good where the
    setting `always` says something."""

    path: Path
    always: str = ""

    @classmethod
    def chosen(cls) -> "Switch":
        """The switch of the settings."""
        return cls(settings().records / _FILE, settings().page_closed)

    @property
    def closed(self) -> str:
        """What the page says to every question; "" while it is open."""
        if self.always:
            return self.always
        try:
            return self.path.read_text("utf-8", "replace")[:_LONGEST].strip() or _WORDS
        except FileNotFoundError:
            return ""
        except OSError:  # somebody put it there, and nobody can read it
            return _WORDS

    def pause(self, words: str) -> str:
        """Close the page; returns what it will say. Raises PolicyError where that cannot be written."""
        said = " ".join(words.encode("utf-8", "replace").decode().split())[:_LONGEST] or _WORDS
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = self.path.with_suffix(".new")
            fresh.write_text(said, "utf-8")
            fresh.replace(self.path)
        except OSError as fault:
            raise PolicyError(f"无法写入 {self.path}({fault.strerror}),请检查权限和磁盘空间") from fault
        return said

    def resume(self) -> bool:
        """Open the page; False where it was open. Raises PolicyError where the file cannot be removed."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        except OSError as fault:
            raise PolicyError(f"无法删除 {self.path}({fault.strerror}),请检查权限") from fault
        return True
