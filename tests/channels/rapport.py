"""Rapport from outside: starts the binary, makes inboxes, and is an agent at the REST API."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("RAPPORT_BINARY", ROOT / "target" / "debug" / "rapport"))
# Vectors of the sample shop's articles, kept between runs: reading them takes seconds.
VECTORS = ROOT / "target" / "channels-vectors.cache"

START_S = 180
PATIENCE_S = 45

_keys = itertools.count(1)


def until(what: str, look, patience: float = PATIENCE_S):
    """What `look` gives once it gives something; fails with what was waited for."""
    end = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience:.0f} s in vain for {what}")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """The real binary on a free port, in a folder of its own."""

    def __init__(self, folder: Path, config: str = ""):
        self.folder = Path(folder)
        self.data = self.folder / "data"
        self.url = f"http://127.0.0.1:{free_port()}"
        self.config = config
        self.process: subprocess.Popen | None = None
        self._agent: Agent | None = None

    def __enter__(self) -> Server:
        self.data.mkdir(parents=True, exist_ok=True)
        text = self.config
        if "[network]" not in text:
            text += '\n[network]\nprivate_hosts = ["127.0.0.1", "localhost"]\n'
        (self.folder / "rapport.toml").write_text(text)
        if VECTORS.exists() and not (self.data / "vectors.cache").exists():
            shutil.copy(VECTORS, self.data / "vectors.cache")
        self.start()
        if not VECTORS.exists() and (self.data / "vectors.cache").exists():
            shutil.copy(self.data / "vectors.cache", VECTORS)
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        mine = {
            "RAPPORT_LISTEN": self.url.removeprefix("http://"),
            "RAPPORT_DATA_DIR": str(self.data),
            "RAPPORT_CONFIG": str(self.folder / "rapport.toml"),
            # Several servers on two cores: threads that spin while they wait starve the rest.
            "OMP_WAIT_POLICY": "PASSIVE",
        }
        kept = {name: value for name, value in os.environ.items() if name != "RAPPORT_DATABASE_URL"}
        return kept | mine

    def start(self):
        log = open(self.folder / "serve.log", "a")
        self.process = subprocess.Popen(
            [BINARY, "serve"], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
        ready = threading.Timer(START_S, self.process.kill)
        ready.start()
        for line in self.process.stdout:
            if line.startswith("listening on "):
                ready.cancel()
                return
        raise AssertionError(f"the server did not start:\n{self.log()}")

    def kill(self):
        """As a power cut would, as far as a process can tell."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def log(self) -> str:
        return (self.folder / "serve.log").read_text()

    def run(self, *words: str, stdin: str = "", check: bool = True) -> str:
        """The command line, in this server's shop; what it printed."""
        done = subprocess.run(
            [BINARY, *words], cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, timeout=60
        )
        assert not check or done.returncode == 0, f"rapport {' '.join(words)}: {done.stderr}"
        return done.stdout

    @property
    def agent(self) -> Agent:
        """An owner with a token, who works over REST."""
        if self._agent is None:
            self._agent = Agent(self, self.run("token", "create", "--role", "owner").strip())
        return self._agent

    def inbox(self, channel: str, credentials: dict[str, str], name: str = "") -> dict:
        """A new inbox over REST, once it is connected."""
        body = {"name": name or f"{channel} {next(_keys)}", "channel": channel, "credentials": credentials}
        inbox = self.agent.post("/v1/inboxes", body)
        inbox["path"] = "/v1/channels/" + inbox["id"]
        address = self.url + inbox["path"]
        until("the inbox is connected", lambda: requests.post(address, data=b"", timeout=10).status_code != 404)
        return inbox


class Agent:
    """Somebody of the staff at the REST API."""

    def __init__(self, server: Server, token: str):
        self.server = server
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body=None, **more) -> requests.Response:
        return self.session.request(method, self.server.url + path, json=body, timeout=30, **more)

    def get(self, path: str):
        answer = self.call("GET", path)
        assert answer.ok, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def post(self, path: str, body=None, **more):
        answer = self.call("POST", path, body, **more)
        assert answer.ok, f"POST {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def patch(self, path: str, body):
        answer = self.call("PATCH", path, body)
        assert answer.ok, f"PATCH {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def conversations(self, inbox: dict) -> list[dict]:
        """The conversations of an inbox, the latest first."""
        path = "/v1/conversations?state=all&limit=100"
        listed = self.get(path)["items"]
        return [one for one in listed if one["inbox_id"] == inbox["id"]]

    def conversation(self, inbox: dict) -> dict:
        """The inbox's only conversation, once it is there."""
        found = until("a conversation", lambda: self.conversations(inbox))
        assert len(found) == 1, found
        return found[0]

    def story(self, conversation: dict | str) -> dict:
        id = conversation if isinstance(conversation, str) else conversation["id"]
        return self.get(f"/v1/conversations/{id}")

    def entries(self, conversation: dict | str) -> list[dict]:
        return self.story(conversation)["entries"]

    def entry(self, conversation: dict | str, what: str, fits) -> dict:
        """The first entry that fits, once it is there."""

        def look():
            return next((entry for entry in self.entries(conversation) if fits(entry)), None)

        return until(what, look)

    def take(self, conversation: dict | str):
        id = conversation if isinstance(conversation, str) else conversation["id"]
        self.post(f"/v1/conversations/{id}/take")

    def reply(self, conversation: dict | str, text: str):
        id = conversation if isinstance(conversation, str) else conversation["id"]
        self.post(f"/v1/conversations/{id}/messages", {"text": text}, headers={"Idempotency-Key": os.urandom(8).hex()})

    def resolve(self, conversation: dict | str):
        id = conversation if isinstance(conversation, str) else conversation["id"]
        self.post(f"/v1/conversations/{id}/resolve")


def storm(server: Server, deliveries: list, deliver) -> None:
    """Every delivery five times, in shuffled order, by eight clients, with a kill in between.

    `deliver` gives the status of one try. As vendors do, a client tries again until it is 200.
    """
    left = list(deliveries) * 5
    random.Random(7).shuffle(left)
    half, lock, killed = len(left) // 2, threading.Lock(), threading.Event()

    def taken(one) -> bool:
        try:
            return deliver(one) == 200
        except requests.RequestException:
            return False

    def client():
        while True:
            with lock:
                if not left:
                    return
                one = left.pop()
                if len(left) <= half and not killed.is_set():
                    killed.set()
                    server.kill()
                    server.start()
            until("it is acknowledged", lambda: taken(one))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(client) for _ in range(8)]:
            done.result()
    assert killed.is_set()


def kinds(entries: list[dict]) -> list[str]:
    """The entries' content types, for an assertion that reads well."""
    return [entry["content"]["type"] for entry in entries]


def show(value) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)
