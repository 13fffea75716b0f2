"""Two real mail servers over loopback, and people with mail programs.

Debian's Exim takes and delivers mails (SMTP), Debian's Dovecot keeps mailboxes (LMTP in,
IMAP out). Both run as processes of the test, on free ports, with everything they write in a
folder of their own: the system's configuration is not read. A person's mail program is
Python's own smtplib, imaplib and email."""

from __future__ import annotations

import contextlib
import email
import email.policy
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

from rapport import free_port, until

PASSWORD = "correct horse battery"

DOVECOT = """
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap lmtp
auth_mechanisms = plain login
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
ssl = {ssl}
{certificate}
submission_host = 127.0.0.1:{smtp}
auth_username_format = %Lu
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
  default_fields = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
protocol lmtp {{
  recipient_delimiter = +
}}
namespace inbox {{
  inbox = yes
}}
"""

EXIM = """
exim_user = {user}
exim_group = {group}
spool_directory = {folder}/spool
log_file_path = {folder}/exim-%slog
primary_hostname = mx.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = {smtp}
pid_file_path = {folder}/exim.pid
domainlist local_domains = *
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = check_recipient
auth_advertise_hosts = *
tls_advertise_hosts = {tls_hosts}
{certificate}
never_users = root
keep_environment =
accept_8bitmime = true
message_size_limit = 40M
# Loopback has no time to be polite in.
smtp_accept_max = 200
remote_max_parallel = 1
trusted_users = {me}

begin acl
check_recipient:
  defer condition = ${{if match{{${{lookup{{$local_part@$domain}}lsearch{{{folder}/answers}}}}}}{{^4}}}}
        message = ${{lookup{{$local_part@$domain}}lsearch{{{folder}/answers}}}}
  deny  condition = ${{if match{{${{lookup{{$local_part@$domain}}lsearch{{{folder}/answers}}}}}}{{^5}}}}
        message = ${{lookup{{$local_part@$domain}}lsearch{{{folder}/answers}}}}
  accept

begin routers
away:
  driver = accept
  local_parts = away
  transport = vacation
  unseen
  no_verify
mailboxes:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = to_mailbox

begin transports
to_mailbox:
  driver = smtp
  protocol = lmtp
  port = {lmtp}
  hosts_try_fastopen = !*
vacation:
  driver = autoreply
  user = {user}
  to = $sender_address
  from = away@post.example
  subject = I am away
  text = I am on holidays until Monday and read your mail then.

begin retry
* * F,2h,15m

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if eq{{$auth3}}{{${{readfile{{{folder}/password}}{{}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${{if eq{{$auth2}}{{${{readfile{{{folder}/password}}{{}}}}}}}}
  server_set_id = $auth1
"""


class MailServers:
    """Exim and Dovecot, with a mailbox for each of `users`."""

    def __init__(self, users: list[str], certificate: tuple[Path, Path] | None = None):
        # pytest's own folders are closed to the users that Dovecot and Exim run as.
        self.folder = Path(tempfile.mkdtemp(prefix="rapport-mail-"))
        self.folder.chmod(0o755)
        self.smtp, self.imap, self.imaps, self.lmtp = (free_port() for _ in range(4))
        self.users = users
        self.certificate = certificate
        self.processes: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> MailServers:
        try:
            self.write()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for program in list(self.processes):
            self.stop(program)
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self):
        me = getpass.getuser()
        own_group = grp.getgrgid(os.getgid()).gr_name
        root = os.getuid() == 0
        # Neither server delivers as root.
        user, group = ("Debian-exim", "Debian-exim") if root else (me, own_group)
        dovecot = {
            "user": user,
            "group": group,
            "internal": "dovecot" if root else me,
            "internal_group": "dovecot" if root else own_group,
            "login": "dovenull" if root else me,
        }
        tls = {
            "ssl": "yes" if self.certificate else "no",
            "certificate": "",
        }
        exim_tls = ""
        if self.certificate:
            for name, source in zip(("cert.pem", "key.pem"), self.certificate, strict=True):
                shutil.copy(source, self.folder / name)
                (self.folder / name).chmod(0o644)
            tls["certificate"] = f"ssl_cert = <{self.folder}/cert.pem\nssl_key = <{self.folder}/key.pem"
            exim_tls = f"tls_certificate = {self.folder}/cert.pem\ntls_privatekey = {self.folder}/key.pem"
        ports = {"smtp": self.smtp, "imap": self.imap, "imaps": self.imaps if self.certificate else 0, "lmtp": self.lmtp}
        self.file("users", "".join(f"{name}:{{PLAIN}}{PASSWORD}::::::\n" for name in self.users))
        self.file("password", PASSWORD)
        self.file("answers", "")
        self.file("dovecot.conf", DOVECOT.format(folder=self.folder, **ports, **dovecot, **tls))
        text = EXIM.format(
            folder=self.folder, user=user, group=group, me=me, certificate=exim_tls,
            tls_hosts="*" if self.certificate else "", smtp=self.smtp, lmtp=self.lmtp,
        )
        self.file("exim.conf", text)
        for name in ("mail", "spool"):
            (self.folder / name).mkdir()
            if root:
                shutil.chown(self.folder / name, user, group)
        if root:
            # Exim writes its logs there.
            os.chown(self.folder, pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid)

    def start(self):
        self.start_dovecot()
        self.run("exim4", "-C", str(self.folder / "exim.conf"), "-bdf")
        self.wait_for(self.smtp)

    def start_dovecot(self):
        self.run("dovecot", "-F", "-c", str(self.folder / "dovecot.conf"))
        self.wait_for(self.imap, self.lmtp)

    def stop(self, program: str):
        process = self.processes.pop(program)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def wait_for(self, *ports: int):
        for port in ports:
            until(f"a mail server on port {port}", lambda port=port: self.answers_on(port))

    def run(self, program: str, *words: str):
        path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
        assert path, f"{program} is missing: run `scripts/setup.sh --test`"
        log = open(self.folder / f"{program}.out", "w")
        process = subprocess.Popen([path, *words], stdout=log, stderr=log, start_new_session=True)
        self.processes[program] = process

    def answers_on(self, port: int) -> bool:
        for process in self.processes.values():
            assert process.poll() is None, f"a mail server did not start:\n{self.log()}"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    def log(self) -> str:
        return "".join(f"== {path.name}\n{path.read_text()}" for path in sorted(self.folder.glob("*log*")) + sorted(self.folder.glob("*.out")))

    def file(self, name: str, text: str):
        (self.folder / name).write_text(text)

    def answer(self, address: str, line: str | None):
        """What the SMTP server says to mails for that address, for example
        `550 5.1.1 no such mailbox`; `None` takes them again."""
        self.file("answers", f"{address}: {line}\n" if line else "")

    def password(self, password: str):
        """The password that the SMTP server takes from now on."""
        self.file("password", password)

    def credentials(self, address: str, **more: str) -> dict[str, str]:
        """What an inbox of Rapport needs for that mailbox."""
        return {
            "address": address,
            "smtp_host": "127.0.0.1",
            "smtp_port": str(self.smtp),
            "smtp_security": "none",
            "imap_host": "127.0.0.1",
            "imap_port": str(self.imap),
            "imap_security": "none",
            "username": address,
            "password": PASSWORD,
        } | more

    def person(self, address: str, name: str = "") -> Person:
        return Person(self, address, name)


class Person:
    """Somebody with a mail program."""

    def __init__(self, servers: MailServers, address: str, name: str):
        self.servers = servers
        self.address = address
        self.name = name
        self._imap: imaplib.IMAP4 | None = None
        self._seen: dict[bytes, EmailMessage] = {}
        # What other tests have left there was read.
        self.read = len(self.mails())

    def write(self, to: str, subject: str, text: str, answers: EmailMessage | None = None, html: str = "",
              files: list[tuple[str, str, bytes]] = (), headers: dict[str, str] | None = None) -> EmailMessage:
        """A new mail; an answer to `answers` as mail programs write it, with the old mail below."""
        mail = EmailMessage()
        mail["From"] = f"{self.name} <{self.address}>" if self.name else self.address
        mail["To"] = to
        mail["Message-ID"] = make_msgid(domain=self.address.split("@")[1])
        mail["Date"] = email.utils.localtime()
        if answers is not None:
            subject = subject or f"Re: {answers['Subject'].removeprefix('Re: ')}"
            mail["In-Reply-To"] = answers["Message-ID"]
            mail["References"] = f"{answers.get('References', '')} {answers['Message-ID']}".strip()
            old = plain(answers).replace("\n", "\n> ")
            text = f"{text}\n\nOn Mon, 4 May 2026 at 10:12, {answers['From']} wrote:\n> {old}\n"
        mail["Subject"] = subject
        for name, value in (headers or {}).items():
            del mail[name]
            mail[name] = value
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        for name, kind, content in files:
            main, sub = kind.split("/")
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
        return mail

    def send(self, mail: EmailMessage, to: str | None = None, sender: str | None = None) -> EmailMessage:
        with smtplib.SMTP("127.0.0.1", self.servers.smtp) as smtp:
            smtp.send_message(mail, from_addr=self.address if sender is None else sender, to_addrs=[to or mail["To"]])
        return mail

    def imap(self) -> imaplib.IMAP4:
        """The mailbox, open and as it is now."""
        if self._imap is None:
            self._imap = imaplib.IMAP4("127.0.0.1", self.servers.imap)
            self._imap.login(self.address, PASSWORD)
            self._imap.select("INBOX")
        self._imap.noop()
        return self._imap

    def mails(self) -> list[EmailMessage]:
        """All mails in the mailbox, the oldest first."""
        imap = self.imap()
        mails = []
        for number in imap.search(None, "ALL")[1][0].split():
            if number not in self._seen:
                _, parts = imap.fetch(number, "(BODY.PEEK[])")
                self._seen[number] = email.message_from_bytes(parts[0][1], policy=email.policy.default)
            mails.append(self._seen[number])
        return mails

    def flags(self) -> list[str]:
        """The flags of each mail in the mailbox."""
        imap = self.imap()
        return [imap.fetch(number, "(FLAGS)")[1][0].decode() for number in imap.search(None, "ALL")[1][0].split()]

    def next(self, what: str = "a mail") -> EmailMessage:
        """The next mail that was not read yet, once it is there."""

        def look():
            mails = self.mails()
            return mails[self.read] if len(mails) > self.read else None

        mail = until(f"{what} for {self.address}", look)
        self.read += 1
        return mail

    def next_with(self, words: str) -> EmailMessage:
        """The next mail with these words; those before it are read too."""
        while True:
            mail = self.next(f"a mail with `{words}`")
            if words in plain(mail):
                return mail


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    return body.get_content().strip() if body else ""
