"""Clauses named by number, heading, title or short name are found by structure, in `ask` and in `search`."""

import pytest

from assistant import PolicyAssistant, Status

PLAN = "大连市“十四五”规划纲要"


@pytest.mark.parametrize(
    ("question", "document", "clause", "begins"),
    [
        (
            "大连实施意见第12条",
            "dalian-urban-quality-opinion",
            "二、(三)12",
            "12.推进“好房子”和完整社区建设。",
        ),
        ("大连实施意见第\uff11\uff12条", "dalian-urban-quality-opinion", "二、(三)12", "12.推进“好房子”"),
        ("大連實施意見第十二條講什麼", "dalian-urban-quality-opinion", "二、(三)12", "12.推进“好房子”"),
        ("大连实施意见二、(三)12", "dalian-urban-quality-opinion", "二、(三)12", "12.推进“好房子”"),
        ("吉林方案(九)", "jilin-urban-quality-plan", "(九)", "(九)提升居住条件和生活品质。"),
        ("吉林那个方案第九条说什么", "jilin-urban-quality-plan", "(九)", "(九)提升居住条件和生活品质。"),
        (
            "加强农业种质资源保护与利用",
            "dalian-14th-five-year-plan",
            "第三章 第四节",
            "加强农业种质资源保护与利用。",
        ),
    ],
)
def test_a_clause_is_shown_whole(
    shipped: PolicyAssistant, question: str, document: str, clause: str, begins: str
) -> None:
    answer = shipped.ask(question)
    (citation,) = answer.citations
    own = shipped.document(document).by_id[citation.clause_id]
    whole = shipped.document(document).text[own.start : own.end].strip()
    assert (answer.status, citation.document_id, citation.clause) == (Status.ANSWERED, document, clause)
    assert citation.quote == whole
    assert whole.startswith(begins)
    found = shipped.search(question, k=1)[0]
    assert (found.document_id, found.clause, dict(found.why)["exact"]) == (document, clause, 1.0)


@pytest.mark.parametrize(
    ("question", "document", "clause", "length", "begins"),
    [
        (
            "纲要第九章第三节讲什么",
            "dalian-14th-five-year-plan",
            "第九章 第三节",
            699,
            "第三节 推动新型城镇化高质量发展推进农业转移人口市民化。",
        ),
        (
            "第十二章第四节 完善覆盖全民的社会保障体系",  # which only one document has: it needs no name
            "dalian-14th-five-year-plan",
            "第十二章 第四节",
            1228,
            "第四节 完善覆盖全民的社会保障体系健全基本社会保险制度。",
        ),
        (
            "纲要最后一章最后一节",
            "dalian-14th-five-year-plan",
            "第十五章 第三节",
            405,
            "第三节 加强规划的实施与保障压实规划实施责任。",
        ),
        ("吉林方案最后一部分", "jilin-urban-quality-plan", "九、", 251, "九、强化组织保障\n"),
        ("吉林方案排第14的是什么", "jilin-urban-quality-plan", "(十四)", 234, "(十四)推动全域生态环境治理。"),
        ("大连实施意见最后一条", "dalian-urban-quality-opinion", "二、(七)28", 162, "28.推动城市治理"),
        ("大连实施意见第三部分第27条", "dalian-urban-quality-opinion", "二、(七)27", 193, "27.坚持党建"),
        (
            "大连实施意见第12条里物业服务怎么提升、街区怎么建设",  # a short clause, whatever else is asked
            "dalian-urban-quality-opinion",
            "二、(三)12",
            156,
            "12.推进“好房子”",
        ),
    ],
)
def test_a_clause_is_shown_whole_with_all_below_it(
    shipped: PolicyAssistant, question: str, document: str, clause: str, length: int, begins: str
) -> None:
    answer = shipped.ask(question)
    (citation,) = answer.citations
    held = shipped.document(document)
    start, end = held.extent(held.by_id[citation.clause_id])
    assert (answer.status, citation.document_id, citation.clause) == (Status.ANSWERED, document, clause)
    assert citation.quote == held.text[start:end].strip()
    assert (len(citation.quote), citation.quote[: len(begins)]) == (length, begins)


def test_several_clauses_are_shown_one_after_the_other(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("大连实施意见第12条和第13条")
    assert [(c.clause, c.quote[:9]) for c in answer.citations] == [
        ("二、(三)12", "12.推进“好房子"),
        ("二、(三)13", "13.提升公共服务"),
    ]


def test_a_long_section_is_shown_by_its_outline(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("纲要第一章第一节讲什么")
    assert answer.status is Status.OUTLINE
    assert answer.text.splitlines()[:4] == [
        f"{PLAN}第一章 第一节包括\uff1a",
        "· “十三五”时期是全面建成小康社会决胜阶段。[1]",
        "· 经济高质量发展取得成效。[2]",
        "· 产业结构持续优化。[3]",
    ]
    assert len(answer.citations) == 11
    assert {citation.clause for citation in answer.citations} == {"第一章 第一节"}


def test_a_chapter_is_shown_by_its_outline(shipped: PolicyAssistant) -> None:
    lines = shipped.ask("纲要最后一章").text.splitlines()
    assert (lines[0], lines[2:]) == (
        f"{PLAN}第十五章包括\uff1a",
        [
            "· 第一节 加强党的全面领导[2]",
            "· 第二节 充分发挥规划的导向作用[3]",
            "· 第三节 加强规划的实施与保障[4]",
        ],
    )


def test_a_heading_only_in_the_contents_is_never_quoted(shipped: PolicyAssistant) -> None:
    lines = shipped.ask("纲要讲了什么").text.splitlines()
    assert lines[:6] == [
        f"{PLAN}包括\uff1a",
        "· 第一章 奋力攻坚克难 擘画现代化建设新蓝图[1]",
        "· 第二章\uff08正文未印标题\uff09\uff1a坚持创新在现代化建设全局中的核心地位[2]",
        "· 第三章 加快推进产业结构优化升级 构建现代产业体系[3]",
        "· 第四章\uff08正文未印标题\uff09\uff1a围绕“优政、兴业、惠民”的目标[4]",
        "· 第五章 增强服务带动功能 推进亚太对流枢纽建设[5]",
    ]
    assert len(lines) == 16


def test_a_question_within_a_section_is_answered_from_it(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("纲要第九章第三节对非户籍人口落户怎么规定")
    assert [(c.clause, c.quote[:16]) for c in answer.citations] == [
        ("第九章 第三节", "全面取消非户籍常住人口的落户限制")
    ]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("大连实施意见第29条", "大连市推动城市高质量发展实施意见没有第29条。该文件共28条\uff0c从1到28。"),
        (
            "吉林方案第二十五条",
            "吉林省城市高质量发展实施方案没有第二十五条。该文件共24条\uff0c从(一)到(二十四)。",
        ),
        ("纲要第十六章", f"{PLAN}没有第十六章。该文件共15章\uff0c从第一章到第十五章。"),
        ("纲要第九章第八节", f"{PLAN}没有第九章第八节。第九章共4节\uff0c从第一节到第四节。"),
        ("大连实施意见第三章", "大连市推动城市高质量发展实施意见没有第三章。该文件没有按“章”编号的条款。"),
    ],
)
def test_a_number_that_does_not_exist_says_which_do(
    shipped: PolicyAssistant, question: str, text: str
) -> None:
    answer = shipped.ask(question)
    assert (answer.status, answer.answered, answer.text) == (Status.NO_SUCH_CLAUSE, False, text)


def test_a_bare_number_asks_which_document(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("第五条")
    assert answer.status is Status.WHICH_DOCUMENT
    assert answer.text.startswith("您问的是哪份文件的第五条\uff1f现有文件\uff1a")
    assert all(document.metadata.name in answer.text for document in shipped.documents())


@pytest.mark.parametrize("question", ["民法典第一千条怎么说", "《大连市住房公积金管理条例》怎么规定"])
def test_a_document_that_is_not_held(shipped: PolicyAssistant, question: str) -> None:
    answer = shipped.ask(question)
    assert (answer.status, answer.citations) == (Status.DOCUMENT_NOT_HELD, ())


@pytest.mark.parametrize(
    ("question", "begins", "quotes"),
    [
        (
            "大连实施意见一共几条",
            "大连市推动城市高质量发展实施意见共28条\uff0c从1到28。",
            ["28.推动城市治理智慧化精细化。"],
        ),
        (
            "大连实施意见的重点任务排到第几条了",
            "大连市推动城市高质量发展实施意见“重点任务”共28条\uff0c从1到28。",
            ["28.推动城市治理智慧化精细化。"],
        ),
        (
            "中央意见总共分多少部分",
            "中央城市高质量发展意见\uff08改写文本\uff09共9部分\uff0c从1到9。",
            [
                "1、总体需要",
                "2、优化现代化城市体系",
                "3、培育壮大城市进步新动能",
                "4、打造高质量城市生活空间",
                "5、推进城市进步绿色低碳转型",
                "6、增强城市安全韧性",
                "7、促进城市文化兴盛进步",
                "8、提高城市治理能力水平",
                "9、加大组织推行",
            ],
        ),
    ],
)
def test_how_many_clauses_there_are_is_counted(
    shipped: PolicyAssistant, question: str, begins: str, quotes: list[str]
) -> None:
    answer = shipped.ask(question)
    assert (answer.status, answer.text.splitlines()[0]) == (Status.OUTLINE, begins)
    assert [citation.quote for citation in answer.citations] == quotes


def test_clauses_whose_numbers_do_not_run_through_the_text_are_not_counted(shipped: PolicyAssistant) -> None:
    answer = shipped.ask(f"{PLAN}一共多少条")
    assert (answer.status, answer.text.splitlines()[0]) == (Status.OUTLINE, f"{PLAN}包括\uff1a")
    assert len(answer.citations) == 15


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("大连纲要里讲人口老龄化的是第几章", "第十二章"),  # told by the heading of a section
        ("大连纲要第几章讲的是现代产业体系", "第三章"),
        ("大连实施意见讲“好房子”的是第几条", "二、(三)12"),
        ("大连纲要第六章的标题叫什么", "第六章"),
        ("大连纲要讲现代产业体系的是第几章,叫什么名字", "第三章"),
        ("纲要分几章,各章标题是什么", "第一章"),
    ],
)
def test_the_number_of_a_part_is_found_by_its_theme(
    shipped: PolicyAssistant, question: str, clause: str
) -> None:
    answer = shipped.ask(question)
    assert (answer.answered, answer.citations[0].clause) == (True, clause)
