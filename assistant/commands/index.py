"""Commands over the index: `index sync` and `index show`."""

import re
import unicodedata
from collections import Counter
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.application import FAILED
from assistant.commands.opening import open_documents
from assistant.commands.options import JsonOption, StoreOption
from assistant.commands.output import show, show_json, tell, watched
from index.datatypes import Clause, Document, PolicyError

if TYPE_CHECKING:
    from index.store import Store

PARTLY_FAILED = 3
"""Exit code of `index sync` where some files could not be indexed and the others were."""

_PREVIEW = 24


def sync(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="放文件的文件夹,含其下各层")],
    store: Annotated[
        Path | None,
        typer.Option(
            "--store", metavar="文件夹", help="索引所在的文件夹;不写就加入自己的索引,与自带的文件并存"
        ),
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="文件夹里的文件少了一半以上时,也照删不误")] = False,
    expand: Annotated[
        bool,
        typer.Option("--expand", help="先请大模型写出各段能回答的提问,存进 questions.jsonl,可中断续写"),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring an index up to date with a folder and print what was done.

    Without `store` the documents join the user's own index, in which the shipped corpus always stands.
    """
    from assistant.settings import settings
    from assistant.shipped import chosen_embedder, prepare_own_store
    from index.load import READERS
    from index.sync import sync_folder

    if expand:
        _expand(folder)
    with watched() as progress:
        chosen = chosen_embedder()
        if store is None:
            prepare_own_store(chosen, progress)
        report = sync_folder(
            folder,
            store or settings().store,
            embedder=chosen,
            progress=progress,
            prune=prune,
            server=settings().chroma_url,
        )
    held = report.written + report.skipped
    if not (held or report.deleted or report.failed):
        raise PolicyError(f"文件夹 {folder} 里没有可以收录的文件,请放入 {'、'.join(READERS)} 文件")
    if as_json:
        show_json(asdict(report))
    else:
        show(str(report))
    if report.failed:
        raise typer.Exit(PARTLY_FAILED if held else FAILED)


def _expand(folder: Path) -> None:
    """Have the chat model of the settings write questions; tells what it will take, and what came of it."""
    from assistant.expand import estimate, expand, unasked
    from assistant.prompts import table
    from assistant.written.choose import chosen_writer

    writer = chosen_writer(None)
    if writer is None:
        raise PolicyError(
            "写提问要用大模型,请设置 POLICY_ASSISTANT_LLM_MODEL 和 POLICY_ASSISTANT_LLM_BASE_URL,或去掉 --expand"
        )
    passages = list(unasked(folder))
    sent, received = estimate(passages)
    tell(f"将为 {len(passages)} 段写提问:发送约 {sent} 个 token,收回约 {received} 个")
    with watched() as progress:
        done = expand(folder, passages, writer, progress)
    tell(f"写好 {done.written} 段,{done.useless} 段的回复没有用处")
    if done.fault:
        tell(f"大模型{table('faults.toml')[done.fault]},再运行一次会接着写")


def show_index(
    name: Annotated[
        str | None, typer.Argument(metavar="[文件]", help="编号、标题或简称;不写就列出全部文件")
    ] = None,
    clause: Annotated[
        str | None, typer.Option("--clause", metavar="条款", help="显示这一条的全文,如“二、(三)12”")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the documents of an index, the clause tree of one of them, or one clause of it word for word."""
    if name is None and clause is not None:
        raise PolicyError("没有写是哪份文件,请在 --clause 前写上文件的编号或简称")
    with closing(open_documents(store)) as opened:
        if name is None:
            _show_documents(opened.documents(), as_json)
            return
        document = _named(name, opened)
    if clause is None:
        _show_tree(document, as_json)
    else:
        _show_clause(document, _cited(clause, document), as_json)


def _named(name: str, store: "Store") -> Document:
    documents = store.documents()
    known = {document.id: document for document in documents}
    if name in known:
        return known[name]
    found = [document for document in documents if _compared(name) in map(_compared, _names(document))]
    if len(found) > 1:
        ids = "、".join(document.id for document in found)
        raise PolicyError(f"“{name}”是几份文件共有的名称,请改写编号:{ids}")
    return found[0] if found else store.document(name)


def _names(document: Document) -> tuple[str, ...]:
    metadata = document.metadata
    return (document.id, document.title, metadata.name, *metadata.short_names)


def _cited(wanted: str, document: Document) -> Clause:
    """The clause with this id, else the first one cited so: a clause comes before its paragraphs."""
    for clause in document.clauses:
        if clause.id == wanted:
            return clause
    for clause in document.clauses:
        if _compared(clause.citation) == _compared(wanted):
            return clause
    raise PolicyError(f"{document.title} 里没有条款“{wanted}”,请用 index show {document.id} 查看全部条款")


def _compared(name: str) -> str:
    return re.sub(r"[\s《》]", "", unicodedata.normalize("NFKC", name))


def _show_documents(documents: tuple[Document, ...], as_json: bool) -> None:
    if as_json:
        listed = [{**_facts(document), "clauses": len(document.clauses)} for document in documents]
        show_json({"documents": listed})
        return
    for document in documents:
        _show_heading(document)
    if not documents:
        show("索引里没有文件")


def _show_heading(document: Document) -> None:
    metadata = document.metadata
    facts = [metadata.kind.value]
    if metadata.issued:
        facts.append(f"{metadata.issued}印发")
    if metadata.valid_from or metadata.valid_until:
        facts.append(f"有效期{metadata.valid_from or ''}至{metadata.valid_until or ''}")
    show(document.id)
    show(f"    {document.title}")
    show(faint=f"    {' · '.join([*facts, f'{len(document.clauses)}个条款'])}")


def _show_tree(document: Document, as_json: bool) -> None:
    furniture = Counter(piece.kind.value for piece in document.furniture)
    if as_json:
        clauses = [asdict(clause) for clause in document.clauses]
        show_json({**_facts(document), "clauses": clauses, "furniture": furniture})
        return
    _show_heading(document)
    show()
    for clause in document.clauses:
        _show_branch(clause, document)
    if furniture:
        counts = ",".join(f"{kind} {count}" for kind, count in furniture.items())
        show(faint=f"\n条款之外: {counts}")


def _show_branch(clause: Clause, document: Document) -> None:
    name = " ".join(filter(None, [clause.label, clause.heading])) or f"({clause.kind.value})"
    own = "".join(document.text[clause.heading_end : clause.end].split())
    preview = own if len(own) <= _PREVIEW else f"{own[:_PREVIEW]}…"
    show("  " * clause.depth + name, faint=f"  〔{len(own)}字〕{preview}" if own else "")


def _show_clause(document: Document, clause: Clause, as_json: bool) -> None:
    from assistant.cite import citation_form

    start, end = document.extent(clause)
    form = citation_form(document, clause.citation, document.heading_of(clause))
    text = document.text[start:end]
    if as_json:
        place = {"clause_id": clause.id, "citation": clause.citation, "form": form}
        show_json({"document_id": document.id, **place, "start": start, "end": end, "text": text})
        return
    show(form)
    show(text.strip())


def _facts(document: Document) -> dict[str, object]:
    metadata = document.metadata
    return {
        "id": document.id,
        "title": document.title,
        "kind": metadata.kind,
        "issued": metadata.issued,
        "valid_from": metadata.valid_from,
        "valid_until": metadata.valid_until,
    }
