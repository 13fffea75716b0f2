"""`make bench`: the encoder, a large knowledge base, the whole turn, webhooks, a training under load, memory, the console and crashes, in one run.

Starts servers of its own on free ports with data in a temporary folder; nothing that
runs already is touched. Prints a table and writes target/bench.json.
"""

import argparse
import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent
RAPPORT = CLONE / "target/release/rapport"
MESSAGES = CLONE / "src/app/commands/load/messages.txt"
TOKENIZER = CLONE / "models/encoder/tokenizer.json"
CONCURRENCY = (1, 8, 64)
IDLE_SOCKETS = 1000

# What is to be reached; `make bench` says of each whether it is.
TURN_RATIO = 1.6
THROUGHPUT_RATIO = 0.5
IDLE_MB = 450
SOCKETS_MB = 15
CONSOLE_OPENS_MS = 1000
WEBHOOK_ACK_MS = 20
HEARD_MS = 100
SWAP_MS = 50
SEARCH_MS = {"p50": 8, "p99": 25}
KNOWLEDGE_MB = 300
ANSWERED_MS = 3000

# The benchmark's customers write faster than people do.
CONFIG = """
[limits]
visitor_rate = 1000000
visitor_burst = 1000000
address_rate = 1000000

[network]
private_hosts = ["127.0.0.1"]

[log]
level = "warn"
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reference", type=Path, help="where ONNX Runtime and its model are installed")
    arguments.add_argument("--no-reference", action="store_true", help="leave the outside reference out")
    arguments.add_argument("--no-console", action="store_true", help="leave the console in a browser out")
    arguments.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    arguments.add_argument("--crashes", type=int, default=50, help="kill -9 so often; 0 leaves it out")
    arguments = arguments.parse_args()
    raise_file_limit(4 * IDLE_SOCKETS)
    # Stopped from outside, it still ends the servers that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: stopped"))

    figures = {"machine": machine()}
    step(f"the encoder alone, twice {arguments.seconds:g} s")
    figures["encoder"] = run_json([RAPPORT, "bench-encoder", "--json", "--seconds", str(arguments.seconds)])
    if not arguments.no_reference:
        step(f"ONNX Runtime with int8 weights, twice {arguments.seconds:g} s")
        figures["reference"] = reference(arguments.reference, arguments.seconds)

    step("a knowledge base of 100,000 passages")
    figures["knowledge"] = run_json([RAPPORT, "bench-knowledge", "--json", "--seconds", str(arguments.seconds)])

    with server() as (address, process):
        step("memory of an idle server, and with idle sockets")
        figures["memory"] = memory(address, process)
    with server() as (address, process):
        step("webhooks of channels, a hundred a second")
        figures["webhooks"] = beside(process, "bench_webhooks.py", address, arguments.seconds)
    with server() as (address, process):
        step("a training while customers write, fifty messages a second")
        figures["training"] = beside(process, "bench_training.py", address, arguments.seconds)
    with server() as (address, _):
        figures["turns"] = {}
        for connections in CONCURRENCY:
            step(f"the whole turn, {connections} at a time")
            figures["turns"][str(connections)] = run_json([
                RAPPORT, "load", "--json", "--url", address, "--connections", str(connections),
                "--rate", "0", "--warm-up", "3", "--seconds", str(arguments.seconds)])
    if not arguments.no_console:
        step("the console in a browser")
        figures["console"] = run_json(["node", "scripts/bench-console.mjs", "--json"])
    if arguments.crashes:
        step(f"{arguments.crashes} crashes")
        figures["crashes"] = crashes(arguments.crashes)

    figures["verdicts"] = verdicts(figures)
    (CLONE / "target/bench.json").write_text(json.dumps(figures, indent=2) + "\n")
    print_table(figures)
    if not all(verdict["met"] for verdict in figures["verdicts"]):
        sys.exit(1)


def step(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


def machine() -> dict:
    described = Path("/proc/cpuinfo")
    text = described.read_text() if described.exists() else ""
    model = re.search(r"model name\s*: (.*)", text)
    return {
        "processor": model.group(1) if model else "unknown",
        "cores": os.cpu_count(),
        "bf16": "avx512_bf16" in text or "amx_bf16" in text,
    }


def raise_file_limit(needed: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(needed, hard), hard))


def run_json(command: list) -> dict:
    finished = subprocess.run(command, cwd=CLONE, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(finished.stdout)


def reference(where: Path, seconds: float) -> dict:
    command = [sys.executable, CLONE / "scripts/bench_onnx.py", "--tokenizer", TOKENIZER, "--seconds", str(seconds)]
    environment = {**os.environ, "PYTHONPATH": str(where)}
    with MESSAGES.open() as messages:
        finished = subprocess.run(command, stdin=messages, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    return json.loads(finished.stdout)


@contextlib.contextmanager
def server():
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        config = Path(folder) / "rapport.toml"
        config.write_text(CONFIG)
        environment = {
            **os.environ,
            "RAPPORT_LISTEN": "127.0.0.1:0",
            "RAPPORT_DATA_DIR": str(Path(folder) / "data"),
            "RAPPORT_CONFIG": str(config),
        }
        process = subprocess.Popen([RAPPORT, "serve"], cwd=CLONE, env=environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        try:
            for line in process.stdout:
                if line.startswith("listening on "):
                    yield line.removeprefix("listening on ").strip(), process
                    break
            else:
                sys.exit("bench: the server did not start; `target/release/rapport serve` says why")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def resident_mb(process: subprocess.Popen) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024


def memory(address: str, process: subprocess.Popen) -> dict:
    idle = resident_mb(process)
    # One conversation first, so that what the first customer ever allocates is not
    # counted as the thousand sockets' memory.
    run_json([RAPPORT, "load", "--json", "--url", address, "--connections", "8", "--rate", "20", "--seconds", "5"])
    before = resident_mb(process)
    command = [RAPPORT, "load", "--json", "--url", address, "--connections", str(IDLE_SOCKETS), "--idle", "--seconds", "8"]
    load = subprocess.Popen(command, cwd=CLONE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in load.stderr:
        if "customers are connected" in line:
            break
    time.sleep(2)
    during = resident_mb(process)
    report = json.loads(load.communicate()[0])
    return {
        "idle_mb": idle,
        "after_conversations_mb": before,
        "sockets": report["connected"],
        "sockets_mb": during - before,
    }


def beside(process: subprocess.Popen, script: str, address: str, seconds: float) -> dict:
    """A measurement in a script of its own, with the server's environment."""
    own = dict(one.split("=", 1) for one in Path(f"/proc/{process.pid}/environ").read_text().split("\0") if "=" in one)
    command = [sys.executable, CLONE / "scripts" / script, "--rapport", RAPPORT, "--url", address,
               "--seconds", str(seconds)]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=own)
    return json.loads(finished.stdout)


def crashes(count: int) -> dict:
    command = ["cargo", "test", "--locked", "--test", "it", "nothing_acknowledged_is_lost", "--", "--nocapture"]
    environment = {**os.environ, "RAPPORT_CRASHES": str(count)}
    finished = subprocess.run(command, cwd=CLONE, env=environment, stdout=subprocess.PIPE, text=True)
    told = re.search(r"(\d+) messages over (\d+) crashes; (\d+) replies were interrupted", finished.stdout)
    if finished.returncode or not told:
        print(finished.stdout, file=sys.stderr)
        return {"passed": False, "crashes": count}
    return {"passed": True, "crashes": int(told[2]), "messages": int(told[1]), "interrupted": int(told[3])}


def verdicts(figures: dict) -> list[dict]:
    encoder, turns, used = figures["encoder"], figures["turns"], figures["memory"]
    turn_ratio = turns["1"]["answer_ms"]["p50"] / encoder["single_ms"]["p50"]
    throughput_ratio = turns["64"]["throughput"] / encoder["batch_throughput"]
    found = [
        verdict("whole turn, one at a time, against the encoder alone (p50)", turn_ratio, "at most", TURN_RATIO),
        verdict("throughput at 64 against the encoder's batches", throughput_ratio, "at least", THROUGHPUT_RATIO),
        verdict("idle server, MB resident", used["idle_mb"], "at most", IDLE_MB),
        verdict(f"{IDLE_SOCKETS} idle sockets, MB more", used["sockets_mb"], "at most", SOCKETS_MB),
    ]
    if "reference" in figures and figures["machine"]["bf16"]:
        for kind, words in (("single_ms", "one message"), ("batch_ms", "a batch of 8")):
            ratio = encoder[kind]["p50"] / figures["reference"][kind]["p50"]
            found.append(verdict(f"encoder against ONNX Runtime int8, {words} (p50)", ratio, "at most", 1.0))
    unsound = sum(turns[c][count] for c in turns for count in ("errors", "lost", "duplicated", "out_of_order"))
    found.append(verdict("errors, lost, duplicated, out of order", unsound, "at most", 0))
    for kind, figures_of in figures["webhooks"].items():
        described = f"a webhook of {kind} acknowledged at {figures_of['rate']:.0f} a second, ms (p99)"
        found.append(verdict(described, figures_of["ack_ms"]["p99"], "at most", WEBHOOK_ACK_MS))
        unanswered = figures_of["delivered"] - figures_of["turns"] + figures_of["refused"]
        found.append(verdict(f"messages of {kind} refused or without a turn", unanswered, "at most", 0))
    knowledge = figures["knowledge"]
    for share, limit in SEARCH_MS.items():
        described = f"a search of {knowledge['passages']} passages while articles change, ms ({share})"
        found.append(verdict(described, knowledge["search_ms"][share], "at most", limit))
    found.append(verdict("memory of 100,000 passages, MB", knowledge["mb_per_100k"], "at most", KNOWLEDGE_MB))
    found.append(verdict("a changed article is found, ms (p99)", knowledge["change_ms"]["p99"], "at most", ANSWERED_MS))
    training = figures["training"]
    lost = sum(training["during"][count] for count in ("errors", "lost", "duplicated", "out_of_order"))
    found.append(verdict("a training under load: errors, lost, duplicated, out of order", lost, "at most", 0))
    found.append(verdict("putting the new model into use, ms", training["swap_ms"], "at most", SWAP_MS))
    if "console" in figures:
        console = figures["console"]
        described = f"console with {console['conversations']} open conversations"
        opens, heard = console["open_ms"]["median"], console["ack_to_page_ms"]["p99"]
        found.append(verdict(f"{described}, ms until it is open", opens, "at most", CONSOLE_OPENS_MS))
        found.append(verdict("an agent sees a message, ms after its ack (p99)", heard, "at most", HEARD_MS))
        found.append(verdict("messages that no agent saw", console["sent"] - console["heard"], "at most", 0))
    if "crashes" in figures:
        failed = 0 if figures["crashes"]["passed"] else 1
        found.append(verdict(f"{figures['crashes']['crashes']} crashes, runs that broke a promise", failed, "at most", 0))
    return found


def verdict(what: str, value: float, bound: str, limit: float) -> dict:
    met = value <= limit if bound == "at most" else value >= limit
    return {"what": what, "value": value, "bound": bound, "limit": limit, "met": met}


def print_table(figures: dict) -> None:
    described = figures["machine"]
    bf16 = "with" if described["bf16"] else "without"
    print(f"\n{described['processor']}, {described['cores']} cores, {bf16} bf16 instructions\n")
    print(f"{'milliseconds':<44}{'p50':>9}{'p99':>9}{'a second':>11}")
    encoder = figures["encoder"]
    precision = encoder["speed"]["precision"]
    row(f"encoder ({precision}), one message", encoder["single_ms"])
    row("encoder, a batch of 8", encoder["batch_ms"], encoder["batch_throughput"])
    if "reference" in figures:
        row("ONNX Runtime (int8), one message", figures["reference"]["single_ms"])
        row("ONNX Runtime, a batch of 8", figures["reference"]["batch_ms"], figures["reference"]["batch_throughput"])
    for connections, report in figures["turns"].items():
        row(f"whole turn, {connections} at a time", report["answer_ms"], report["throughput"])
        row("  acknowledged", report["ack_ms"])
    for kind, figures_of in figures["webhooks"].items():
        row(f"webhook of {kind} acknowledged", figures_of["ack_ms"], figures_of["rate"])
    knowledge = figures["knowledge"]
    row(f"search of {knowledge['passages']} passages", knowledge["search_alone_ms"])
    row("  while articles change", knowledge["search_ms"])
    row("  until a change is found", knowledge["change_ms"])
    training = figures["training"]
    row(f"answers, {training['rate']} messages a second", training["without"]["answer_ms"])
    row(f"  during a training of {training['training_s']:.0f} s", training["during"]["answer_ms"])
    rate = knowledge["encoded_a_second"]
    print(f"\nknowledge base: {knowledge['passages']} passages of {knowledge['words_a_passage']:.0f} words indexed in "
          f"{knowledge['index_s']:.1f} s, {knowledge['mb_per_100k']:.0f} MB per 100,000 (at the most "
          f"{knowledge['peak_mb']:.0f} MB meanwhile); the encoder reads {rate:.0f} of them a second")
    used = figures["memory"]
    print(f"\nmemory: {used['idle_mb']:.0f} MB idle, {used['after_conversations_mb']:.0f} MB after conversations, "
          f"{used['sockets_mb']:.1f} MB more with {used['sockets']} idle sockets")
    if "console" in figures:
        console = figures["console"]
        print(f"console: {console['conversations']} open conversations, {console['rate']} messages a second; "
              f"opens in {console['open_ms']['median']} ms, a conversation in {console['open_conversation_ms']} ms, "
              f"frames {console['frame_ms']['p50']} ms (p99 {console['frame_ms']['p99']}); an agent sees a message "
              f"{console['ack_to_page_ms']['p50']} ms after its ack (p99 {console['ack_to_page_ms']['p99']})")
    if "messages" in figures.get("crashes", {}):
        crashed = figures["crashes"]
        print(f"crashes: {crashed['crashes']}, {crashed['messages']} messages written meanwhile, "
              f"{crashed['interrupted']} replies interrupted, all there once and in order")
    print()
    for found in figures["verdicts"]:
        told = "ok  " if found["met"] else "MISS"
        print(f"{told} {found['what']}: {found['value']:.2f} ({found['bound']} {found['limit']:g})")


def row(name: str, times: dict, throughput: float | None = None) -> None:
    rate = f"{throughput:>11.1f}" if throughput is not None else ""
    print(f"{name:<44}{times['p50']:>9.2f}{times['p99']:>9.2f}{rate}")


if __name__ == "__main__":
    main()
