"""The code of docs/webhooks.md, executed against deliveries that the official library signs."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook

from rapport import ROOT

DOCS = (ROOT / "docs" / "webhooks.md").read_text()
SECRET = "whsec_" + base64.b64encode(os.urandom(32)).decode()
OTHER = "whsec_" + base64.b64encode(os.urandom(32)).decode()

# How each language is started, and what reads a delivery from standard input and prints whether it
# verifies; {} is the documentation's code.
LANGUAGES = {
    "python": (
        "verify.py",
        [sys.executable, "verify.py"],
        "{}\nimport json, sys\ngiven = json.load(sys.stdin)\n"
        'print(json.dumps(verify(given["headers"], given["body"].encode(), given["secret"])))\n',
    ),
    "javascript": (
        "verify.mjs",
        ["node", "verify.mjs"],
        '{}\nimport {{ readFileSync }} from "node:fs";\nconst given = JSON.parse(readFileSync(0, "utf8"));\n'
        "console.log(verify(given.headers, Buffer.from(given.body), given.secret));\n",
    ),
    "php": (
        "verify.php",
        ["php", "verify.php"],
        "{}\n$given = json_decode(file_get_contents('php://stdin'), true);\n"
        "echo json_encode(verify($given['headers'], $given['body'], $given['secret']));\n",
    ),
    "go": ("verify.go", ["go", "run", "verify.go", "main.go"], "{}"),
}
GO_MAIN = """package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	var given struct {
		Headers      map[string]string
		Body, Secret string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		panic(err)
	}
	header := http.Header{}
	for name, value := range given.Headers {
		header.Set(name, value)
	}
	fmt.Println(verify(header, []byte(given.Body), given.Secret))
}
"""


def delivery(secrets: list[str], at: datetime | None = None) -> dict:
    at = at or datetime.now(timezone.utc)
    body = json.dumps({"type": "message.sent", "data": {"text": "Grüße, 你好"}}, ensure_ascii=False)
    signatures = [Webhook(secret).sign("msg_1", at, body) for secret in secrets]
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return {"headers": headers, "body": body, "secret": SECRET}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_documented_code_verifies(language, tmp_path):
    name, command, program = LANGUAGES[language]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not there")
    code = re.search(rf"```{language}\n(.*?)```", DOCS, re.DOTALL).group(1)
    (tmp_path / name).write_text(program.format(code))
    if language == "go":
        (tmp_path / "main.go").write_text(GO_MAIN)

    def verifies(given: dict) -> bool:
        environment = os.environ | {"GO111MODULE": "off"}
        done = subprocess.run(
            command, cwd=tmp_path, input=json.dumps(given), capture_output=True, text=True, timeout=120, env=environment
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.strip())

    good = delivery([SECRET])
    assert verifies(good)
    assert verifies(delivery([OTHER, SECRET])), "while a secret is changed, either verifies"
    assert not verifies(delivery([OTHER]))
    assert not verifies(good | {"body": good["body"] + " "})
    assert not verifies(good | {"headers": good["headers"] | {"webhook-id": "msg_2"}})
    for minutes in (-6, 6):
        assert not verifies(delivery([SECRET], datetime.now(timezone.utc) + timedelta(minutes=minutes)))
    assert not verifies(good | {"headers": good["headers"] | {"webhook-timestamp": "soon"}})


def test_the_documentation_has_each_kind(server):
    section = DOCS[DOCS.index("\n## Events\n") : DOCS.index("\n## The body\n")]
    documented = re.findall(r"^\| `([a-z.]+)` \|", section, re.MULTILINE)
    assert documented == [one["type"] for one in server.agent.get("/v1/webhooks/events")["items"]]
