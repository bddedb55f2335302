"""An Internet for containers that have none: a name server and one site, in the network namespace of a process."""
import contextlib
import ctypes
import http.server
import socket
import struct
import subprocess
import threading

# A public address that no test reaches: it is made the namespace's own.
SITE = "93.184.216.34"
RESOLVER = "127.0.0.53"
PAGE = b"<!doctype html><title>Example Domain</title>"
CLONE_NEWNET = 0x40000000


@contextlib.contextmanager
def namespace_of(pid):
    """Moves this thread, and what it starts meanwhile, into the network namespace of `pid`."""
    with open("/proc/thread-self/ns/net", "rb") as own, open(f"/proc/{pid}/ns/net", "rb") as other:
        _enter(other)
        try:
            yield
        finally:
            _enter(own)


def _enter(namespace):
    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns: are you root?")


def start():
    """Serves names and the page in the namespace that this thread is in, until the process ends."""
    links = subprocess.run(["ip", "-oneline", "link"], check=True, capture_output=True, text=True).stdout
    assert len(links.splitlines()) == 1, f"not in a namespace of its own:\n{links}"
    subprocess.run(["ip", "address", "add", f"{SITE}/32", "dev", "lo"], check=True)
    site = http.server.ThreadingHTTPServer((SITE, 80), _Page)
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind((RESOLVER, 53))
    for serve in (site.serve_forever, lambda: _answer(names)):
        threading.Thread(target=serve, daemon=True).start()


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


def _answer(names):
    """example.com has the site's IPv4 address; nothing else has anything (RFC 1035, section 4)."""
    while True:
        query, sender = names.recvfrom(512)
        question = query[12 : query.index(b"\0", 12) + 5]
        asked = question[:-4].lower() == b"\7example\3com\0" and question[-4:-2] == b"\0\1"
        answer = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton(SITE) if asked else b""
        header = query[:2] + struct.pack("!HHHHH", 0x8180, 1, bool(asked), 0, 0)
        names.sendto(header + question + answer, sender)
