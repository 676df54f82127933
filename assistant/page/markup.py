"""Values -> HTML, by the templates of this package; every value is escaped, so no text can become markup."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("assistant.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: object) -> str:
    """The HTML of `template`, a file of `templates/` without its ending. A value that it lacks is an error.

    What UTF-8 cannot carry, half a surrogate pair that somebody typed, becomes "?".
    """
    html = _environment().get_template(f"{template}.html").render(**values)
    return html.encode("utf-8", "replace").decode()
