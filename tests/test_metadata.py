from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from index.datatypes import Level, Metadata, PolicyError, SourceKind
from index.load import read_text
from index.metadata import CatalogueEntry, guess_metadata, read_catalogue
from index.searchable import normalise

CORPUS = Path(__file__).parent.parent / "index" / "corpus"
KEYS = (
    "file、id、title、name、short_names、issuer、level、region、number、issued、valid_from、valid_until、kind"
    "、provenance、warning、wording"
)


# --- catalogue


def test_no_catalogue(tmp_path: Path) -> None:
    assert read_catalogue(tmp_path) == {}


def test_every_key(tmp_path: Path) -> None:
    (tmp_path / "corpus.toml").write_text(
        """
        [[document]]
        file = "租房.txt"
        id = "rent"
        title = "公租房管理办法"
        name = "公租房办法"
        short_names = ["公租房办法", "租房办法"]
        issuer = "大连市人民政府"
        level = "市"
        region = "大连"
        number = "大政发〔2021〕3号"
        issued = 2021-03-16
        valid_from = 2021-04-01
        valid_until = 2026-03-31
        kind = "正式全文"
        provenance = "市政府网站"
        warning = "请核对"
        wording = { "房子" = "房屋" }

        [[document]]
        file = "乙.txt"
        id = "b"
        name = "乙"
        """,
        encoding="utf-8-sig",
    )
    assert read_catalogue(tmp_path) == {
        "租房.txt": CatalogueEntry(
            document_id="rent",
            metadata=Metadata(
                name="公租房办法",
                title="公租房管理办法",
                short_names=("公租房办法", "租房办法"),
                issuer="大连市人民政府",
                level=Level.CITY,
                region="大连",
                number="大政发〔2021〕3号",
                issued=date(2021, 3, 16),
                valid_from=date(2021, 4, 1),
                valid_until=date(2026, 3, 31),
                kind=SourceKind.OFFICIAL,
                provenance="市政府网站",
                warning="请核对",
                wording=(("房子", "房屋"),),
            ),
        ),
        "乙.txt": CatalogueEntry(document_id="b", metadata=Metadata(name="乙")),
    }


ENTRY = '[[document]]\nfile = "a.txt"\nid = "a"\nname = "甲"\n'


@pytest.mark.parametrize(
    ("catalogue", "message"),
    [
        (
            ENTRY + "author = 1",
            f"corpus.toml 第 1 段(a.txt)有不认识的键 author,请改正或删去,可用的键:{KEYS}",
        ),
        (ENTRY + "title = 1", "corpus.toml 第 1 段(a.txt)的 title 应为不空的文字(加引号),请改正"),
        (ENTRY + 'title = " "', "corpus.toml 第 1 段(a.txt)的 title 应为不空的文字(加引号),请改正"),
        (
            ENTRY + 'short_names = "甲"',
            'corpus.toml 第 1 段(a.txt)的 short_names 应为一组文字,如 ["简称一", "简称二"],请改正',
        ),
        (
            ENTRY + 'issued = "2021-03-16"',
            "corpus.toml 第 1 段(a.txt)的 issued 应为日期,如 2021-03-16(不加引号),请改正",
        ),
        (
            ENTRY + "issued = 2021-03-16T08:00:00",
            "corpus.toml 第 1 段(a.txt)的 issued 应为日期,如 2021-03-16(不加引号),请改正",
        ),
        (ENTRY + 'level = "乡"', "corpus.toml 第 1 段(a.txt)的 level 应为其中之一:中央、省、市、县,请改正"),
        (
            ENTRY + 'kind = "全文"',
            "corpus.toml 第 1 段(a.txt)的 kind 应为其中之一"
            ":正式全文、媒体全文、媒体摘要、改写文本、来源未注明,请改正",
        ),
        (
            ENTRY + 'wording = ["房子"]',
            'corpus.toml 第 1 段(a.txt)的 wording 应为对照表,如 {"文中用词" = "规范用词"},请改正',
        ),
        (
            ENTRY + "valid_from = 2021-01-01\nvalid_until = 2020-12-31",
            "corpus.toml 第 1 段(a.txt)的 valid_until 早于 valid_from,请改正",
        ),
        ('[[document]]\nfile = "a.txt"\nid = "a"', "corpus.toml 第 1 段(a.txt)缺少 name,请补上"),
        ('[[document]]\nid = "a"\nname = "甲"', "corpus.toml 第 1 段缺少 file,请补上"),
        (ENTRY + ENTRY, "corpus.toml 第 2 段的 file 与前面重复(a.txt),请删去一段"),
        (ENTRY + ENTRY.replace("a.txt", "b.txt"), "corpus.toml 第 2 段的 id 与前面重复(a),请换一个"),
        ("[documents]", "corpus.toml 有不认识的内容 documents,只能有 [[document]],请改正或删去"),
        ("[document]\n", "corpus.toml 的 document 应写成 [[document]],一个文件一段,请改正"),
        (
            ENTRY + "issued = 2021-13-01",
            "corpus.toml 不是有效的 TOML(Expected newline or end of document after a statement "
            "(at line 5, column 14)),请改正该处",
        ),
    ],
)
def test_faults_of_a_catalogue(tmp_path: Path, catalogue: str, message: str) -> None:
    (tmp_path / "corpus.toml").write_text(catalogue, encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        read_catalogue(tmp_path)
    assert str(error.value) == message


def test_catalogue_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "corpus.toml").write_text(ENTRY, encoding="gb18030")
    with pytest.raises(PolicyError) as error:
        read_catalogue(tmp_path)
    assert str(error.value) == "corpus.toml 不是 UTF-8 编码,请另存为 UTF-8"


# --- the shipped catalogue


def test_shipped_catalogue_lists_the_shipped_documents() -> None:
    assert sorted(read_catalogue(CORPUS)) == sorted(path.name for path in CORPUS.glob("*.txt"))


def test_what_is_known_of_the_digest() -> None:
    entry = read_catalogue(CORPUS)["liaoning-urban-quality-digest.txt"]
    assert entry == CatalogueEntry(
        document_id="liaoning-urban-quality-digest",
        metadata=Metadata(
            name="辽宁省推动城市高质量发展实施意见\uff08媒体摘要\uff09",
            title="中共辽宁省委辽宁省人民政府关于推动城市高质量发展的实施意见",
            short_names=entry.metadata.short_names,
            issuer="中共辽宁省委、辽宁省人民政府",
            level=Level.PROVINCE,
            region="辽宁",
            kind=SourceKind.MEDIA_DIGEST,
            provenance="新浪财经2026年1月18日的摘要\uff08该日期不是文件的印发日期\uff09",
            warning="来源为媒体摘要\uff0c不是文件全文\uff0c也不是原文字句\uff0c正式引用前请核对官方文本",
        ),
    )


def test_the_rewritten_copy_says_so_in_every_citation() -> None:
    metadata = read_catalogue(CORPUS)["central-urban-quality-opinion-rewritten.txt"].metadata
    assert metadata.citation_title == "《中共中央 国务院关于推动城市高质量发展的意见\uff08改写文本\uff09》"
    assert metadata.kind is SourceKind.REWRITTEN


def test_a_short_name_means_one_document() -> None:
    entries = read_catalogue(CORPUS).values()
    names = Counter(normalise(name) for entry in entries for name in entry.metadata.short_names)
    assert [name for name, count in names.items() if count > 1] == []


def test_a_short_name_is_no_part_of_another_documents_name() -> None:
    names = [
        (entry.document_id, normalise(name))
        for entry in read_catalogue(CORPUS).values()
        for name in (*entry.metadata.short_names, entry.metadata.name, entry.metadata.title or "")
        if name
    ]
    assert [(a, b) for one, a in names for other, b in names if one != other and a in b] == []


def test_every_replaced_word_takes_effect_in_the_rewritten_text() -> None:
    name = "central-urban-quality-opinion-rewritten.txt"
    wording = read_catalogue(CORPUS)[name].metadata.wording
    text = read_text(CORPUS / name)
    assert [word for word, _ in wording if word not in text] == []
    searched = normalise(text, wording)
    without_effect = [
        pair for pair in wording if normalise(text, tuple(p for p in wording if p != pair)) == searched
    ]
    assert without_effect == []


@pytest.mark.parametrize(
    "sentence",
    [
        "深入贯彻党的二十大和二十届二中、三中全会精神,全面贯彻习近平总书记关于城市工作的重要论述",
        "走出一条中国特色城市现代化新路子",
        "发展首发经济、银发经济、冰雪经济、低空经济,培育消费新场景",
        "推动城市高质量发展的意见",
        "大力推进安全、舒适、绿色、智慧的“好房子”建设",
        "稳步推进灵活就业人员参加住房公积金制度",
        "推进北方地区冬季清洁取暖",
        "持续改善空气质量",
        "加强房屋和市政基础设施安全管理",
        "房屋质量安全保险等房屋全生命周期安全管理制度",
        "不得大规模迁移砍伐树木、滥建文化地标、随意更改老地名",
        "坚持和发展新时代“枫桥经验”",
        "国家发展改革委要会同有关部门加强协调指导。重大事项及时按程序向党中央、国务院请示报告",
    ],
)
def test_the_rewritten_text_is_found_by_normal_wording(sentence: str) -> None:
    name = "central-urban-quality-opinion-rewritten.txt"
    wording = read_catalogue(CORPUS)[name].metadata.wording
    assert sentence in normalise(read_text(CORPUS / name), wording)


# --- guesses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("补贴标准为每人每月300元。", Metadata(name="文件")),
        (
            "大连市人民政府文件\n大政发〔2021〕3号\n大连市人民政府\n关于印发公租房管理办法\uff08试行\uff09的通知\n"
            "各有关单位\uff1a\n本办法自2021年4月1日起施行\uff0c有效期至2026年3月31日。\n"
            "大连市人民政府\n二〇二一年三月十六日",
            Metadata(
                name="大连市人民政府 关于印发公租房管理办法\uff08试行\uff09的通知",
                title="大连市人民政府 关于印发公租房管理办法\uff08试行\uff09的通知",
                issuer="大连市人民政府",
                level=Level.CITY,
                region="大连",
                number="大政发〔2021〕3号",
                issued=date(2021, 3, 16),
                valid_from=date(2021, 4, 1),
                valid_until=date(2026, 3, 31),
            ),
        ),
        (
            "《城市绿化实施细则》\n一、总则\n依据2019年5月1日起施行的条例制定。\n吉林省林业厅\n2022年1月5日",
            Metadata(
                name="城市绿化实施细则",
                title="城市绿化实施细则",
                issuer="吉林省林业厅",
                level=Level.PROVINCE,
                region="吉林",
                issued=date(2022, 1, 5),
            ),
        ),
        (
            "# 最高人民法院关于适用《中华人民共和国民法典》时间效力的若干规定\n\n"
            "日期\uff1a2020-12-29\n\n法释〔2020〕15号",
            Metadata(
                name="最高人民法院关于适用《中华人民共和国民法典》时间效力的若干规定",
                title="最高人民法院关于适用《中华人民共和国民法典》时间效力的若干规定",
                issuer="最高人民法院",
                level=Level.CENTRAL,
                region="全国",
                number="法释〔2020〕15号",
                issued=date(2020, 12, 29),
            ),
        ),
        (
            "更新时间:2024-05-06 施行日期:2024-01-01\n重庆市城市管理规定\n(2023年11月2日通过)",
            Metadata(
                name="重庆市城市管理规定",
                title="重庆市城市管理规定",
                level=Level.PROVINCE,
                region="重庆",
                issued=date(2023, 11, 2),
            ),
        ),
    ],
    ids=["nothing", "notice", "signature", "heading", "brackets"],
)
def test_what_a_text_says_of_itself(text: str, expected: Metadata) -> None:
    assert guess_metadata(text, "文件.txt") == expected


@pytest.mark.parametrize(
    ("title", "level", "region"),
    [
        ("吉林市燃气管理条例", Level.CITY, "吉林"),
        ("吉林省燃气管理条例", Level.PROVINCE, "吉林"),
        ("盐城市养犬管理条例", Level.CITY, "盐城"),
        ("城市绿化条例", None, None),
        ("证券市场禁入规定", None, None),
        ("杭州市民用建筑节能条例", Level.CITY, "杭州"),
        ("山东省城市市容管理办法", Level.PROVINCE, "山东"),
        ("大连市西岗区人民政府关于养犬的通告", Level.COUNTY, "西岗区"),
        ("景宁畲族自治县荣誉市民条例", Level.COUNTY, "景宁畲族自治县"),
        ("内蒙古自治区草原管理条例", Level.PROVINCE, "内蒙古"),
        ("住房城乡建设部关于好房子的通知", Level.CENTRAL, "全国"),
    ],
)
def test_level_and_region(title: str, level: Level | None, region: str | None) -> None:
    metadata = guess_metadata(f"{title}\n第一条 略。", "a.txt")
    assert (metadata.title, metadata.level, metadata.region) == (title, level, region)


@pytest.mark.parametrize("year", ["2021年13", "2021年" + "9" * 20, "2021年" + "9" * 5000, "20年1"])
def test_a_date_that_is_none_stays_unknown(year: str) -> None:
    assert guess_metadata(f"第九条 本办法自{year}月1日起施行。", "a.txt") == Metadata(name="a")


def test_shipped_documents_without_a_catalogue() -> None:
    found = {path.name: guess_metadata(read_text(path), path.name) for path in CORPUS.glob("*.txt")}
    plan = "大连市人民政府关于印发大连市国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要的通知"
    assert {name: (m.title, m.issuer, m.region, m.issued) for name, m in found.items()} == {
        "central-urban-quality-opinion-rewritten.txt": (
            "中共中央?国务院关于推进城市优质进步的建议",
            "中共中央?国务院",
            "全国",
            None,
        ),
        "dalian-14th-five-year-plan.txt": (plan, "大连市人民政府", "大连", date(2021, 3, 16)),
        "dalian-urban-quality-opinion.txt": (None, None, None, None),
        "jilin-urban-quality-plan.txt": (
            "关于推动城市高质量发展加快建设吉林特色现代化人民城市的实施方案",
            "中共吉林省委、吉林省人民政府",
            "吉林",
            None,
        ),
        "liaoning-urban-quality-digest.txt": (
            "中共辽宁省委辽宁省人民政府关于推动城市高质量发展的实施意见",
            "中共辽宁省委辽宁省人民政府",
            "辽宁",
            None,
        ),
    }
