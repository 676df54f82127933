"""Models of BGE's two shapes with random weights, small enough to write in a moment."""

from pathlib import Path

TEXTS = ["老旧小区改造", "加装电梯补贴", "公租房"]
INSTRUCTION = "为这个句子生成表示以用于检索相关文章\uff1a"
_CHARACTERS = sorted(set(INSTRUCTION + "".join(TEXTS)))


def write_bert(folder: Path, seed: int = 0) -> Path:
    """A BERT, as bge-*-zh-v1.5 are."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir(parents=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_CHARACTERS]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    _save(BertModel, BertConfig(**_shape(len(words), positions=64)), seed, folder)
    return folder


def write_roberta(folder: Path, seed: int = 0, *, reranks: bool = False) -> Path:
    """An XLM-RoBERTa, as bge-m3 is, or with a head for classes, as the rerankers are."""
    from tokenizers import Tokenizer
    from tokenizers.decoders import Metaspace as MetaspaceDecoder
    from tokenizers.models import Unigram
    from tokenizers.pre_tokenizers import Metaspace
    from tokenizers.processors import TemplateProcessing
    from transformers import (
        PreTrainedTokenizerFast,
        XLMRobertaConfig,
        XLMRobertaForSequenceClassification,
        XLMRobertaModel,
    )

    folder.mkdir(parents=True)
    words = ["<s>", "<pad>", "</s>", "<unk>", "\u2581", *_CHARACTERS]
    tokenizer = Tokenizer(Unigram([(word, -1.0) for word in words], unk_id=3))
    tokenizer.pre_tokenizer, tokenizer.decoder = Metaspace(), MetaspaceDecoder()
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        cls_token="<s>",
        pad_token="<pad>",
        sep_token="</s>",
        eos_token="</s>",
        unk_token="<unk>",
    ).save_pretrained(folder)
    shape = _shape(len(words), positions=66) | {"type_vocab_size": 1, "pad_token_id": 1, "num_labels": 1}
    model = XLMRobertaForSequenceClassification if reranks else XLMRobertaModel
    _save(model, XLMRobertaConfig(**shape), seed, folder)
    return folder


def _shape(words: int, positions: int) -> dict[str, float]:
    return {
        "vocab_size": words,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": positions,
        "initializer_range": 0.5,  # large enough for texts to differ
    }


def _save(model, config, seed: int, folder: Path) -> None:
    import torch

    torch.manual_seed(seed)
    model(config).save_pretrained(folder)
