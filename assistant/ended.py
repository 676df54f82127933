"""How a question ended, in words for staff."""

from assistant.datatypes import Status

ENDED = {
    Status.ANSWERED: "已回答",
    Status.OUTLINE: "已列出条目",
    Status.ABOUT_DOCUMENT: "说明了文件",
    Status.WHICH_DOCUMENT: "未指明文件",
    Status.NO_SUCH_CLAUSE: "没有这一条",
    Status.DOCUMENT_NOT_HELD: "文件未收录",
    Status.NOT_IN_CORPUS: "文件里没有",
    Status.ANOTHER_PLACE: "外地的事",
    Status.NEEDS_OFFICE: "要问办事部门",
    Status.ASKED_TO_ACT: "请求代办",
    Status.OPINION: "要看法或预测",
    Status.PERSONAL_DATA: "含个人信息",
    Status.OFF_TOPIC: "不在范围内",
    Status.ABOUT_ASSISTANT: "问助手自己",
    Status.DISTRESS: "求助",
    Status.UNCLEAR: "没有看清",
    Status.TOO_LONG: "太长",
    Status.ERROR: "出了故障",
}
"""`Answer.status` in words."""
