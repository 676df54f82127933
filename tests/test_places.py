"""Which places a sentence names, and which words only look like one."""

import tomllib
from pathlib import Path

from assistant.places import Place, PlaceKind, find_places, within

ROOT = Path(__file__).parents[1]

LIAONING = ("辽宁", "省", ())
JILIN = ("吉林", "省", ())
DALIAN = ("大连", "市", ("辽宁",))
SHENYANG = ("沈阳", "市", ("辽宁",))
ANSHAN = ("鞍山", "市", ("辽宁",))
CHANGCHUN = ("长春", "市", ("吉林",))
JILIN_CITY = ("吉林市", "市", ("吉林",))
CHAOYANG = ("朝阳", "市", ("辽宁",))
BEIJING = ("北京", "省", ())
SHANGHAI = ("上海", "省", ())
XIAN = ("西安", "市", ("陕西",))
ZHONGSHAN = ("中山", "市", ("广东",))
HAINAN = ("海南", "省", ())
ZHUANGHE = ("庄河", "县", ("大连", "辽宁"))
ZHONGSHAN_QU = ("中山区", "县", ("大连", "辽宁"))
XIGANG = ("西岗", "县", ("大连", "辽宁"))
JINPU = ("金普新区", "功能区", ("大连", "辽宁"))

PLAIN = """
热爱和平 朝阳产业 商务区在东港 新民住宅 文化广场和站前广场 大东方向 太和路宽城街建平台
中海南路 南京路、重庆路、解放路、人民路 西安路和天津街 中山广场、中山东一路 孙中山 河南岸
白山松水 长江 东北 平安 安全 公开原则 入海口和出海口 沿海口岸 长治久安 大同小异
由社区担保定下来 三明治 日照时间 幸福安康 大庆典 投资阳光工程 南山、东山 普通化、流通化
沿海城市 新兴城市 振兴城区 航运城市 均衡水平 巩固原有成果 集中卫生资源 健康平台 非常熟悉
放宽城区落户 形成都市圈 建成都市农业 由于洪水 经营口岸 美丽江河 工作日本人到场
完善大安全大应急体系 大理石 哈密瓜 北海道 图们江 四平方米 千佛山 复合肥 阿里云
和龙头企业 坚如磐石 白银价格 东方大国 振兴发展 俄罗斯风情街 朝鲜族 依法国家补贴 北京时间 保定下来
"""
HOME_CITIES = """
沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛
长春 吉林市 四平 辽源 通化 白山 松原 白城 延边
"""


def _found(sentence: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return tuple((place.name, str(place.kind), place.parents) for place in find_places(sentence))


def test_full_and_short_names() -> None:
    expected = {
        "外地人能在大连落户吗": (DALIAN,),
        "外地人大连落户要什么材料": (DALIAN,),
        "大连市的公租房怎么申请": (DALIAN,),
        "辽宁省和吉林省的文件有什么不同": (LIAONING, JILIN),
        "庄河市呢": (ZHUANGHE,),
        "那庄河呢,大连市庄河市": (ZHUANGHE, DALIAN),
        "辽宁省大连市中山区": (LIAONING, DALIAN, ZHONGSHAN_QU),
        "旅顺口区、旅顺口和旅顺": (("旅顺", "县", ("大连", "辽宁")),),
        "长海县的电梯": (("长海县", "县", ("大连", "辽宁")),),
        "金普新区和金普": (JINPU,),
        "长兴岛经济区、花园口和太平湾": (
            ("长兴岛", "功能区", ("大连", "辽宁")),
            ("花园口", "功能区", ("大连", "辽宁")),
            ("太平湾", "功能区", ("大连", "辽宁")),
        ),
        "大连高新园区,大连市高新区": (("大连高新区", "功能区", ("大连", "辽宁")),),
        "长春新区、净月开发区、汽开区": (
            ("长春新区", "功能区", ("长春", "吉林")),
            ("净月", "功能区", ("长春", "吉林")),
            ("汽开区", "功能区", ("长春", "吉林")),
        ),
        "延边州和延边朝鲜族自治州": (("延边", "市", ("吉林",)),),
        "岫岩县": (("岫岩", "县", ("鞍山", "辽宁")),),
        "前郭尔罗斯蒙古族自治县": (("前郭县", "县", ("松原", "吉林")),),
        "大庆市、大兴安岭地区、内蒙古自治区": (
            ("大庆", "市", ("黑龙江",)),
            ("大兴安岭", "市", ("黑龙江",)),
            ("内蒙古", "省", ()),
        ),
        "义乌、昆山、雄安": (
            ("义乌", "县", ("金华", "浙江")),
            ("昆山", "县", ("苏州", "江苏")),
            ("雄安", "县", ("河北",)),
        ),
        "沪牌和京牌": (SHANGHAI, BEIJING),
        "日本人、美国人能在大连买房吗": (("日本", "国", ()), ("美国", "国", ()), DALIAN),
        "印度尼西亚": (("印度尼西亚", "国", ()),),
        "鞍山和马鞍山": (ANSHAN, ("马鞍山", "市", ("安徽",))),
        "": (),
    }
    assert {sentence: _found(sentence) for sentence in expected} == expected


def test_names_that_recur() -> None:
    expected = {
        "吉林": (JILIN,),
        "吉林市": (JILIN_CITY,),
        "吉林省吉林市昌邑区": (JILIN, JILIN_CITY, ("昌邑区", "县", ("吉林市", "吉林"))),
        "铁西区": (("铁西区", "县", ("沈阳", "辽宁")),),
        "鞍山的铁西区": (ANSHAN, ("铁西区", "县", ("鞍山", "辽宁"))),
        "沈阳铁西区和鞍山铁西区": (
            SHENYANG,
            ("铁西区", "县", ("沈阳", "辽宁")),
            ANSHAN,
            ("铁西区", "县", ("鞍山", "辽宁")),
        ),
        "我在四平,铁西区老楼加电梯": (("四平", "市", ("吉林",)), ("铁西区", "县", ("四平", "吉林"))),
        "铁西区(鞍山市)": (("铁西区", "县", ("鞍山", "辽宁")), ANSHAN),
        "朝阳能落户吗": (CHAOYANG,),
        "朝阳市朝阳县": (CHAOYANG, ("朝阳县", "县", ("朝阳", "辽宁"))),
        "朝阳区": (("朝阳区", "县", ("长春", "吉林")),),
        "长春朝阳": (CHANGCHUN, ("朝阳区", "县", ("长春", "吉林"))),
        "北京的朝阳区": (BEIJING, ("朝阳区", "县", ("北京",))),
        "沈阳、朝阳等市": (SHENYANG, CHAOYANG),
        "中山区": (ZHONGSHAN_QU,),
        "大连中山": (DALIAN, ZHONGSHAN_QU),
        "中山市和珠海": (ZHONGSHAN, ("珠海", "市", ("广东",))),
        "从中山迁户口到大连": (ZHONGSHAN, DALIAN),
        "中山和西岗的学校": (ZHONGSHAN_QU, XIGANG),
        "西安": (XIAN,),
        "西安区": (("西安区", "县", ("辽源", "吉林")),),
        "牡丹江市西安区": (("牡丹江", "市", ("黑龙江",)), ("西安区", "县", ("牡丹江", "黑龙江"))),
        "和平区": (("和平区", "县", ("沈阳", "辽宁")),),
        "天津和平区": (("天津", "省", ()), ("和平区", "县", ("天津",))),
        "和平、沈河": (("和平区", "县", ("沈阳", "辽宁")), ("沈河", "县", ("沈阳", "辽宁"))),
        "提升沈阳新民、大连瓦房店的承载能力": (
            SHENYANG,
            ("新民市", "县", ("沈阳", "辽宁")),
            DALIAN,
            ("瓦房店", "县", ("大连", "辽宁")),
        ),
        "丹东东港": (("丹东", "市", ("辽宁",)), ("东港市", "县", ("丹东", "辽宁"))),
        "延吉—长白": (("延吉", "县", ("延边", "吉林")), ("长白县", "县", ("白山", "吉林"))),
        "青岛\u3001日照": (("青岛", "市", ("山东",)), ("日照市", "市", ("山东",))),
        "海南州和海南": (("海南州", "市", ("青海",)), HAINAN),
    }
    assert {sentence: _found(sentence) for sentence in expected} == expected


def test_words_that_only_look_like_a_place() -> None:
    plain = PLAIN.split()
    assert {sentence: _found(sentence) for sentence in plain} == dict.fromkeys(plain, ())


def test_a_place_is_still_found_beside_such_words() -> None:
    expected = {
        "大连西安路附近的房子": (DALIAN,),
        "大连路灯坏了": (DALIAN,),
        "沈阳街道办": (SHENYANG,),
        "大连广场舞扰民": (DALIAN,),
        "大连理工大学": (DALIAN,),
        "沈阳和平稳推进": (SHENYANG,),
        "吉林市场监管": (JILIN,),
        "吉林市民": (JILIN_CITY,),
        "西安区位优势": (XIAN,),
        "西安全面放开落户": (XIAN,),
        "西安安置房": (XIAN,),
        "东北海陆大通道和东西安排": (),
        "参加大连马拉松": (DALIAN,),
        "增强大连辐射力": (DALIAN,),
        "加大大连投入": (DALIAN,),
        "扩大连云港": (("连云港", "市", ("江苏",)),),
        "长春节能改造": (CHANGCHUN,),
        "长春节日活动": (CHANGCHUN,),
        "进入海南": (HAINAN,),
        "抵达成都": (("成都", "市", ("四川",)),),
        "其中山西": (("山西", "省", ()),),
        "大连东港的学校": (DALIAN,),
        "大连的和平": (DALIAN,),
        "推动辽宁振兴": (LIAONING,),
        "吉林银行": (JILIN,),
    }
    assert {sentence: _found(sentence) for sentence in expected} == expected


def test_within() -> None:
    zhuanghe = Place("庄河", PlaceKind.COUNTY, ("大连", "辽宁"))
    dalian = Place("大连", PlaceKind.CITY, ("辽宁",))
    regions = ("庄河", "大连", "辽宁", "吉林")
    assert [within(zhuanghe, region) for region in regions] == [True, True, True, False]
    assert [within(dalian, region) for region in regions] == [False, True, True, False]
    assert not within(Place("吉林", PlaceKind.PROVINCE), "吉林市")


def _table(section: str) -> list[tuple[str, str]]:
    """(parent, full name) of each place in a section of places.toml."""
    table = tomllib.loads((ROOT / "assistant" / "places.toml").read_text("utf-8"))[section]
    return [
        (parent, item.partition("=")[0].rstrip("!*").replace("|", ""))
        for parent, items in table.items()
        for item in items.split()
    ]


def test_every_place_of_the_table_is_found_under_its_parent() -> None:
    rows = [row for section in ("cities", "counties", "areas") for row in _table(section)]
    assert [row for row in rows if find_places("".join(row))[-1].parents[:1] != (row[0],)] == []


def test_the_table_is_complete() -> None:
    provinces = [find_places(name) for _, name in _table("provinces")]
    abroad = {parent for _, parent in _table("countries")}
    cities = {find_places("".join(row))[-1] for row in _table("cities") if row[0] not in abroad}
    counties = {find_places("".join(row))[-1] for row in _table("counties")}
    assert [len(found) for found in provinces] == [1] * 34
    assert {city.kind for city in cities} == {PlaceKind.CITY}
    assert {city.parents for city in cities} <= {(found[0].name,) for found in provinces}
    assert len(cities) == 333
    assert [sum(within(city, region) for city in cities) for region in ("辽宁", "吉林")] == [14, 9]
    sizes = [sum(within(county, city) for county in counties) for city in HOME_CITIES.split()]
    assert sizes == [13, 10, 7, 7, 6, 6, 7, 6, 7, 7, 4, 7, 7, 6, 11, 9, 5, 4, 7, 6, 5, 5, 8]
    assert [sum(within(county, region) for county in counties) for region in ("辽宁", "吉林")] == [100, 60]


def test_places_of_the_shipped_documents() -> None:
    expected = {
        "central-urban-quality-opinion-rewritten": "北京",
        "dalian-urban-quality-opinion": (
            "辽宁 大连 山东 金普新区 普兰店 旅顺 大连湾 金州 星海湾 金石滩 英歌石 欧盟"
        ),
        "jilin-urban-quality-plan": "吉林 长春 珲春 临江市 集安 吉林市 长春新区 延吉 长白县 长白山",
        "liaoning-urban-quality-digest": (
            "辽宁 沈阳 大连 鞍山 丹东 锦州 营口 抚顺 阜新 本溪 辽阳 铁岭 朝阳 盘锦 葫芦岛 新民市 瓦房店"
        ),
    }
    corpus = ROOT / "index" / "corpus"
    texts = {name: (corpus / f"{name}.txt").read_text("utf-8") for name in expected}
    found = {name: " ".join(place.name for place in find_places(text)) for name, text in texts.items()}
    assert found == expected
