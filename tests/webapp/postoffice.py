"""A server of mail on this machine, which speaks as much SMTP (RFC 5321) as a letter needs."""

from __future__ import annotations

import socketserver
import threading
from dataclasses import dataclass, field


@dataclass
class Posted:
    sender: str
    recipients: list[str] = field(default_factory=list)
    letter: bytes = b""


class PostOffice(socketserver.ThreadingTCPServer):
    """`refused`: what is answered to each recipient in place of 250; `posted`: letters that were taken."""

    daemon_threads = allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.posted: list[Posted] = []
        self.refused = ""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 post office")
        posted = Posted("")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "MAIL":
                posted = Posted(_address(line))
                self.say("250 ok")
            elif verb == "RCPT":
                posted.recipients.append(_address(line))
                self.say(self.server.refused or "250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                posted.letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.posted.append(posted)
                self.say("250 taken")
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 post office" if verb in ("EHLO", "HELO", "RSET") else "502 not here")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
