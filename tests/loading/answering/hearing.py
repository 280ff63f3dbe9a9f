"""Small random checkpoints of models that hear or make sounds, with their processors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.loading.answering.checkpoints import LABELS, SIZES, layers, save, tokenizer


def _letters() -> Any:
    import json
    import tempfile

    from transformers import Wav2Vec2CTCTokenizer

    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"abcdefgh"]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({letter: number for number, letter in enumerate(letters)}, file)
        file.flush()
        return Wav2Vec2CTCTokenizer(file.name)


def wav2vec2(head: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        import transformers

        sizes = {
            **SIZES,
            "conv_dim": (8, 8),
            "conv_stride": (5, 4),
            "conv_kernel": (10, 8),
            "num_conv_pos_embeddings": 16,
            "num_conv_pos_embedding_groups": 2,
            "tdnn_dim": (32, 32),
            "tdnn_kernel": (5, 3),
            "tdnn_dilation": (1, 1),
            "xvector_output_dim": 16,
            "classifier_proj_size": 16,
        }
        config = transformers.Wav2Vec2Config(**sizes, vocab_size=13, id2label=LABELS)
        ears = transformers.Wav2Vec2FeatureExtractor(return_attention_mask=False)
        processor = transformers.Wav2Vec2Processor(ears, _letters()) if head == "ForCTC" else ears
        save(folder, getattr(transformers, f"Wav2Vec2{head}")(config), processor)

    return write


def whisper(folder: Path) -> None:
    import transformers

    marks = [
        "<|endoftext|>",
        "<|startoftranscript|>",
        "<|en|>",
        "<|transcribe|>",
        "<|notimestamps|>",
        "<|0.00|>",
    ]
    vocabulary = {word: number for number, word in enumerate([*"abcdefghi", "\u0120", *marks])}
    words = transformers.WhisperTokenizer(
        vocab=vocabulary, merges=[], additional_special_tokens=marks
    )
    end = vocabulary["<|endoftext|>"]
    special = {
        "pad_token_id": end,
        "bos_token_id": end,
        "eos_token_id": end,
        "decoder_start_token_id": end + 1,
    }
    config = transformers.WhisperConfig(
        vocab_size=len(words),
        num_mel_bins=8,
        max_source_positions=50,
        max_target_positions=24,
        d_model=16,
        begin_suppress_tokens=None,
        suppress_tokens=None,
        **layers(16),
        **special,
    )
    model = transformers.WhisperForConditionalGeneration(config)
    said = {
        "is_multilingual": False,
        "no_timestamps_token_id": end + 4,
        "return_timestamps": False,
        "max_length": 20,
        "suppress_tokens": [*range(end, end + len(marks))],
        **special,
    }
    model.generation_config = transformers.GenerationConfig(**said)
    ears = transformers.WhisperFeatureExtractor(feature_size=8, chunk_length=1)
    save(folder, model, transformers.WhisperProcessor(ears, words))


def vits(folder: Path) -> None:
    from transformers import VitsConfig, VitsModel

    words = tokenizer()
    config = VitsConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        ffn_dim=16,
        flow_size=8,
        spectrogram_bins=9,
        upsample_initial_channel=16,
        upsample_rates=[8, 8],
        upsample_kernel_sizes=[16, 16],
        resblock_kernel_sizes=[3],
        resblock_dilation_sizes=[[1, 3]],
        duration_predictor_filter_channels=16,
        prior_encoder_num_flows=2,
        prior_encoder_num_wavenet_layers=1,
        posterior_encoder_num_wavenet_layers=1,
    )
    save(folder, VitsModel(config), words)


def speecht5(folder: Path) -> None:
    from transformers import SpeechT5Config, SpeechT5ForTextToSpeech

    words = tokenizer()
    config = SpeechT5Config(
        vocab_size=len(words),
        hidden_size=32,
        num_mel_bins=8,
        speaker_embedding_dim=4,
        speech_decoder_prenet_units=16,
        speech_decoder_postnet_layers=2,
        speech_decoder_postnet_units=16,
        **layers(32),
    )
    save(folder, SpeechT5ForTextToSpeech(config), words)
