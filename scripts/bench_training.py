"""Trains the sample shop anew while customers write fifty messages a second.

Prints one JSON object: what the customers noticed without and with the training, how long
the training took, and how long putting the new model into use.
"""

import argparse
import json
import re
import subprocess
import sys
import time
import urllib.request

RATE = 50
CONNECTIONS = 25


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rapport", required=True)
    arguments.add_argument("--url", required=True)
    arguments.add_argument("--seconds", type=float, default=10.0, help="of the measurement without a training")
    arguments.add_argument("--during", type=float, default=60.0, help="seconds that customers write meanwhile")
    arguments = arguments.parse_args()
    rapport, url = arguments.rapport, arguments.url

    token = subprocess.run([rapport, "token", "create", "--role", "admin"], stdout=subprocess.PIPE, text=True, check=True)
    api = Api(url, token.stdout.strip())
    before = finished(load(rapport, url, arguments.seconds))
    in_use = api.call("GET", "/v1/training")["in_use"]

    customers = load(rapport, url, arguments.during)
    time.sleep(3)
    began = time.monotonic()
    training = api.call("POST", "/v1/training")
    while training["last"]["state"] == "running":
        time.sleep(0.2)
        training = api.call("GET", "/v1/training")
    seconds = time.monotonic() - began
    if customers.poll() is not None:
        sys.exit(f"bench: the training took {seconds:.0f} s, longer than customers wrote; raise --during")
    during = finished(customers)
    state, changed = training["last"]["state"], training["in_use"] != in_use
    print(json.dumps({
        "rate": RATE,
        "without": before,
        "during": during,
        "training_s": seconds,
        "state": state,
        "changed": changed,
        "swap_ms": api.swap_ms(),
    }))
    if state != "done":
        sys.exit(f"bench: the training ended as {state}: {training['last'].get('error')}")


def load(rapport: str, url: str, seconds: float) -> subprocess.Popen:
    command = [rapport, "load", "--json", "--url", url, "--connections", str(CONNECTIONS), "--rate", str(RATE),
               "--seconds", str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def finished(customers: subprocess.Popen) -> dict:
    return json.loads(customers.communicate()[0])


class Api:
    def __init__(self, url: str, token: str):
        self.url, self.token = url, token

    def call(self, method: str, path: str) -> dict:
        request = urllib.request.Request(self.url + path, method=method, headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def swap_ms(self) -> float:
        """All swaps together, which is at least the longest one."""
        with urllib.request.urlopen(self.url + "/metrics", timeout=30) as answer:
            found = re.search(r"^rapport_model_swap_seconds_sum (\S+)", answer.read().decode(), re.MULTILINE)
        return 1000 * float(found[1])


if __name__ == "__main__":
    main()
