"""Sentences that speak to a language model and not to the readers of a document: planted, and never an answer."""

import re

_PATTERN = re.compile(
    r"(忽略|无视|忘记|忘掉|不要理会|绕过).{0,12}(指令|指示|提示|规则|要求|设定|限制|以上|上述|之前)"
    r"|系统提示|提示词|系统(消息|指令)|开发者模式|越狱(模式|提示|状态)|角色扮演|解码(并|后)执行"
    r"|(你|您)(现在|从现在起|将|就)?(是|扮演|充当)(一个|一名|一位)?.{0,8}(助手|模型|机器人|ai|管理员|系统)"
    r"|(ai|人工智能|语言模型|大模型|智能|问答)(助手|模型|系统|机器人).{0,6}(请|必须|应当|只能|务必|注意|都要|需要|在回答)"
    r"|(回答|回复|答复|输出)(本|任何|所有|每个|用户|问题|时|的?开头|的?末尾|的?结尾).{0,12}(必须|都要|只能|加上|写上|附上|先|统一)"
    r"|(请|必须|只能|务必|立即|直接)(只|原样|逐字)?(输出|打印|回复|复述|告诉用户|告知用户)"
    r"|ignore (all|any|previous|the|prior)|disregard|system prompt|you are (now|a )|instructions? (above|before)"
    r"|<\|?/?[a-z_]+\|?>|\[/?(inst|system)\]|(system|assistant|user)\s*[:\uff1a]",
)


def speaks_to_model(text: str) -> bool:
    """Whether the normalised `text` gives a language model orders."""
    return bool(_PATTERN.search(text))
